"""The columns that give ranges, places and corrections."""

from io import BytesIO

import pytest

from forecasts.feeds import BadRow, read_csv

HEADER = "title,event_type,occurred_on,url,attributes,attr,low,best,high,unit,place,lat,lon,publisher_owner"


def row(cells: str):
    (found,) = read_csv(BytesIO(f"{HEADER}\nAid,AID,2025-02-03,https://news.example/1,{cells}\n".encode()))
    return found


def test_ranges_are_joined_to_the_attributes_in_the_order_of_their_names():
    found = row('"{""stage"": ""final""}",dead;injured;usd,1;;,;;5e6,3;;,people,,,,')

    assert isinstance(found, BadRow)
    assert found.problems[0].message == "injured: The range lacks low and high."


@pytest.mark.parametrize(
    ("cells", "attributes"),
    [
        (",dead,1,2,3,people,,,,", {"dead": {"low": 1, "best": 2, "high": 3, "unit": "people"}}),
        (",dead;usd,1;,;5e6,3;,,,,,", {"dead": {"low": 1, "high": 3}, "usd": 5e6}),
        ('"{""stage"": 1}",usd,,5,,,,,,', {"stage": 1, "usd": 5}),
    ],
)
def test_a_row_may_give_ranges_by_columns(cells, attributes):
    assert row(cells).content["attributes"] == attributes


@pytest.mark.parametrize(
    ("cells", "field", "message"),
    [
        (",dead,3,,1,,,,,", "attr", "dead: low ≤ high does not hold: 3, 1."),
        (",dead,x,,1,,,,,", "attr", "low: “x” is no number, like 12 or -1.5."),
        (",dead,1,,1e19,,,,,", "attr", "high: “1e19” is no number"),
        (",dead,1;2,,3;4,,,,,", "attr", "low has more parts than attr has names"),
        (",dead;dead,1;1,,3;3,,,,,", "attr", "“dead” is given twice."),
        (",,1,,3,,,,,", "attr", "low has more parts than attr has names"),
        (",,,,,,Kyiv,50,,", "place", "Give lat and lon together."),
        (",,,,,,,north,1,", "place", "lat: “north” is no number"),
    ],
)
def test_a_range_or_place_that_is_none_is_told_at_its_column(cells, field, message):
    (problem,) = row(cells).problems

    assert problem.field == field
    assert problem.message.startswith(message)


def test_a_place_and_an_owner_have_columns_of_their_own():
    found = row(",,,,,,Kyiv,50.45,30.52,Example Group")

    assert found.content["place"] == {"name": "Kyiv", "lat": 50.45, "lon": 30.52}
    assert found.reports == ({"owner": "Example Group", "url": "https://news.example/1"},)


def test_a_file_of_retractions_needs_no_more_than_which_and_why():
    (found,) = read_csv(BytesIO(b"external_id,status,reason,known_at\n7,RETRACTED,A rumour.,2025-02-20T08:00:00Z\n"))

    assert (found.external_id, found.content, found.reason) == ("7", {"status": "RETRACTED"}, "A rumour.")

"""Lexicons by API: recorded, replaced by a next version, refused with the place of every fault."""

import pytest

from forecasts.models import Lexicon
from tests.builders import make_prediction

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ENTRIES = [
    {"phrase": "likely", "point": "0.7", "low": "0.55", "high": 0.85, "spread": "0.1", "source": "A survey."},
    {"phrase": "may", "point": "0.4", "is_hedge": True},
    {"phrase": "soon"},
]
BODY = {"code": "house_style", "title": "House words", "source": "The style guide.", "entries": ENTRIES}


def test_a_lexicon_is_recorded_once_and_read_as_it_was_sent(administrator):
    first, again = administrator.post("lexicons/", BODY), administrator.post("lexicons/", BODY)

    assert (first.status_code, again.status_code) == (201, 409)
    assert first.headers["Location"] == again.headers["Location"] == "http://testserver/api/v1/lexicons/house_style/"
    shown = administrator.get("lexicons/house_style/").json()
    assert shown == first.json()
    assert (shown["version"], [one["phrase"] for one in shown["entries"]]) == (1, ["likely", "may", "soon"])
    numbers = [shown["entries"][0][name] for name in ("point", "low", "high", "spread")]
    assert numbers == ["0.7000", "0.5500", "0.8500", "0.1000"]
    assert [one["is_hedge"] for one in shown["entries"]] == [False, True, False]
    assert shown["entries"][2]["point"] is None


def test_other_words_are_the_next_version_and_the_earlier_ones_stay(administrator):
    administrator.post("lexicons/", BODY)

    other = administrator.post("lexicons/", BODY | {"entries": ENTRIES[:2]})

    assert (other.status_code, other.json()["version"], len(other.json()["entries"])) == (201, 2, 2)
    assert [one.entries.count() for one in Lexicon.objects.order_by("version")] == [3, 2]


def test_a_forecast_is_read_through_a_lexicon_that_a_program_recorded(administrator):
    administrator.post("lexicons/", BODY)
    body = {"prediction": str(make_prediction().pk), "forecaster": "ada-byron"}

    answer = administrator.post("forecasts/", body | {"wording": {"phrase": "likely", "lexicon": "house_style"}})

    assert (answer.status_code, answer.json()["probability"]) == (201, "0.7000")
    assert answer.json()["lexicon"] == {"code": "house_style", "version": 1}


def change(**fields):
    return BODY | {"entries": [ENTRIES[0] | fields, ENTRIES[1]]}


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (BODY | {"code": "House Style"}, "code", "This value does not match the required pattern"),
        (BODY | {"entries": []}, "entries", "at least 1"),
        (BODY | {"version": 7}, "version", "There is no field “version” here."),
        (change(point="1.2"), "entries.0.point", "1.2 lies outside 0 to 1."),
        (change(point="70%"), "entries.0.point", "“70%” is a percentage."),
        (change(low="0.9"), "entries.0.low", "0.9000 lies above the high end, 0.8500."),
        (change(phrase="May"), "entries.1.phrase", "“may” comes twice."),
        (change(phrase="“”"), "entries.0.phrase", "has no words in it."),
        (change(phrase="\ufdfa" * 10), "entries.0.phrase", "120 is the most."),
        (change(is_hedge="yes"), "entries.0.is_hedge", "give true or false, without quotes"),
        (change(probability="0.7"), "entries.0.probability", "There is no field “probability” here."),
    ],
)
def test_a_malformed_lexicon_is_refused_at_its_place(body, field, message, administrator):
    assert message in errors_of(administrator.post("lexicons/", body))[field]
    assert not Lexicon.objects.exists()


def test_every_fault_is_told_at_once(administrator):
    told = errors_of(
        administrator.post("lexicons/", BODY | {"entries": [ENTRIES[0] | {"point": "2"}, {"phrase": "’"}]})
    )

    assert set(told) == {"entries.0.point", "entries.1.phrase"}


def test_who_may_log_predictions_may_not_say_what_words_mean(logger):
    assert logger.post("lexicons/", BODY).status_code == 403


def test_a_version_based_on_one_that_was_replaced_is_refused(administrator):
    administrator.post("lexicons/", BODY)
    seen = administrator.get("lexicons/house_style/").headers["ETag"]

    def replace(entries):
        body = BODY | {"entries": entries}
        headers = {"if-match": seen}
        return administrator.client.post("/api/v1/lexicons/", body, content_type="application/json", headers=headers)

    first, second = replace(ENTRIES[:2]), replace(ENTRIES[:1])

    assert (first.status_code, second.status_code) == (201, 412)
    assert "Version 2 was recorded on" in second.json()["detail"]
    assert second.headers["ETag"] == administrator.get("lexicons/house_style/").headers["ETag"] != seen

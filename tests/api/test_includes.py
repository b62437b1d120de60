"""What rows can be given together with, and how little of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api import includes
from forecasts.api.urls import router
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_forecaster, make_prediction

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
INCLUDING = [prefix for prefix, viewset, _ in router.registry if viewset.includes]
EVENT_PARTS = "source,evaluations,resolutions"
VIEWS = {prefix: viewset for prefix, viewset, _ in router.registry}


def settled(**fields):
    prediction = make_prediction(**fields)
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return prediction


def make_happen() -> None:
    make_event()
    cover()


def test_a_prediction_comes_with_all_that_belongs_to_it(reader):
    prediction = make_prediction()
    make_happen()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    answer = reader.get(f"predictions/{prediction.pk}/?include=article,rules,forecasts,resolution,scores").json()

    parts = answer["included"]
    assert parts["article"]["id"] == answer["article"]
    assert parts["resolution"]["verdict"] == "YES"
    assert [rule["version"] for rule in parts["rules"]["results"]] == [1]
    assert [forecast["probability"] for forecast in parts["forecasts"]["results"]] == ["0.7000"]
    assert "BRIER" in {score["rule"] for score in parts["scores"]["results"]}
    assert parts["scores"]["n"] == len(parts["scores"]["results"])


def test_an_event_comes_with_its_source_and_what_rests_on_it(reader):
    prediction = make_prediction()
    event = make_event().event
    other = make_event(external_id="other", event_type="PROTEST").event
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    rows = {row["id"]: row["included"] for row in reader.get(f"events/?include={EVENT_PARTS}").json()["results"]}

    parts, none = rows[str(event.pk)], rows[str(other.pk)]
    assert parts == reader.get(f"events/{event.pk}/?include={EVENT_PARTS}").json()["included"]
    assert parts["source"] == none["source"] == reader.get("sources/wire/").json()
    assert [one["verdict"] for one in parts["resolutions"]["results"]] == ["YES"]
    assert [one["status"] for one in parts["evaluations"]["results"]] == ["YES"]
    for name in ("resolutions", "evaluations"):
        address = parts[name]["url"].removeprefix("http://testserver/api/v1/")
        assert reader.get(address).json()["results"] == parts[name]["results"]
        assert none[name]["n"] == 0
        assert reader.get(none[name]["url"].removeprefix("http://testserver/api/v1/")).json()["results"] == []


def test_what_a_row_has_none_of_is_told_as_such(reader):
    prediction = make_prediction(probability=None)

    (row,) = reader.get("predictions/?include=resolution,forecasts").json()["results"]

    assert row["included"]["resolution"] is None
    assert row["included"]["forecasts"] == {
        "n": 0,
        "url": f"http://testserver/api/v1/forecasts/?prediction={prediction.pk}",
        "results": [],
    }


def test_a_long_part_ends_and_says_how_much_more_there_is(reader, monkeypatch):
    monkeypatch.setattr(includes, "LARGEST_PART", 2)
    prediction, other = make_prediction(), make_prediction(statement="Another claim.")
    for number in range(3):
        record_forecast(
            prediction=prediction, forecaster=make_forecaster(f"f-{number}"), wording=wording(probability="0.2"),
            made_at=NOW, now=NOW,
        )  # fmt: skip

    rows = {row["id"]: row for row in reader.get("predictions/?include=forecasts").json()["results"]}

    part = rows[str(prediction.pk)]["included"]["forecasts"]
    everything = reader.get(part["url"].split("/api/v1/")[1] + "&ordering=-made_at").json()["results"]
    assert (part["n"], part["results"]) == (4, everything[:2])
    assert rows[str(other.pk)]["included"]["forecasts"]["n"] == 1


@pytest.mark.parametrize("resource", INCLUDING)
def test_parts_cost_as_many_queries_for_many_rows_as_for_one(resource, reader):
    make_happen()
    settled()
    path = f"{resource}/?include={','.join(VIEWS[resource].includes)}"
    before = n_queries(reader, path)
    for number in range(3):
        settled(statement=f"Aid is sent, {number}.")

    assert n_queries(reader, path) == before


def n_queries(reader, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert reader.get(path).status_code == 200
    return len(queries)


def test_only_the_fields_that_were_asked_for_are_shown(reader):
    prediction = make_prediction()

    (row,) = reader.get("predictions/?fields=title,id").json()["results"]
    detail = reader.get(f"predictions/{prediction.pk}/?fields=status&include=resolution").json()

    assert row == {"id": str(prediction.pk), "title": prediction.title}
    assert detail == {"status": "OPEN", "included": {"resolution": None}}


@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        (
            "predictions/?fields=titel",
            "fields",
            "Near it: title, article. Known: id, article, holder,",
        ),
        ("predictions/?fields=", "fields", "This parameter is empty."),
        (
            "predictions/?include=rule",
            "include",
            "Near it: rules, article. Known: article, rules, forecasts, resolution, scores",
        ),
        ("predictions/?include=article,,rules", "include", "There is no “” here."),
        ("topics/?include=predictions", "include", "There is no “predictions” here. Known: none."),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_those_that_are(path, field, message, reader):
    assert message in errors_of(reader.get(path))[field]


def test_a_write_takes_no_parts(logger):
    assert "no parameter “include” here" in errors_of(logger.post("topics/?include=article", {}))["include"]

"""Rows in numbers: each told what became of it, all of them or each by itself."""

import json
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api.serializers.events import NewEvent
from forecasts.api.serializers.forecasts import NewForecast
from forecasts.models import ApiToken, Event, Forecast, Forecaster, Prediction
from forecasts.services.settlement import settle_prediction
from forecasts.services.sweeps import sweep
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction, make_source, make_world

from .conftest import errors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def forecasting(program_with):
    return program_with(ApiToken.Scope.FORECAST_WRITE)


def predictions(count: int) -> list[Prediction]:
    return [make_prediction(statement=f"Claim {n}.", title=f"Claim {n}", probability=None) for n in range(count)]


def forecast(prediction: Prediction, probability: object = "0.4", **fields) -> dict:
    return {
        "prediction": str(prediction.pk),
        "forecaster": "ada-byron",
        "wording": {"probability": probability},
    } | fields


def event(number: int, **fields) -> dict:
    return {
        "source": "wire",
        "external_id": str(number),
        "title": f"Package {number} is sent",
        "event_type": "AID",
        "occurred_on": "2025-02-03",
        "topics": ["aid/military"],
        "actors": ["USA.GOV"],
        "evidence": [{"url": f"https://news.example/{number}"}],
    } | fields


def fates(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["status"] for row in response.json()["results"]]


def lines(rows: list[dict]) -> str:
    return "\n".join(map(json.dumps, rows))


def post_lines(program, path: str, rows: list[dict]):
    return program.client.post(f"/api/v1/{path}", lines(rows), content_type="application/x-ndjson")


def test_forecasts_are_recorded_as_one_by_one(forecasting):
    first, second, third = predictions(3)
    rows = [
        forecast(first, "0.25"),
        forecast(
            second, wording={"probability": 0.7, "low": "0.6", "high": "0.8", "phrase": "likely", "basis": "An editor."}
        ),
        forecast(third, wording=None),
    ]

    answer = forecasting.post("bulk/forecasts/", rows)

    assert fates(answer) == ["RECORDED"] * 3
    assert answer.json() | {"results": []} == {
        "mode": "each",
        "recorded": 3,
        "unchanged": 0,
        "refused": 0,
        "results": [],
    }
    stored = {one.prediction_id: one for one in Forecast.objects.all()}
    assert [str(stored[one.pk].probability) for one in (first, second)] == ["0.2500", "0.7000"]
    assert (stored[second.pk].phrase, str(stored[second.pk].low)) == ("likely", "0.6000")
    assert stored[third.pk].probability is None
    for row, prediction in zip(answer.json()["results"], (first, second, third), strict=True):
        assert row["id"] == str(stored[prediction.pk].pk)
        assert forecasting.get(f"forecasts/{row['id']}/").status_code == 200


def test_lines_are_read_like_an_array(forecasting):
    rows = [forecast(one) for one in predictions(2)]

    assert fates(post_lines(forecasting, "bulk/forecasts/", rows)) == ["RECORDED"] * 2


def test_a_prediction_with_a_new_forecast_is_looked_at_by_the_next_sweep(forecasting):
    (prediction,) = predictions(1)
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    before = sweep(now=NOW)

    forecasting.post("bulk/forecasts/", [forecast(prediction)])

    assert (before.checked, sweep(now=NOW).checked, sweep(now=NOW).checked) == (0, 1, 0)


def test_a_bad_row_is_told_with_its_field_and_stops_no_other(forecasting):
    first, second = predictions(2)
    make_forecaster("bob")
    missing = "00000000-0000-4000-8000-000000000000"
    rows = [
        forecast(first),
        forecast(second, "1.5"),
        forecast(second) | {"prediction": missing},
        forecast(second, forecaster="bob"),
        forecast(second, made_at="2025-01-01T00:00:00Z"),
        forecast(second, colour="red"),
        {"prediction": "x"},
        "no object",
        forecast(second, wording={"phrase": "certainly maybe"}),
        forecast(second, wording={"probability": True}),
        forecast(second, "0.9"),
    ]

    answer = forecasting.post("bulk/forecasts/", rows)

    assert fates(answer) == ["RECORDED", *["REFUSED"] * 9, "RECORDED"]
    told = {
        row["index"]: {error["field"]: error["message"] for error in row["problem"]["errors"]}
        for row in answer.json()["results"]
        if row["problem"]
    }
    assert "1.5 lies outside 0 to 1" in told[1]["wording.probability"]
    assert told[2]["prediction"] == f"There is no prediction {missing}."
    assert told[3]["forecaster"] == "This token forecasts as ada-byron, not as bob."
    assert "only the scope admin may date one" in told[4]["made_at"]
    assert "There is no field “colour” here" in told[5]["colour"]
    assert told[6] == {
        "prediction": "“x” is not a valid UUID.",
        "forecaster": "This field is required.",
        "wording": "This field is required.",
    }
    assert told[7] == {"": "This is no JSON object."}
    assert "lexicon" in " ".join(told[8])
    assert "This" in told[9]["wording.probability"] or "“True”" in told[9]["wording.probability"]
    assert Forecast.objects.count() == 2


def test_all_or_nothing_records_nothing_where_one_row_is_bad(forecasting):
    first, second = predictions(2)

    answer = forecasting.post(
        "bulk/forecasts/?mode=all", [forecast(first), forecast(second, "2"), forecast(second, "3")]
    )

    assert answer.status_code == 400
    assert sorted(errors_of(answer)) == ["1.wording.probability", "2.wording.probability"]
    assert Forecast.objects.count() == 0


def test_all_or_nothing_records_everything_where_every_row_is_good(forecasting):
    rows = [forecast(one) for one in predictions(3)]

    assert fates(forecasting.post("bulk/forecasts/?mode=all", rows)) == ["RECORDED"] * 3


def test_what_was_recorded_before_is_unchanged(administrator):
    rows = [forecast(one, made_at="2025-02-01T00:00:00Z") for one in predictions(2)]

    first, again = (administrator.post("bulk/forecasts/", rows) for _ in range(2))
    other = administrator.post("bulk/forecasts/", [rows[0] | {"wording": {"probability": "0.9"}}])

    assert (fates(first), fates(again)) == (["RECORDED"] * 2, ["UNCHANGED"] * 2)
    assert [row["id"] for row in again.json()["results"]] == [row["id"] for row in first.json()["results"]]
    assert "cannot be changed" in other.json()["results"][0]["problem"]["errors"][0]["message"]


def test_two_probabilities_for_one_instant_are_one_too_many(forecasting):
    (prediction,) = predictions(1)

    answer = forecasting.post(
        "bulk/forecasts/", [forecast(prediction), forecast(prediction), forecast(prediction, "0.5")]
    )

    assert fates(answer) == ["RECORDED", "UNCHANGED", "REFUSED"]


def test_more_forecasts_cost_no_more_queries(forecasting):
    many = predictions(12)
    few, more = many[:2], many[2:]
    counts = []
    for rows in ([forecast(one) for one in few], [forecast(one) for one in more]):
        with CaptureQueriesContext(connection) as queries:
            assert fates(forecasting.post("bulk/forecasts/", rows)) == ["RECORDED"] * len(rows)
        counts.append(len(queries))

    # The first request also notes that the token was used.
    assert counts[1] <= counts[0] <= 17


def test_events_are_recorded_on_the_path_of_files(ingester):
    rows = [event(1), event(2, external_id=""), event(3, occurred_on="2025-02-30"), event(4, source="other"), event(5)]

    answer = ingester.post("bulk/events/", rows)
    again = ingester.post("bulk/events/", [rows[0], event(1, title="Otherwise")])

    assert fates(answer) == ["RECORDED", "RECORDED", "REFUSED", "REFUSED", "RECORDED"]
    assert fates(again) == ["UNCHANGED", "REFUSED"]
    assert (
        again.json()["results"][0]["id"]
        == answer.json()["results"][0]["id"]
        == str(Event.objects.get(external_id="1").pk)
    )
    assert [row["problem"]["errors"][0]["field"] for row in answer.json()["results"][2:4]] == ["occurred_on", "source"]


def test_an_event_wakes_the_prediction_it_may_concern(ingester):
    prediction = make_prediction()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=None)

    ingester.post("bulk/events/", [event(1)])

    assert Prediction.objects.get().next_check_at is not None


def test_events_all_or_nothing(ingester):
    answer = ingester.post("bulk/events/?mode=all", [event(1), event(2, event_type="GHOST")])

    assert answer.status_code == 400
    assert list(errors_of(answer)) == ["1.event_type"]
    assert Event.objects.count() == 0


def test_an_event_that_corrects_goes_elsewhere(ingester):
    answer = ingester.post("bulk/events/", [event(1, corrects="7", reason="So it was.")])

    assert "events/{id}/corrections/" in answer.json()["results"][0]["problem"]["errors"][0]["message"]


def test_an_administrator_records_for_any_source(administrator):
    make_world()
    make_source(slug="agency")

    assert fates(administrator.post("bulk/events/", [event(1), event(2, source="agency")])) == ["RECORDED"] * 2


def test_the_example_of_the_documentation_is_answered_as_it_says(administrator):
    page = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    path, rows, shown = re.search(
        r"^```ndjson\nPOST /api/v1/(\S+)\n(.*?)^```\n\n```\n(.*?)^```$", page, re.M | re.S
    ).groups()
    prediction = make_prediction(holder=make_forecaster("jane-doe"), probability=None)
    rows = rows.replace("$prediction", str(prediction.pk))

    answer = administrator.client.post(f"/api/v1/{path}", rows, content_type="application/x-ndjson")

    assert answer.json() == json.loads(shown.replace("$forecast", str(Forecast.objects.get().pk)))


@pytest.mark.parametrize("body", ["", "{}", "[", "null", '{"prediction": 1}', "\x00"])
def test_a_body_that_is_no_array_is_refused(body, forecasting):
    answer = forecasting.post("bulk/forecasts/", body)

    if body == "[":
        assert fates(answer) == ["REFUSED"]
    else:
        assert answer.status_code == 400
        assert "array of objects" in answer.json()["detail"]


def test_an_empty_array_records_nothing(forecasting):
    assert fates(forecasting.post("bulk/forecasts/", [])) == []


@pytest.mark.parametrize(
    ("path", "field"), [("bulk/forecasts/?mode=some", "mode"), ("bulk/forecasts/?colour=red", "colour")]
)
def test_an_unknown_mode_is_refused(path, field, forecasting):
    assert field in errors_of(forecasting.post(path, []))


@pytest.mark.parametrize("path", ["forecasts", "events"])
def test_another_scope_records_nothing(path, program_with):
    for scope in (ApiToken.Scope.READ, ApiToken.Scope.RESOLVE):
        assert program_with(scope).post(f"bulk/{path}/", [{}]).status_code == 403


def test_a_body_that_is_too_large_is_refused_before_it_is_read(forecasting, settings):
    settings.IMPORT_MAX_BYTES = 100
    (prediction,) = predictions(1)

    assert forecasting.post("bulk/forecasts/", [forecast(prediction)] * 3).status_code == 413


def test_thousands_of_rows_are_recorded_in_chunks(administrator):
    (prediction,) = predictions(1)
    rows = [
        forecast(prediction, made_at=f"{PUBLISHED:%Y-%m-%d}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z")
        for n in range(2500)
    ]

    answer = post_lines(administrator, "bulk/forecasts/", rows)

    assert answer.json()["recorded"] == Forecast.objects.count() == 2500
    assert [row["index"] for row in answer.json()["results"]] == list(range(2500))


ODD = ["2025-02-03", "2025-02-03T10:00:00Z", "", "x" * 201, None, 7, {}, [""]]


def refused_alone(program, path: str, body: dict) -> set[str]:
    """The fields for which a body is refused; of a list, the list."""
    answer = program.post(path, body)
    return {field.split(".")[0] for field in (errors_of(answer) if answer.status_code == 400 else {})}


def refused_in_numbers(program, path: str, bodies: list[dict]) -> list[set[str]]:
    """The same of each body, sent together."""
    problems = [row["problem"] or {"errors": []} for row in program.post(f"bulk/{path}", bodies).json()["results"]]
    return [{error["field"].split(".")[0] for error in problem["errors"]} for problem in problems]


@pytest.mark.any_database
@pytest.mark.parametrize("name", list(NewEvent().fields))
def test_an_event_in_numbers_may_hold_what_a_single_one_may(name, administrator):
    make_world()
    alone, together = (
        [event(number) | {"external_id": f"{number}-{way}", name: value} for number, value in enumerate(ODD)]
        for way in ("alone", "together")
    )

    found = refused_in_numbers(administrator, "events/", together)

    assert [name in one for one in found] == [name in refused_alone(administrator, "events/", one) for one in alone]


@pytest.mark.any_database
@pytest.mark.parametrize("name", list(NewForecast().fields))
def test_a_forecast_in_numbers_may_hold_what_a_single_one_may(name, administrator):
    each = predictions(2 * len(ODD))
    bodies = [forecast(one) | {name: value} for one, value in zip(each, ODD * 2, strict=True)]
    alone, together = bodies[: len(ODD)], bodies[len(ODD) :]

    found = refused_in_numbers(administrator, "forecasts/", together)

    assert [name in one for one in found] == [name in refused_alone(administrator, "forecasts/", one) for one in alone]


def test_what_a_forecast_was_taken_from_is_kept(administrator):
    (prediction,) = predictions(1)

    assert fates(administrator.post("bulk/forecasts/", [forecast(prediction, origin=" The wire ")])) == ["RECORDED"]

    assert Forecast.objects.get(prediction=prediction).origin == "The wire"


def test_nobody_forecasts_as_an_aggregate_in_numbers_either(administrator):
    (prediction,) = predictions(1)
    Forecaster.objects.create(slug="crowd-mean", name="Crowd mean", kind="AGGREGATE", recorded_at=NOW)

    answer = administrator.post("bulk/forecasts/", [forecast(prediction, forecaster="crowd-mean")])

    (row,) = answer.json()["results"]
    assert "takes none itself" in row["problem"]["errors"][0]["message"]

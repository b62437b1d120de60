"""Rules and events at and beyond their limits, sent as programs send them: a clear answer, and nothing half-stored."""

import json

import pytest
from django.apps import apps

from forecasts.models import Event, EventVersion, Source
from tests.builders import cover, rule_that_it_occurs

from .conftest import errors_of
from .test_imports import FILE, LINE, send
from .test_recording import EVENT, claim

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

JANUARY = {"start": "2025-01-07T00:00:00Z", "end": "2025-02-01T00:00:00Z"}
AID = {"type": ["AID"]}
TEN_MEGABYTES = 10_000_000


def occurs(**fields) -> dict:
    return {"occurs": {"pattern": AID, "window": JANUARY} | fields}


def inside(depth: int) -> dict:
    """A clause inside so many formulas."""
    formula = occurs()
    for _ in range(depth):
        formula = {"not": formula}
    return formula


def counting_from(anchor: str) -> dict:
    return {"start": {"anchor": anchor}, "end": {"anchor": anchor, "offset": "P30D"}}


def n_rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in apps.get_app_config("forecasts").get_models()}


@pytest.mark.parametrize("consequent", [inside(5), {"all": [occurs()] * 20}], ids=["as deep", "as many"])
def test_a_rule_at_a_limit_is_recorded(consequent, logger):
    answer = logger.post("predictions/", claim(rules=[{"rule": {"rrl": "1", "consequent": consequent}}]))

    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    ("consequent", "message"),
    [
        (inside(6), "is 7 formulas deep; make it 6 at most"),
        ({"all": [occurs()] * 21}, "has 21 clauses; use 20 at most"),
        ({"all": [occurs()] * 2_000}, "holds more than 5000 values"),
        (occurs(window={"start": "2025-01-07T00:00:00Z", "end": "2036-01-07T00:00:00Z"}), "consequent.occurs.window"),
        (occurs(window=counting_from("condition")), "condition"),
        (
            {"all": [
                {"id": "egg", **occurs(window=counting_from("clause:hen"))},
                {"id": "hen", **occurs(window=counting_from("clause:egg"))},
            ]},
            "waits for itself through 'clause:hen'",
        ),
        ({"sum": {"pattern": AID, "window": JANUARY, "attr": "usd", "value": -1}}, "consequent.sum: is reached before it begins; use a total above 0"),
        (occurs(pattern={**AID, "actor": ["USA.GOW"]}), "USA.GOW"),
        (occurs(pattern={"type": ["MAGIC"]}), "consequent.occurs.pattern.type"),
    ],
    ids=["too deep", "too many", "far too many", "too long", "no condition", "circle", "negative sum",
         "unknown entity", "unknown type"],
)  # fmt: skip
def test_a_rule_beyond_a_limit_is_refused_with_its_place(consequent, message, logger):
    rules = [{"rule": rule_that_it_occurs()}, {"rule": {"rrl": "1", "consequent": consequent}, "variant": "STRICT"}]
    body = claim(rules=rules)
    before = n_rows()

    answer = logger.post("predictions/", body)

    assert answer.status_code == 400, answer.content
    assert message in errors_of(answer)["rules.1.rule"]
    assert n_rows() == before


def test_attributes_of_ten_megabytes_are_refused_as_a_body(ingester):
    answer = ingester.post("events/", EVENT | {"attributes": {"text": "x" * TEN_MEGABYTES}})

    assert answer.status_code == 413
    assert not Event.objects.exists()


def test_attributes_that_are_too_large_stop_no_other_row(ingester):
    rows = [LINE | {"external_id": "a"}, LINE | {"external_id": "b", "attributes": {"text": "x" * 1_000_000}}]

    text = "\n".join(json.dumps(row) for row in rows)
    report = send(ingester, text, kind="application/x-ndjson").json()

    assert (report["new"], report["refused"], report["problems"][0]["line"]) == (1, 1, 2)
    assert EventVersion.objects.get().event.external_id == "a"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"actors": ["US"]}, "actors"),
        ({"occurred_on": "0025-02-03"}, "occurred_on"),
        ({"occurred_on": "2025-02-30"}, "occurred_on"),
        ({"date_precision": "DECADE"}, "date_precision"),
        ({"external_id": "first", "title": "Something else"}, "external_id"),
        ({"external_id": "second", "corrects": "never-recorded", "reason": "It was a mistake."}, "corrects"),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_line_and_field(changed, field, ingester):
    send(ingester, json.dumps(LINE | {"external_id": "first"}), kind="application/x-ndjson")
    rows = [LINE | {"external_id": "other"}, LINE | {"external_id": "second"} | changed]

    text = "\n".join(json.dumps(row) for row in rows)
    report = send(ingester, text, kind="application/x-ndjson").json()

    assert (report["new"], report["refused"]) == (1, 1), report
    assert {(one["line"], one["field"]) for one in report["problems"]} == {(2, field)}, report


def test_the_file_of_these_tests_is_accepted(ingester):
    assert send(ingester, FILE).json()["refused"] == 0


@pytest.mark.parametrize(
    ("amount", "value", "doubtful"),
    [
        (10, "F", []),
        (-10, "U", ["The United States sends military aid"]),
        ({"low": -10, "high": 90}, "U", ["The United States sends military aid"]),
        ("much", "U", ["The United States sends military aid"]),
    ],
)
def test_an_amount_below_zero_adds_nothing_and_is_left_to_a_person(amount, value, doubtful, ingester, logger):
    window = {"start": "2025-02-01T00:00:00Z", "end": "2025-03-01T00:00:00Z"}
    total = {"sum": {"pattern": AID, "window": window, "attr": "usd", "value": 50}}
    assert ingester.post("events/", EVENT | {"attributes": {"usd": amount}}).status_code == 201
    cover(source=Source.objects.get())

    body = {"rule": {"rrl": "1", "consequent": total}, "publication": "2025-01-01T00:00:00Z"}
    answer = logger.post("rules/check/", body).json()
    (clause,) = answer["clauses"]

    assert (clause["value"], [event["title"] for event in clause["doubtful"]]) == (value, doubtful), clause

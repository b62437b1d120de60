"""The worked examples that ship with the language: rules, facts, and what they come to when."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from forecasts.rules.evaluation import evaluate
from forecasts.rules.facts import Knowledge, Occurrence, SeriesValue
from forecasts.rules.parsing import parse_rule
from forecasts.rules.times import parse_duration
from tests.rules.builders import at

DATA = Path(__file__).parent / "data"
EXAMPLES = json.loads((DATA / "examples.json").read_text())
STATUSES = {"RESOLVED_TRUE": "YES", "RESOLVED_FALSE": "NO"}


def read_event(row):
    return Occurrence(
        id=row["id"],
        title=row["id"],
        earliest=at(row["valid_from"]),
        latest=at(row["valid_to"]),
        known_at=at(row["recorded_at"]),
        event_type=row["event_type"],
        action_code=row["action_code"],
        modes=tuple(row["mode"]),
        contexts=tuple(row["context"]),
        topics=tuple(row["topic"]),
        actors=tuple(row["actor"]),
        recipients=tuple(row["recipient"]),
        attributes=row["attributes"],
        modality=row["modality"],
        tier=row["tier"],
    )


def read_brent(release_lag):
    # U.S. EIA, Europe Brent Spot Price FOB, dollars a barrel.
    with (DATA / "brent.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return tuple(
        SeriesValue(
            id=f"EIA:RBRTE.D@{row['Date']}",
            series="EIA:RBRTE.D",
            valid_on=at(row["Date"]),
            value=float(row["Price"]),
            released_at=at(row["Date"]) + release_lag,
        )
        for row in rows
    )


def known_in(example, *, known_at):
    as_of = at(known_at)
    values = ()
    if "series_file" in example:
        values = read_brent(parse_duration(example["series_release_lag"]))
    return Knowledge(
        as_of=as_of,
        publication=at(example["publication"]),
        occurrences=tuple(read_event(row) for row in example["events"]),
        observations=values,
        complete_to={"wire": as_of - parse_duration(example["coverage_lag"])},
        milestones={name: at(date) for name, date in EXAMPLES["calendar"].items()},
    )


CHECKS = [
    pytest.param(example, check, id=f"{name} on {check['known_at']}")
    for name, example in EXAMPLES["rules"].items()
    for check in example["checks"]
]


@pytest.mark.parametrize(("example", "check"), CHECKS)
def test_example_comes_to_what_it_says(example, check):
    outcome = evaluate(parse_rule(example["rule"]), known_in(example, known_at=check["known_at"]))

    expected = check["expect"]
    assert outcome.status == STATUSES.get(expected, expected), outcome.consequent.why


def test_three_successive_brent_prices_settle_on_the_third():
    example = EXAMPLES["rules"]["4 brent>=80 3d"]

    outcome = evaluate(parse_rule(example["rule"]), known_in(example, known_at="2025-01-25"))

    assert outcome.witnesses == tuple(f"EIA:RBRTE.D@2025-01-{day}" for day in ("13", "14", "15"))
    assert outcome.happened.hi == at("2025-01-15")


def test_brent_never_reached_95_dollars():
    example = EXAMPLES["rules"]["4 brent>=80 3d"]
    rule = json.loads(json.dumps(example["rule"]))
    rule["consequent"]["series"] |= {"value": 95, "consecutive": 1}

    outcome = evaluate(parse_rule(rule), known_in(example, known_at="2025-02-20"))

    assert outcome.status == "NO"


def test_values_not_released_yet_do_not_count():
    example = EXAMPLES["rules"]["4 brent>=80 3d"]
    day_before_release = known_in(example, known_at="2025-01-22")

    late = evaluate(parse_rule(example["rule"]), day_before_release)
    early = evaluate(
        parse_rule(example["rule"]),
        known_in(example, known_at=str((at("2025-01-22") - timedelta(days=1)).date())),
    )

    assert (early.status, late.status) == ("OPEN", "YES")

"""The rules of a real article over the events that followed it."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from forecasts.rules.evaluation import evaluate
from forecasts.rules.facts import Knowledge, Membership, Occurrence, SeriesValue
from forecasts.rules.parsing import parse_rule
from tests.rules.builders import END_OF_DAY, at

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not (DATA / "article").is_dir(), reason=f"the article's test data is not at {DATA}")
STATUSES = {"RESOLVED_TRUE": "YES", "RESOLVED_FALSE": "NO"}
MILESTONES = {
    "us.election.2024": at("2024-11-05"),
    "us.inauguration.2025": at("2025-01-20T17:00:00+00:00"),
}
NATO = (
    "ALB BEL BGR CAN CZE DEU DNK ESP EST FIN FRA GBR GRC HRV HUN ISL ITA LTU LUX LVA MKD MNE NLD "
    "NOR POL PRT ROU SVK SVN SWE TUR USA"
)
MEMBERSHIPS = (
    *(Membership(member=country, group="grp.NATO") for country in NATO.split()),
    Membership(member="person.trump", group="USA.GOV.POTUS", start=MILESTONES["us.inauguration.2025"]),
)


def read(name):
    return json.loads((DATA / "article" / name).read_text())


def read_versions(row):
    """The versions of an event: each is known from its `recorded` until the next."""
    versions = row.get("versions") or [{}]
    for index, version in enumerate(versions):
        merged = row | row["action"] | version
        following = versions[index + 1]["recorded"] if index + 1 < len(versions) else None
        yield read_version(merged), following and at(following)


def read_version(row):
    return Occurrence(
        id=row["id"],
        title=row["title"],
        earliest=at(row["date"]),
        latest=at(row["date_to"]) + END_OF_DAY,
        known_at=at(row["recorded"]),
        event_type=row["plover_type"],
        action_code=row["cameo"],
        modes=tuple(row["modes"]),
        contexts=tuple(row["contexts"]),
        topics=tuple(row["topics"]),
        actors=tuple(row["actor"]),
        recipients=tuple(row["recipient"]),
        attributes=row["attributes"],
        modality=row["modality"],
        tier=row["tier"],
        contested=row["status"] == "contested",
        owners=len({source.split("/")[2] for source in row["sources"]}),
    )


def known_events(as_of):
    return tuple(
        version
        for row in read("events.json")
        if row["kind"] == "event"
        for version, superseded in read_versions(row)
        if version.known_at <= as_of and (superseded is None or as_of < superseded)
    )


def read_kiel(as_of):
    """US military allocations a month, bn EUR; months without a row had none."""
    with (DATA / "kiel" / "data_explorer.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["country"] == "United States"]
    given = {(int(row["year"]), int(row["month"])): float(row["military"]) for row in rows}
    months = [(year, month) for year in range(2022, 2027) for month in range(1, 13)]
    released_at = at("2026-08-04")
    return tuple(
        SeriesValue(
            id=f"KIEL:USA.military.eur_bn@{year}-{month:02}-01",
            series="KIEL:USA.military.eur_bn",
            valid_on=at(f"{year}-{month:02}-01"),
            value=given.get((year, month), 0.0),
            released_at=released_at,
        )
        for year, month in months
        if (2022, 2) <= (year, month) <= (2026, 4) and released_at <= as_of
    )


def known_at(instant, *, publication="2024-09-05"):
    as_of = at(instant)
    return Knowledge(
        as_of=as_of,
        publication=at(publication),
        occurrences=known_events(as_of),
        observations=read_kiel(as_of),
        complete_to={"wire": as_of - timedelta(days=2)},
        milestones=MILESTONES,
        memberships=MEMBERSHIPS,
    )


def expected_of(row):
    """What the rule itself comes to; for rules that ask a person, what the condition leaves."""
    machine = row.get("machine") or row.get("resolution", {}).get("machine")
    if machine:
        return STATUSES.get(machine["status"], machine["status"])
    return {"annulled": "ANNULLED", "open": "OPEN_CONSEQUENT"}[row["resolution"]["outcome"]]


def read_rules():
    """Every rule by name, with the verdict expected."""
    for row in read("predictions.json")["predictions"]:
        if row.get("rule_rrl1"):
            yield row["id"], row["rule_rrl1"], expected_of(row)
        for variant in row["variants"]:
            if variant.get("rule"):
                yield f"{row['id']}/{variant['name']}", variant["rule"], expected_of(variant)


CASES = list(read_rules()) if (DATA / "article").is_dir() else []
RULES = {name: rule for name, rule, _ in CASES}
# The checks name variants more briefly than the predictions do.
CHECKED = {
    "P03/90d+30": "P03/90 days, must last 30",
    "P03/any aid": "P03/any aid, 30 days",
    "P17/any, publication 2024-09-06": "P17/any energy designation",
}


def test_every_rule_of_the_article_is_checked():
    assert len(CASES) == 43


@pytest.mark.parametrize(
    ("rule", "expected"),
    [pytest.param(rule, expected, id=name) for name, rule, expected in CASES],
)
def test_rule_comes_to_the_verdict_set_by_hand(rule, expected):
    outcome = evaluate(parse_rule(rule), known_at("2026-08-31"))

    assert outcome.status == expected, outcome.consequent.why


CHECKS = read("predictions.json")["knowledge_time_checks"] if CASES else []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check['rule']} {check['known_at']}")
def test_rule_comes_to_what_was_known_then(check):
    name = CHECKED.get(check["rule"], check["rule"])
    publication = "2024-09-06" if "publication" in check["rule"] else "2024-09-05"

    outcome = evaluate(parse_rule(RULES[name]), known_at(check["known_at"], publication=publication))

    assert outcome.status == STATUSES.get(check["status"], check["status"]), outcome.consequent.why


def test_step_of_the_same_day_only_possibly_follows_the_strike():
    # The doctrine (E11) was signed on the day of the first strike (E10); which came first is not
    # recorded. The missile of two days later (E13) surely followed, and the verdict rests on it.
    outcome = evaluate(parse_rule(RULES["P11/any escalatory step"]), known_at("2026-08-31"))

    assert outcome.consequent.witnesses == ("E13",)
    assert outcome.consequent.possible == ("E11",)


@pytest.mark.parametrize(("name", "side_value"), [("P16", "T"), ("P04", "F"), ("P12", None), ("P20", "U")])
def test_annulled_rule_keeps_what_the_outcome_did_all_the_same(name, side_value):
    outcome = evaluate(parse_rule(RULES[name]), known_at("2026-08-31"))

    assert outcome.status == "ANNULLED"
    assert outcome.side_value == side_value

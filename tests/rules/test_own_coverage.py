"""Clauses that rest on other sources, or wait longer, than the policy of their rule says."""

import pytest

from forecasts.rules import explain, listens_for, may_finalise
from forecasts.rules.evaluation import evaluate
from forecasts.rules.facts import SeriesValue
from tests.rules.builders import at, make_event, make_knowledge, make_rule, occurs, outcome_of, window

JANUARY, AID = window("2025-01-01", "2025-02-01"), {"type": ["AID"]}
LOW = SeriesValue(id="low", series="P", valid_on=at("2025-01-15"), value=1, released_at=at("2025-01-15"))
CLAUSES = {
    "occurs": {"pattern": AID, "window": JANUARY},
    "never": {"pattern": AID, "window": JANUARY},
    "count": {"pattern": AID, "window": JANUARY, "op": ">=", "n": 2},
    "sum": {"pattern": AID, "window": JANUARY, "attr": "usd", "value": 5},
    "series": {"series": "P", "window": JANUARY, "op": ">=", "value": 5, "max_gap": "P40D"},
    "state": {"initiates": AID, "terminates": {"type": ["REJECT"]}, "initial": False, "at": JANUARY["end"]},
}


def knowing(as_of, *events, **marks):
    """The wire complete to the present, official sources to 20 January, unless said otherwise."""
    groups = {"wire": as_of, "official": "2025-01-20"} | marks
    complete_to = {group: at(mark) for group, mark in groups.items()}
    return make_knowledge(as_of, *events, observations=(LOW,), complete_to=complete_to)


@pytest.mark.parametrize("kind", CLAUSES)
@pytest.mark.parametrize(
    ("own", "as_of", "is_open"),
    [
        ({}, "2025-02-10", False),
        ({"coverage": ["official"]}, "2025-02-10", True),
        ({"coverage": ["wire", "official"]}, "2025-02-10", True),
        ({"coverage": ["wire", "official"], "coverage_mode": "any"}, "2025-02-10", False),
        ({"coverage": ["nobody"]}, "2025-02-10", True),
        ({"grace": "P10D"}, "2025-02-10", True),
        ({"grace": "P10D"}, "2025-02-11", False),
        ({"grace": "P0D"}, "2025-02-01", False),
    ],
)
def test_clause_closes_by_its_own_sources_and_grace(kind, own, as_of, is_open):
    outcome = outcome_of({kind: CLAUSES[kind] | own}, knowing(as_of))

    assert (outcome.status == "OPEN") is is_open


def resting_on(group, **pattern):
    formula = occurs(**pattern)
    return {"occurs": formula["occurs"] | {"coverage": [group]}}


def test_what_a_clause_leaves_out_the_policy_says():
    both = {"occurs": CLAUSES["occurs"] | {"coverage": ["wire", "official"]}}

    assert outcome_of(both, knowing("2025-02-10"), coverage_mode="any").status == "NO"
    assert outcome_of(both, knowing("2025-02-10"), coverage_mode="all").status == "OPEN"


def test_part_that_waits_for_other_sources_waits_alone():
    parts = {"any": [resting_on("wire"), resting_on("official", type=["SANCTION"])]}

    outcome = outcome_of(parts, knowing("2025-02-10"))

    assert [part.value for part in outcome.consequent.children] == ["F", "U"]
    assert (outcome.reason, outcome.awaits_coverage) == ("AWAITING_COVERAGE", True)
    assert outcome_of(parts, knowing("2025-02-10", official="2025-02-01")).status == "NO"


def test_next_check_follows_the_grace_of_the_clause():
    formula = {"occurs": CLAUSES["occurs"] | {"grace": "P10D"}}

    assert outcome_of(formula, knowing("2025-01-15")).next_check_at == at("2025-02-11")


def test_anchor_may_move_until_the_sources_of_its_own_clause_reach_it():
    anchored = {"pattern": AID, "window": {"start": {"anchor": "condition"}, "end": "2025-06-01T00:00:00Z"}}
    rule = make_rule({"occurs": anchored}, condition=resting_on("official", type=["CONSULT"]))
    talks = make_event("2025-01-25", event_type="CONSULT")
    known = (talks, make_event("2025-01-22"))

    assert evaluate(rule, knowing("2025-01-28", *known)).awaits_coverage
    assert not evaluate(rule, knowing("2025-01-28", *known, official="2025-01-26")).awaits_coverage


def test_coverage_of_a_verdict_is_that_of_its_least_complete_clause():
    rule = make_rule({"any": [resting_on("wire"), resting_on("official", type=["SANCTION"])]})
    knowledge = knowing("2025-02-10")

    outcome = evaluate(rule, knowledge)

    assert outcome.covered_to == at("2025-01-20")
    told = explain(rule, outcome, knowledge, label="central v1")
    assert told.endswith("As known on 2025-02-10; coverage (wire) to 2025-02-10; coverage (official) to 2025-01-20.")


def test_absent_sources_of_a_clause_are_named():
    rule = make_rule(resting_on("nobody"))
    knowledge = knowing("2025-02-10")

    outcome = evaluate(rule, knowledge)

    assert outcome.covered_to is None
    assert "no coverage by nobody" in explain(rule, outcome, knowledge, label="central v1")


@pytest.mark.parametrize(("tiers", "expected"), [({"official": "A"}, True), ({"wire": "A"}, False)])
def test_silence_is_final_where_the_sources_of_its_clause_are_of_tier_a(tiers, expected):
    rule = make_rule(resting_on("official"))
    knowledge = make_knowledge("2025-03-01", complete_to={"official": at("2025-03-01")}, coverage_tiers=tiers)

    assert may_finalise(rule, evaluate(rule, knowledge), knowledge) is expected


def test_rule_listens_for_the_sources_of_each_clause():
    heard = listens_for(make_rule({"any": [occurs(), resting_on("official")]}))

    assert {key for key in heard if key.startswith("coverage:")} == {"coverage:wire", "coverage:official"}

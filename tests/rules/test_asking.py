"""When a person is asked although nothing new was reported: doubts, anchors that fail, gaps in coverage."""

import pytest

from forecasts.rules import explain, may_finalise
from forecasts.rules.evaluation import evaluate
from tests.rules.builders import at, make_event, make_knowledge, make_rule, occurs, outcome_of, window

LATE = "2025-06-01"
WON, LOST = ({"type": ["x-election-result"], "recipient": [name]} for name in ("person.one", "person.two"))
ELECTION = {"occurs": {"pattern": WON, "refuted_by": LOST, "window": window("2025-01-01", "2025-02-01")}}


def result(day, *recipients, **fields):
    return make_event(day, id=f"result-{day}", event_type="x-election-result", recipients=recipients, **fields)


RESULT, UNNAMED = result("2025-01-10", "person.two"), result("2025-01-09")


def test_rival_decides_and_a_possible_match_asks_for_a_second_look():
    rule = make_rule(ELECTION)
    knowledge = make_knowledge("2025-01-12", RESULT, UNNAMED, coverage_tiers={"wire": "A"})

    outcome = evaluate(rule, knowledge)

    assert (outcome.status, outcome.reason, outcome.review) == ("NO", "REFUTED", ("POSSIBLE_MATCH",))
    assert outcome.possible == (UNNAMED.id,)
    assert not may_finalise(rule, outcome, knowledge)
    assert "Possible: “An event” (2025-01-09" in explain(rule, outcome, knowledge, label="central v1")


def test_rival_without_a_possible_match_asks_nobody():
    rule, knowledge = make_rule(ELECTION), make_knowledge("2025-01-12", RESULT)

    outcome = evaluate(rule, knowledge)

    assert (outcome.status, outcome.review) == ("NO", ())
    assert may_finalise(rule, outcome, knowledge)


@pytest.mark.parametrize("when", ["2025-01-09", "2025-01-11"])
def test_report_that_comes_after_the_rival_takes_no_verdict_back(when):
    late = result(when, known_at=at("2025-01-20"))

    before = outcome_of(ELECTION, make_knowledge("2025-01-12", RESULT, late))
    after = outcome_of(ELECTION, make_knowledge("2025-01-25", RESULT, late))

    assert (before.status, after.status, after.review) == ("NO", "NO", ("POSSIBLE_MATCH",))


def test_condition_that_a_rival_refuted_in_doubt_annuls_and_asks():
    rule = make_rule(occurs(), condition=ELECTION)

    outcome = evaluate(rule, make_knowledge("2025-01-12", RESULT, UNNAMED))

    assert (outcome.status, outcome.reason, outcome.review) == ("ANNULLED", "CONDITION_REFUTED", ("POSSIBLE_MATCH",))


def after(clause, **more):
    span = {"start": {"anchor": f"clause:{clause}"}, "end": "2025-06-01T00:00:00Z"}
    return {"occurs": {"pattern": {"type": ["AID"]}, "window": span}} | more


def first():
    return occurs(type=["CONSULT"]) | {"id": "talks"}


def test_clause_that_counts_from_what_failed_asks_a_person():
    rule = {"any": [first(), after("talks")]}

    early = outcome_of(rule, make_knowledge("2025-01-15"))
    late = outcome_of(rule, make_knowledge(LATE))

    assert (early.consequent.children[1].reason, early.review) == ("ANCHOR_UNKNOWN", ())
    assert (late.status, late.reason, late.review) == ("OPEN", "ANCHOR_FAILED", ("ANCHOR_FAILED",))
    assert late.consequent.children[1].why == (
        "the window counts from clause:talks, which can no longer come true; a person must decide"
    )


def test_failure_is_passed_on_along_anchors():
    rule = {"any": [first(), after("talks", id="then"), after("then")]}

    outcome = outcome_of(rule, make_knowledge(LATE))

    assert [part.reason for part in outcome.consequent.children] == ["WINDOW_CLOSED", "ANCHOR_FAILED", "ANCHOR_FAILED"]


def test_state_at_an_instant_that_failed_asks_a_person():
    state = {"initiates": {"type": ["AID"]}, "terminates": {"type": ["REJECT"]}, "at": {"anchor": "clause:talks"}}

    outcome = outcome_of({"any": [first(), {"state": state}]}, make_knowledge(LATE))

    assert outcome.review == ("ANCHOR_FAILED",)


def test_other_reasons_are_told_before_an_anchor_that_failed():
    open_still = occurs(end="2025-12-01")

    outcome = outcome_of({"any": [first(), after("talks"), open_still]}, make_knowledge(LATE))

    assert (outcome.reason, outcome.review) == ("WINDOW_OPEN", ("ANCHOR_FAILED",))


@pytest.mark.parametrize(
    ("as_of", "covered_to", "review", "next_check"),
    [
        ("2025-02-03", "2025-01-20", (), "2025-03-05"),
        ("2025-03-04T23:59:59.999999", "2025-01-20", (), "2025-03-05"),
        ("2025-03-05", "2025-01-20", ("COVERAGE_GAP",), None),
        ("2025-03-05", None, ("COVERAGE_GAP",), None),
        ("2025-03-05", "2025-02-01", (), None),
    ],
)
def test_gap_in_coverage_calls_a_person_thirty_days_after_window_and_grace(as_of, covered_to, review, next_check):
    marks = {"wire": at(covered_to)} if covered_to else {}

    outcome = outcome_of(occurs(), make_knowledge(as_of, complete_to=marks))

    assert (outcome.review, outcome.next_check_at) == (review, next_check and at(next_check))


def test_gap_below_an_anchor_calls_a_person_too():
    rule = make_rule(after("talks"), condition={"any": [first(), occurs(type=["SANCTION"])]})
    facts = make_event("2025-01-10", event_type="SANCTION")

    outcome = evaluate(rule, make_knowledge("2025-03-10", facts, complete_to={"wire": at("2025-01-15")}))

    assert (outcome.status, outcome.review) == ("OPEN_CONSEQUENT", ("COVERAGE_GAP",))


def test_window_still_to_close_is_looked_at_before_a_gap_elsewhere_is_called_out():
    both = {"any": [occurs(), occurs(end="2025-02-10", type=["SANCTION"])]}

    outcome = outcome_of(both, make_knowledge("2025-02-05", complete_to={}))

    assert outcome.next_check_at == at("2025-02-12")

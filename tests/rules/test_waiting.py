"""An undecided rule says when time alone, or sources that reach further, could decide it."""

from datetime import timedelta

from forecasts.rules.evaluation import evaluate
from forecasts.rules.findings import ReasonCode
from tests.rules.builders import at, make_event, make_knowledge, make_rule, occurs, outcome_of

UNCOVERED = {"complete_to": {"wire": at("2025-01-20")}}


def guarded(kind):
    formula = occurs()
    guard = {"kind": kind, "pattern": {"type": ["SANCTION"]}, "within": "P60D"}
    return {"occurs": formula["occurs"] | {"guards": [guard]}}


def test_a_possible_match_elsewhere_does_not_hide_the_wait_for_coverage():
    doubtful = make_event("2025-01-05", tier="D")
    both = {"all": [occurs(end="2025-01-10"), occurs(type=["SANCTION"])]}

    outcome = outcome_of(both, make_knowledge("2025-03-01", doubtful, **UNCOVERED))

    assert (outcome.reason, outcome.awaits_coverage) == (ReasonCode.POSSIBLE_MATCH, True)


def test_a_doubtful_match_wakes_when_its_guard_could_fail():
    doubtful = make_event("2025-01-05", tier="D")

    outcome = outcome_of(guarded("followed_by"), make_knowledge("2025-02-10", doubtful))

    assert outcome.next_check_at == at("2025-01-05") + timedelta(days=62, microseconds=1)


def test_a_clause_waits_for_the_clause_that_its_window_hangs_on():
    first = {"never": occurs(type=["SANCTION"])["occurs"]} | {"id": "first"}
    met = occurs(type=["CONSULT"])
    window = {"start": {"anchor": "clause:first"}, "end": at("2025-06-01").isoformat()}
    after = {"occurs": {"pattern": {"type": ["AID"]}, "window": window}}
    rule = make_rule(after, condition={"any": [first, met]})

    outcome = evaluate(rule, make_knowledge("2025-01-15", make_event("2025-01-10", event_type="CONSULT")))

    assert outcome.next_check_at == at("2025-02-03")


def test_an_anchor_that_an_unseen_event_could_still_move_waits_for_coverage():
    window = {"start": {"anchor": "condition"}, "end": at("2025-06-01").isoformat()}
    rule = make_rule(
        {"occurs": {"pattern": {"type": ["AID"]}, "window": window}},
        condition=occurs(type=["CONSULT"]),
    )
    facts = (make_event("2025-01-25", event_type="CONSULT"), make_event("2025-01-22"))

    early = evaluate(rule, make_knowledge("2025-02-01", *facts, **UNCOVERED))
    late = evaluate(rule, make_knowledge("2025-02-01", *facts, complete_to={"wire": at("2025-01-26")}))

    assert (early.awaits_coverage, late.awaits_coverage) == (True, False)


def test_a_settled_rule_waits_for_nothing():
    outcome = outcome_of(occurs(), make_knowledge("2025-01-15", make_event("2025-01-10"), **UNCOVERED))

    assert (outcome.next_check_at, outcome.awaits_coverage) == (None, False)

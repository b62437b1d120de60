"""Verdicts are sound: knowledge that grows never changes one, and time that passes is never missed."""

import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, note

from forecasts.rules.evaluation import evaluate
from forecasts.rules.findings import Finding, Status
from forecasts.rules.truth import Truth
from tests.rules.drawn_rules import cases
from tests.rules.histories import EDGES, LAST_DAY, coverage_on, day, known_on
from tests.soundness.profiles import SECONDS, TURNS, effort, part_of, turn

# Now and then, and the days after an edge, when news of what happened before it still comes in.
KNOWLEDGE_DAYS = sorted({*range(0, LAST_DAY + 60, 8), *(edge + days for edge in EDGES for days in (1, 2, 3))})
# In each turn; by night there are forty.
N_EVALUATIONS, FEWEST_OF_EACH = part_of(5_000), part_of(200)
VERDICTS = {Status.YES: "YES", Status.NO: "NO", Status.ANNULLED: "ANNULLED"}

pytestmark = pytest.mark.timeout(SECONDS)


def every_finding(outcome):
    waiting = [part for part in (outcome.condition, outcome.consequent) if part]
    while waiting:
        yield (finding := waiting.pop())
        waiting.extend(finding.children)


def is_within(span, other):
    return other.lo <= span.lo and span.hi <= other.hi


@pytest.mark.parametrize("number", TURNS)
def test_more_knowledge_never_changes_a_verdict(number):
    reached: Counter[str] = Counter()

    @turn(number, n_examples=300)
    @given(cases())
    def holds(case):
        rule, history = case
        note(rule.model_dump_json(by_alias=True, exclude_defaults=True))
        note(str(history))
        settled: dict[str, Finding] = {}
        for on in KNOWLEDGE_DAYS:
            outcome = evaluate(rule, known_on(on, history=history))
            reached[VERDICTS.get(outcome.status, "OPEN")] += 1
            for finding in every_finding(outcome):
                before = settled.get(finding.path)
                if before is not None:
                    assert finding.value is before.value, (on, before.why, finding.why)
                    assert is_within(finding.at, before.at), (on, before, finding)
                if finding.value is not Truth.U:
                    settled[finding.path] = finding

    holds()

    sys.stdout.write(f"{reached.total()} evaluations: {dict(reached)}\n")
    assert reached.total() >= N_EVALUATIONS
    assert min(reached[verdict] for verdict in ("YES", "NO", "ANNULLED", "OPEN")) >= FEWEST_OF_EACH, reached


@effort(100)
@given(cases())
def test_time_alone_changes_nothing_before_the_next_check(case):
    rule, history = case
    knowledge = known_on(30, history=history)
    outcome = evaluate(rule, knowledge)

    for number in range(31, LAST_DAY + 40, 4):
        later = replace(knowledge, as_of=day(number), complete_to=coverage_on(number))
        changed = evaluate(rule, later).status is not outcome.status
        looked = outcome.next_check_at is not None and outcome.next_check_at <= later.as_of
        assert looked or outcome.awaits_coverage or not changed, (number, outcome)

"""What holds for every rule and every history."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasts.rules.evaluation import evaluate
from forecasts.rules.findings import Finding
from forecasts.rules.keys import occurrence_keys, rule_keys
from forecasts.rules.language import FORMULAS
from forecasts.rules.matching import match_pattern
from forecasts.rules.parsing import RuleError, parse_rule
from forecasts.rules.structure import patterns_of, walk_rule
from forecasts.rules.truth import Truth
from tests.rules.histories import LAST_DAY, MEMBERSHIPS, MOST_LATE, histories, known_on, prices, rules

KNOWLEDGE_DAYS = range(0, LAST_DAY + 60, 6)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
# Widened dates reach back by at most four days before the event's own.
LAG = MOST_LATE + 4


def every_finding(finding):
    yield finding
    for child in finding.children:
        yield from every_finding(child)


def is_within(span, other):
    return other.lo <= span.lo and span.hi <= other.hi


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(rule=rules(), history=histories(), values=prices())
def test_more_knowledge_never_changes_a_verdict(rule, history, values):
    settled: dict[str, Finding] = {}
    for number in KNOWLEDGE_DAYS:
        knowledge = known_on(number, history=history, values=values, lag=LAG)

        outcome = evaluate(rule, knowledge)

        tops = [part for part in (outcome.condition, outcome.consequent) if part]
        for finding in [one for top in tops for one in every_finding(top)]:
            before = settled.get(finding.path)
            if before is not None:
                assert finding.value is before.value, (number, before.why, finding.why)
                assert is_within(finding.at, before.at), (number, before, finding)
            if finding.value is not Truth.U:
                settled[finding.path] = finding


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(rule=rules(), history=histories(), values=prices())
def test_a_check_before_the_next_one_finds_the_same_unless_facts_came_in(rule, history, values):
    knowledge = known_on(30, history=history, values=values, lag=LAG)

    outcome = evaluate(rule, knowledge)

    assert outcome.next_check_at is None or outcome.next_check_at > knowledge.as_of
    assert outcome.status.startswith("OPEN") or outcome.next_check_at is None


@st.composite
def patterns_by_any_key(draw):
    names = {
        "type": st.sampled_from(["AID", "SANCTION"]),
        "code": st.sampled_from(["0", "07", "072", "1", "16", "162", "1622"]),
        "topic_any": st.sampled_from(["aid", "aid/military", "peace"]),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, unique=True))
    return {name: [draw(names[name])] for name in chosen}


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(pattern=patterns_by_any_key(), history=histories())
def test_an_event_that_could_match_shares_a_key_with_the_rule(pattern, history):
    window = {"start": "2025-01-01T00:00:00Z", "end": "2025-02-01T00:00:00Z"}
    rule = parse_rule({"rrl": "1", "consequent": {"occurs": {"pattern": pattern, "window": window}}})
    wanted = rule_keys(rule)

    for event in (version for versions in history for version in versions):
        for _, each in patterns_of(next(walk_rule(rule)).formula):
            if match_pattern(event, pattern=each, memberships=MEMBERSHIPS) is not Truth.F:
                assert wanted & occurrence_keys(event)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=4), st.sampled_from(FORMULAS)), parts, max_size=3),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(condition=JSON, consequent=JSON, policy=JSON)
def test_any_json_is_a_rule_or_a_told_problem(condition, consequent, policy):
    data = {"rrl": "1", "condition": condition, "consequent": consequent, "policy": policy}

    with pytest.raises(RuleError) as refused:
        parse_rule(data)

    assert all(problem.message for problem in refused.value.problems)

"""What holds for every rule and every history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.rules.keys import occurrence_keys, rule_keys
from forecasts.rules.language import FORMULAS
from forecasts.rules.matching import match_pattern
from forecasts.rules.parsing import RuleError, parse_rule
from forecasts.rules.structure import patterns_of, walk_rule
from forecasts.rules.truth import Truth
from tests.rules.histories import MEMBERSHIPS, histories
from tests.soundness.profiles import effort


@st.composite
def patterns_by_any_key(draw):
    names = {
        "type": st.sampled_from(["AID", "SANCTION"]),
        "code": st.sampled_from(["0", "07", "072", "1", "16", "162", "1622"]),
        "topic_any": st.sampled_from(["aid", "aid/military", "peace"]),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, unique=True))
    return {name: [draw(names[name])] for name in chosen}


@effort(200)
@given(pattern=patterns_by_any_key(), history=histories())
def test_an_event_that_could_match_shares_a_key_with_the_rule(pattern, history):
    window = {"start": "2025-01-01T00:00:00Z", "end": "2025-02-01T00:00:00Z"}
    rule = parse_rule({"rrl": "1", "consequent": {"occurs": {"pattern": pattern, "window": window}}})
    wanted = rule_keys(rule)

    for event in (version for versions in history.events for version in versions):
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


@effort(200)
@given(condition=JSON, consequent=JSON, policy=JSON)
def test_any_json_is_a_rule_or_a_told_problem(condition, consequent, policy):
    data = {"rrl": "1", "condition": condition, "consequent": consequent, "policy": policy}

    with pytest.raises(RuleError) as refused:
        parse_rule(data)

    assert all(problem.message for problem in refused.value.problems)

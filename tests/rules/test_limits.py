"""Every limit of the language: what is just allowed, and what is said of the first thing that is not."""

import pytest

from forecasts.rules.lint import lint_rule
from forecasts.rules.parsing import RuleError, parse_rule
from tests.rules.builders import at, occurs, window

JANUARY, AID = window("2025-01-01", "2025-02-01"), {"type": ["AID"]}


def rule_of(consequent, **fields):
    return {"rrl": "1", "consequent": consequent} | fields


def problems_of(data, **known):
    """What parsing or lint has to say, by place."""
    try:
        found = lint_rule(parse_rule(data), **known)
    except RuleError as refused:
        found = refused.problems
    return {problem.path: problem.message for problem in found}


def inside(depth):
    """A clause inside so many others."""
    formula = occurs()
    for _ in range(depth):
        formula = {"not": formula}
    return formula


def many(clauses):
    """So many clauses side by side; one formula more holds them all."""
    return {"all": [occurs()] * clauses}


def summing(**fields):
    return {"sum": {"pattern": AID, "window": JANUARY, "attr": "usd", "value": 1} | fields}


def series(**fields):
    return {"series": {"series": "P", "window": JANUARY, "op": ">=", "value": 1} | fields}


def between(start, end):
    return {"occurs": {"pattern": AID, "window": {"start": start, "end": end}}}


def guarded(within):
    guard = {"kind": "followed_by", "pattern": AID, "within": within}
    return {"occurs": occurs()["occurs"] | {"guards": [guard]}}


FIRST = "2025-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("allowed", "refused", "path", "message"),
    [
        (inside(5), inside(6), "rule", "is 7 formulas deep; make it 6 at most"),
        (many(20), many(21), "rule", "has 21 clauses; use 20 at most"),
        ({"all": [inside(2)] * 16 + [inside(0)]}, {"all": [inside(2)] * 16 + [inside(1)]}, "rule", "has 51 formulas"),
        (
            {"any": [occurs()]}, {"any": []}, "consequent.any", "at least 1 item",
        ),
        (
            between(FIRST, "2025-01-01T00:01:00Z"), between(FIRST, FIRST), "consequent.occurs.window",
            "ends before it begins, or at once; move its end",
        ),
        (
            between(FIRST, "2035-01-02T00:00:00Z"), between(FIRST, "2035-01-03T00:00:00Z"),
            "consequent.occurs.window", "is 10 years long; use 10 years at most",
        ),
        (guarded("PT1M"), guarded("P0D"), "consequent.occurs.guards.0.within", "must be longer than nothing"),
        (guarded("PT1M"), guarded("-P1D"), "consequent.occurs.guards.0.within", "must be longer than nothing"),
        (summing(value=0.01), summing(value=0), "consequent.sum", "is reached before it begins; use a total above 0"),
        (summing(value=1), summing(value=-5), "consequent.sum", "is reached before it begins; use a total above 0"),
        (summing(value=1e18), summing(value=1.1e18), "consequent.sum.value", "is too large; the limit is 1e18"),
        (series(consecutive=1), series(consecutive=0), "consequent.series", "needs consecutive to be 1 or more"),
        (series(max_gap="PT1M"), series(max_gap="P0D"), "consequent.series", "needs max_gap to be longer than nothing"),
        (summing(unit="u" * 32), summing(unit="u" * 33), "consequent.sum.unit", "at most 32 characters"),
        (summing(unit="usd"), summing(unit=""), "consequent.sum.unit", "at least 1 character"),
        (
            occurs(where=[{"attr": "usd", "op": ">=", "value": 5, "unit": "usd"}]),
            occurs(where=[{"attr": "usd", "op": "==", "value": "much", "unit": "usd"}]),
            "consequent.occurs.pattern.where", "asks for 'usd' in usd; give it a number",
        ),
        (
            occurs(where=[{"attr": "usd", "op": "in", "value": [1, 2], "unit": "usd"}]),
            occurs(where=[{"attr": "usd", "op": "in", "value": [1, "2"], "unit": "usd"}]),
            "consequent.occurs.pattern.where", "asks for 'usd' in usd; give it a number",
        ),
        (
            occurs(where=[{"attr": "a", "op": "in", "value": [1]}]), occurs(where=[{"attr": "a", "op": "in", "value": 1}]),
            "consequent.occurs.pattern.where", "asks for 'a' in a list; give it one",
        ),
        (occurs(modality=["future"]), occurs(modality=[]), "consequent.occurs.pattern.modality", "is empty"),
        (occurs(basis="announced"), occurs(basis="rumoured"), "consequent.occurs.pattern.basis", "use one of 'occurred'"),
        (series(coverage=["wire"]), series(coverage=[]), "consequent.series.coverage", "is empty"),
        (series(coverage=["wire"]), series(coverage=["wires"]), "consequent.series.coverage", "group 'wires', which does"),
        (series(coverage_mode="any"), series(coverage_mode="most"), "consequent.series.coverage_mode", "'all' or 'any'"),
        (series(grace="P0D"), series(grace="-P1D"), "consequent.series.grace", "must not be negative"),
        (occurs(code=["1622"]), occurs(code=["16221"]), "consequent.occurs.pattern.code.0", "1 to 4 digits in quotes"),
        (occurs(topic_any=["aid"]), occurs(topic_any=["aids"]), "consequent.occurs.pattern.topic_any", "topic 'aids'"),
        (occurs(actor=["USA"]), occurs(actor=["USB"]), "consequent.occurs.pattern.actor", "entity 'USB', which does not"),
        (occurs(recipient=["USA"]), occurs(recipient=["U"]), "consequent.occurs.pattern.recipient", "the entity 'U'"),
        (occurs(location=["USA"]), occurs(location=["U"]), "consequent.occurs.pattern.location", "the entity 'U'"),
        (
            {"judged": {"question": "?" * 4000, "window": JANUARY}}, {"judged": {"question": "?" * 4001, "window": JANUARY}},
            "consequent.judged.question", "is longer than 4000 characters; shorten it",
        ),
    ],
)  # fmt: skip
def test_limit_is_told_with_its_place_and_only_beyond_it(allowed, refused, path, message):
    known = {"topics": {"aid"}, "entities": {"USA"}, "groups": {"wire"}}

    assert problems_of(rule_of(allowed), **known) == {}
    assert message in problems_of(rule_of(refused), **known).get(path, ""), problems_of(rule_of(refused), **known)


@pytest.mark.parametrize(
    ("policy", "path", "message"),
    [
        ({"coverage": ["wires"]}, "policy.coverage", "names the source group 'wires', which does not exist; record a source"),
        ({"coverage": []}, "policy.coverage", "is empty; without coverage nothing is ever a No"),
        ({"grace": "-PT1M"}, "policy.grace", "must not be negative"),
        ({"dispute_window": "-P1D"}, "policy.dispute_window", "must not be negative"),
        ({"reopen_for": "-P1D"}, "policy.reopen_for", "must not be negative"),
        ({"grace": "P36601D"}, "policy.grace", "is too long; at most P36600D"),
        ({"auto_final": "always"}, "policy.auto_final", "use one of 'never', 'tier_a' or 'tier_a_or_2b'"),
    ],
)  # fmt: skip
def test_policy_is_checked_with_its_place(policy, path, message):
    assert message in problems_of(rule_of(occurs(), policy=policy), groups={"wire"}).get(path, "")


def test_any_group_will_do_where_none_are_known():
    assert problems_of(rule_of(series(coverage=["wires"]), policy={"coverage": ["cables"]})) == {}


def endless():
    formula = {"not": None}
    formula["not"] = formula
    return formula


def test_rule_inside_itself_is_refused_rather_than_followed():
    assert problems_of(rule_of(endless())) == {"rule": "is nested more than 60 levels deep; make it flatter"}


def waiting(name, *, for_):
    return between({"anchor": f"clause:{for_}"}, {"anchor": f"clause:{for_}", "offset": "P9D"}) | {"id": name}


def test_clauses_that_wait_for_each_other_are_refused_with_each_place():
    found = problems_of(rule_of({"all": [waiting("a", for_="b"), waiting("b", for_="c"), waiting("c", for_="a")]}))

    assert found == {
        f"consequent.all.{number}.occurs": f"waits for itself through 'clause:{name}'; anchor it elsewhere"
        for number, name in enumerate("abc")
    }


def test_condition_that_waits_for_the_outcome_that_waits_for_it_is_refused():
    outcome = between({"anchor": "condition"}, "2025-02-01T00:00:00Z") | {"id": "out"}
    condition = between({"anchor": "clause:out"}, "2025-02-01T00:00:00Z")

    found = problems_of(rule_of(outcome, condition=condition))

    assert "waits for itself through 'condition'" in found["condition.occurs"]


@pytest.mark.parametrize("end", [{"anchor": "condition"}, {"min": [{"anchor": "condition"}, "2025-02-01T00:00:00Z"]}])
def test_window_on_a_condition_that_is_missing_is_told(end):
    found = problems_of(rule_of(between("2025-01-01T00:00:00Z", end)))

    assert found["consequent.occurs"] == "is anchored on the condition, but the rule has none; add one"


def test_milestone_that_is_missing_is_told():
    found = problems_of(
        rule_of(between({"anchor": "calendar:vote"}, "2025-02-01T00:00:00Z")), milestones={"day": at(FIRST)}
    )

    assert found["consequent.occurs"] == "names the milestone 'vote', which does not exist; record it"

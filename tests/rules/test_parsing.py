"""Wrong rules and what is said about them."""

import json
from datetime import timedelta

import pytest

from forecasts.rules.language import EVENT_TYPES
from forecasts.rules.lint import lint_rule
from forecasts.rules.parsing import RuleError, parse_rule, rule_json_schema
from forecasts.rules.times import parse_duration, write_duration
from tests.rules.builders import at, make_rule, occurs, window

JANUARY = window("2025-01-01", "2025-02-01")
AID = {"type": ["AID"]}


def rule_of(consequent, **fields):
    return {"rrl": "1", "consequent": consequent} | fields


def nested(depth):
    formula = occurs()
    for _ in range(depth):
        formula = {"not": formula}
    return formula


def with_window(start, end):
    return {"occurs": {"pattern": AID, "window": {"start": start, "end": end}}}


def counting(**fields):
    return {"count": {"pattern": AID, "window": JANUARY, "op": ">=", "n": 1} | fields}


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (None, "rule", "valid dictionary"),
        ([], "rule", "valid dictionary"),
        ({}, "rrl", "is missing; add it"),
        (rule_of(occurs()) | {"rrl": "2"}, "rrl", "is '2'; use one of '1'"),
        (rule_of(occurs(), polcy={}), "polcy", "did you mean 'policy'"),
        (rule_of(occurs(), **{"//": "note"}), "//", "is not known here; remove it"),
        (rule_of({"ocurs": {}}), "consequent", "holds no known formula; use one of all, any"),
        (rule_of(occurs() | counting()), "consequent", "holds several formulas (occurs and count)"),
        (rule_of("occurs"), "consequent", "is not a formula; write an object with one key"),
        (rule_of({"all": []}), "consequent.all", "at least 1 item"),
        (rule_of({"all": [{"count": {}}]}), "consequent.all.0.count.op", "is missing"),
        (rule_of(occurs(actr=["USA"])), "consequent.occurs.pattern.actr", "did you mean 'actor'"),
        (rule_of(occurs(type=["HELP"])), "consequent.occurs.pattern.type.0", "is 'HELP'; use one of"),
        (rule_of(occurs(code=["16x"])), "consequent.occurs.pattern.code.0", "CAMEO code"),
        (rule_of(occurs(code=[162])), "consequent.occurs.pattern.code.0", "is 162: input should be"),
        (rule_of(counting(n="3")), "consequent.count.n", "is '3': input should be a valid integer"),
        (rule_of(counting(n=-1)), "consequent.count.n", "greater than or equal to 0"),
        (
            rule_of(with_window("2024-11-06", "2025-01-01T00:00:00Z")),
            "consequent.occurs.window.start",
            "is not an instant; write date, time and offset",
        ),
        (
            rule_of(with_window("2024-11-06T00:00:00", "2025-01-01T00:00:00Z")),
            "consequent.occurs.window.start",
            "is not an instant",
        ),
        (
            rule_of(with_window("2024-13-06T00:00:00Z", "2025-01-01T00:00:00Z")),
            "consequent.occurs.window.start",
            "is not an instant",
        ),
        (
            rule_of(with_window("0025-01-06T00:00:00Z", "2025-01-01T00:00:00Z")),
            "consequent.occurs.window.start",
            "use a year from 1900 to 2200",
        ),
        (
            rule_of(with_window({"anchor": "pub"}, "2025-01-01T00:00:00Z")),
            "consequent.occurs.window.start.anchor",
            "is 'pub'; use publication, condition, clause:<id> or calendar:<key>",
        ),
        (
            rule_of(with_window(1730851200, "2025-01-01T00:00:00Z")),
            "consequent.occurs.window.start",
            "is not an instant",
        ),
        (rule_of(occurs(), policy={"grace": "P1M"}), "policy.grace", "is not a duration"),
        (rule_of(occurs(), policy={"grace": "P40000D"}), "policy.grace", "is too long"),
        (rule_of(occurs(), policy={"grace": "P" + "9" * 40 + "D"}), "policy.grace", "is too long"),
        (
            rule_of({"sum": {"pattern": AID, "window": JANUARY, "attr": "usd", "value": float("nan")}}),
            "consequent.sum.value",
            "is nan; write a finite number",
        ),
        (rule_of(counting(n=10**400)), "consequent.count.n", "is too large; the limit is 1e18"),
        (rule_of(nested(1000)), "rule", "is nested more than 60 levels deep"),
        (rule_of({"all": [occurs()] * 2000}), "rule", "holds more than 5000 values"),
        (rule_of(with_window({"anchor": "clause:x"}, "2025-01-01T00:00:00Z")), "consequent.occurs", "'clause:x'"),
        (
            rule_of(with_window({"anchor": "clause:x"}, "2025-01-01T00:00:00Z") | {"id": "x"}),
            "consequent.occurs",
            "waits for itself through 'clause:x'",
        ),
        (
            rule_of(occurs(), condition=with_window({"anchor": "condition"}, "2025-01-01T00:00:00Z")),
            "condition.occurs",
            "waits for itself through 'condition'",
        ),
        (rule_of({"any": [occurs() | {"id": "x"}] * 2}), "consequent.any.1.occurs", "repeats the id 'x'"),
    ],
)  # fmt: skip
def test_wrong_rule_is_refused_with_what_to_do(data, path, message):
    with pytest.raises(RuleError) as refused:
        parse_rule(data)

    found = {problem.path: problem.message for problem in refused.value.problems}
    assert message in found[path], found


def test_every_problem_is_told_at_once():
    data = rule_of(occurs(actr=[], tpe=[]), variant="soft")

    with pytest.raises(RuleError, match="variant.*'soft'.*actr.*tpe|actr.*tpe.*variant") as refused:
        parse_rule(data)

    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("rule", "path", "message"),
    [
        (rule_of(nested(6)), "rule", "is 7 formulas deep; make it 6 at most"),
        (rule_of({"all": [occurs()] * 21}), "rule", "has 21 clauses; use 20 at most"),
        (rule_of({"all": [nested(2)] * 17}), "rule", "has 52 formulas; use 50 at most"),
        (rule_of(occurs(type=None)), "consequent.occurs.pattern", "selects nothing in particular"),
        (rule_of(occurs(type=None, actor=["USA"])), "consequent.occurs.pattern", "selects nothing"),
        (rule_of(occurs(code=[])), "consequent.occurs.pattern.code", "is empty"),
        (rule_of(occurs(end="2025-01-01")), "consequent.occurs.window", "ends before it begins"),
        (rule_of(occurs(end="2024-01-01")), "consequent.occurs.window", "ends before it begins"),
        (
            rule_of(with_window({"anchor": "publication"}, {"anchor": "publication", "offset": "-P1D"})),
            "consequent.occurs.window",
            "ends before it begins",
        ),
        (
            rule_of(with_window({"anchor": "publication"}, "2024-09-04T00:00:00Z")),
            "consequent.occurs.window",
            "ends before it begins",
        ),
        (
            rule_of(
                with_window(
                    {"max": [{"anchor": "calendar:day"}, {"anchor": "publication"}]},
                    {"min": ["2025-01-10T00:00:00Z", "2026-01-10T00:00:00Z"]},
                )
            ),
            "consequent.occurs.window",
            "ends before it begins",
        ),
        (rule_of(occurs(end="2036-01-01")), "consequent.occurs.window", "is 11 years long; use 10"),
        (
            rule_of(with_window({"anchor": "condition"}, "2025-01-10T00:00:00Z")),
            "consequent.occurs",
            "is anchored on the condition, but the rule has none",
        ),
        (
            rule_of(with_window("2025-01-10T00:00:00Z", {"anchor": "calendar:night"})),
            "consequent.occurs",
            "names the milestone 'night', which does not exist",
        ),
        (
            rule_of(
                occurs() | {"id": "x"},
                condition=with_window("2025-01-01T00:00:00Z", {"anchor": "clause:x"}),
            ),
            "condition.occurs",
            "may never end, for 'clause:x' may never happen",
        ),
        (rule_of(occurs(topic_any=["aids"])), "consequent.occurs.pattern.topic_any", "the topic 'aids'"),
        (rule_of(occurs(actor=["USB"])), "consequent.occurs.pattern.actor", "the entity 'USB'"),
        (
            rule_of(occurs(where=[{"attr": "usd", "op": ">=", "value": "5"}])),
            "consequent.occurs.pattern.where",
            "compares 'usd' by >=; give it a number",
        ),
        (rule_of(counting(n=0)), "consequent.count", "is settled before it begins"),
        (rule_of(occurs(), policy={"coverage": []}), "policy.coverage", "is empty"),
        (rule_of(occurs(), policy={"grace": "-P1D"}), "policy.grace", "must not be negative"),
        (
            rule_of({"series": {"series": "P", "op": "in", "value": 1, "window": JANUARY}}),
            "consequent.series",
            "use == instead of in",
        ),
    ],
)  # fmt: skip
def test_senseless_rule_is_linted_with_what_to_do(rule, path, message):
    problems = lint_rule(
        parse_rule(rule),
        topics={"aid"},
        entities={"USA"},
        milestones={"day": at("2025-01-20")},
        publication=at("2024-09-05"),
    )

    found = {problem.path: problem.message for problem in problems}
    assert message in found.get(path, ""), found


def test_sound_rule_has_no_problems():
    rule = make_rule(occurs(topic_any=["aid"], actor=["USA"]), condition=counting())

    assert lint_rule(rule, topics={"aid"}, entities={"USA"}, milestones=set()) == ()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P30D", timedelta(days=30)),
        ("PT12H", timedelta(hours=12)),
        ("-P1DT30M", -timedelta(days=1, minutes=30)),
        ("P0D", timedelta(0)),
    ],
)
def test_duration_is_read_and_written_back(text, length):
    assert parse_duration(text) == length
    assert write_duration(length) == text


def test_policy_says_what_applies_when_nothing_is_said():
    policy = make_rule(occurs()).model_dump(mode="json")["policy"]

    assert policy == {
        "coverage": ["wire"], "coverage_mode": "all", "grace": "P2D", "auto_final": "tier_a_or_2b",
        "dispute_window": "P7D", "reopen_for": "P365D", "on_condition_false": "annul",
    }  # fmt: skip


def test_schema_is_json_that_names_every_event_type():
    schema = json.dumps(rule_json_schema())

    assert all(name in schema for name in EVENT_TYPES)


def test_schema_spells_defaults_as_rules_do():
    fields = rule_json_schema()["$defs"]
    policy = {name: field["default"] for name, field in fields["Policy"]["properties"].items()}

    assert (policy["grace"], policy["dispute_window"], policy["reopen_for"]) == ("P2D", "P7D", "P365D")
    assert fields["Anchored"]["properties"]["offset"]["default"] == "P0D"
    assert fields["Series"]["properties"]["max_gap"]["default"] == "P5D"


def test_schema_names_the_dates_units_and_sources_of_clauses():
    fields = {name: field["properties"] for name, field in rule_json_schema()["$defs"].items() if "properties" in field}

    assert fields["Pattern"]["basis"]["enum"] == ["occurred", "announced", "effective"]
    assert "unit" in fields["Where"]
    assert "unit" in fields["Sum"]
    covered = {name for name, properties in fields.items() if {"coverage", "coverage_mode", "grace"} <= set(properties)}
    assert covered == {"Occurs", "Count", "Sum", "Series", "State", "Policy"}

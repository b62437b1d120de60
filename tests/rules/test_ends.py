"""The ends of the windows of an outcome, in rules as they are written."""

from forecasts.rules.ends import ends_of, event_types_of, with_ends, with_missing_ends, without_ends

CONDITION = {"occurs": {"pattern": {"type": ["x-election-result"]}, "window": {"start": "a", "end": "c"}}}


def rule(*ends, **more):
    """A rule whose outcome is any of some, each with a window with its end, or with none."""
    windows = [{"start": "a"} | ({"end": end} if end else {}) for end in ends]
    parts = [{"occurs": {"pattern": {"type": ["AID"]}, "window": window}} for window in windows]
    return {"rrl": "1", "condition": CONDITION, "consequent": {"any": parts}, **more}


def test_rules_that_differ_in_the_ends_of_their_outcome_alone_are_equal_without():
    assert without_ends(rule("x", "y")) == without_ends(rule("z", None))
    assert without_ends(rule("x")) != without_ends(rule("x", grace="P1D"))
    assert without_ends(rule("x"))["condition"] == CONDITION


def test_a_missing_end_is_filled_in_and_others_stay():
    assert with_missing_ends(rule("x", None), "y") == rule("x", "y")


def test_every_end_is_set_and_the_rule_given_stays_as_it_is():
    given = rule("x", None)

    assert with_ends(given, "y") == rule("y", "y")
    assert given == rule("x", None)


def test_ends_and_types_are_those_of_the_outcome():
    assert ends_of(rule("x", None)) == ["x", None]
    assert event_types_of(rule("x", None)) == {"AID"}


def test_what_is_no_rule_has_none():
    broken = {"consequent": [{"window": "x"}, 3, {"pattern": {"type": "AID"}}]}

    assert (ends_of(broken), event_types_of(broken), with_ends(broken, "y")) == ([], set(), broken)
    assert ends_of({}) == []


def test_what_is_nested_more_deeply_than_any_rule_is_left_as_it_is():
    deep: dict = {}
    for _ in range(5_000):
        deep = {"not": deep}

    assert ends_of({"consequent": deep}) == []
    assert with_ends({"consequent": deep}, "y")["consequent"].keys() == {"not"}

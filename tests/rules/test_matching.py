"""One event against one pattern, worked by hand."""

import pytest

from forecasts.rules.facts import Membership
from forecasts.rules.language import Pattern, Where
from forecasts.rules.matching import match_pattern, match_where
from forecasts.rules.truth import Truth
from tests.rules.builders import at, make_day, make_event

INAUGURATION = at("2025-01-20T17:00:00+00:00")
MEMBERSHIPS = (
    Membership("person.trump", "USA.GOV.POTUS", INAUGURATION),
    Membership("POL", "grp.NATO"),
    Membership("grp.NATO", "grp.WEST"),
    Membership("GBR", "grp.EU", None, at("2020-02-01")),
)


def matched(event, **criteria):
    return match_pattern(event, pattern=Pattern(**criteria), memberships=MEMBERSHIPS)


@pytest.mark.parametrize(
    ("code", "want", "expected"),
    [
        ("1622", "1622", "T"),
        ("1622", "162", "T"),
        ("162", "1622", "U"),
        ("163", "162", "F"),
        ("072", "07", "T"),
        ("010", "10", "F"),
        (None, "162", "U"),
    ],
)
def test_code_matches_by_prefix(code, want, expected):
    assert matched(make_event("2025-01-01", action_code=code), code=[want]) == expected


@pytest.mark.parametrize(
    ("topics", "want", "expected"),
    [
        (("aid/military",), "aid/military", "T"),
        (("aid/military/pda",), "aid/military", "T"),
        (("aid",), "aid/military", "U"),
        (("aid/mil",), "aid/military", "F"),
        (("peace", "aid/military"), "aid", "T"),
        (("peace", "aid"), "aid/military", "U"),
        ((), "aid", "U"),
    ],
)
def test_topic_includes_all_below_it(topics, want, expected):
    assert matched(make_event("2025-01-01", topics=topics), topic_any=[want]) == expected


@pytest.mark.parametrize(
    ("actor", "want", "day", "expected"),
    [
        ("USA.GOV.DOD", "USA.GOV", "2025-03-01", "T"),
        ("USA", "USA.GOV", "2025-03-01", "U"),
        ("USAID", "USA", "2025-03-01", "F"),
        ("person.trump", "USA.GOV", "2025-03-01", "T"),
        ("person.trump", "USA.GOV", "2024-12-01", "F"),
        ("person.trump", "USA.GOV", "2025-01-20", "U"),
        ("POL.GOV", "grp.NATO", "2025-03-01", "T"),
        ("POL", "grp.WEST", "2025-03-01", "T"),
        ("RUS", "grp.NATO", "2025-03-01", "F"),
        ("grp.NATO", "POL", "2025-03-01", "U"),
        ("USA", "person.trump", "2025-03-01", "U"),
        ("GBR", "grp.EU", "2020-01-31", "T"),
        ("GBR", "grp.EU", "2020-02-01", "F"),
    ],
)
def test_actor_belongs_to_a_group_at_the_time_of_the_event(actor, want, day, expected):
    assert matched(make_day(day, actors=(actor,)), type=["AID"], actor=[want]) == expected


@pytest.mark.parametrize(
    ("have", "criteria", "expected"),
    [
        ({}, {"type": ["AID"]}, "T"),
        ({}, {"type": ["SANCTION"]}, "F"),
        ({"event_type": ""}, {"type": ["AID"]}, "U"),
        ({"modes": ("phone",)}, {"mode_any": ["visit", "phone"]}, "T"),
        ({"modes": ("phone",)}, {"mode_any": ["visit"]}, "F"),
        ({}, {"mode_any": ["visit"]}, "U"),
        ({"contexts": ("military",)}, {"context_any": ["military"]}, "T"),
        ({"locations": ("UKR.Kyiv",)}, {"location": ["UKR"]}, "T"),
        ({}, {"recipient": ["UKR"]}, "U"),
        ({"modality": "future"}, {"type": ["AID"]}, "F"),
        ({"modality": "future"}, {"type": ["AID"], "modality": ["actual", "future"]}, "T"),
        ({"tier": "C"}, {"type": ["AID"]}, "T"),
        ({"tier": "D"}, {"type": ["AID"]}, "U"),
        ({"tier": "D"}, {"type": ["AID"], "min_tier": "D"}, "U"),
        ({"tier": "C"}, {"type": ["AID"], "min_tier": "B"}, "U"),
        ({"tier": "B"}, {"type": ["AID"], "min_tier": "B"}, "T"),
        ({"contested": True}, {"type": ["AID"]}, "U"),
        ({"contested": True}, {"type": ["SANCTION"]}, "F"),
        ({"tier": "D"}, {"type": ["SANCTION"]}, "F"),
    ],
)
def test_event_meets_criteria(have, criteria, expected):
    assert matched(make_event("2025-01-01", **have), **criteria) == expected


@pytest.mark.parametrize(
    ("attributes", "op", "value", "expected"),
    [
        ({"usd": 5}, ">=", 5, "T"),
        ({"usd": 5}, ">", 5, "F"),
        ({"usd": 5.0}, "==", 5, "T"),
        ({}, ">=", 5, "U"),
        ({"usd": "5"}, ">=", 5, "U"),
        ({"usd": True}, "==", 1, "U"),
        ({"usd": 1}, "==", True, "U"),
        ({"usd": True}, "==", True, "T"),
        ({"usd": False}, "!=", True, "T"),
        ({"usd": None}, "!=", 5, "U"),
        ({"usd": float("nan")}, "<", 5, "U"),
        ({"usd": [5]}, "==", 5, "U"),
        ({"usd": "full"}, "==", "full", "T"),
        ({"usd": "full"}, "in", ["full", "partial"], "T"),
        ({"usd": "none"}, "in", ["full", "partial"], "F"),
        ({"usd": 3}, "in", ["full", "partial"], "U"),
        ({"usd": "a"}, "<", "b", "U"),
    ],
)
def test_attribute_of_another_kind_is_not_known_rather_than_wrong(attributes, op, value, expected):
    assert match_where(attributes, where=Where(attr="usd", op=op, value=value)) == expected


RANGE = {"low": 4, "best": 5, "high": 6}


@pytest.mark.parametrize(
    ("have", "op", "value", "expected"),
    [
        (RANGE, ">=", 4, "T"),
        (RANGE, ">=", 5, "U"),
        (RANGE, ">=", 6, "U"),
        (RANGE, ">=", 6.1, "F"),
        (RANGE, ">", 4, "U"),
        (RANGE, "<=", 6, "T"),
        (RANGE, "<", 6, "U"),
        (RANGE, "<", 4, "F"),
        (RANGE, "==", 5, "U"),
        (RANGE, "==", 3.9, "F"),
        (RANGE, "!=", 3.9, "T"),
        (RANGE, "!=", 4, "U"),
        (RANGE, "in", [1, 2], "F"),
        (RANGE, "in", [1, 5], "U"),
        ({"low": 5, "high": 5}, "==", 5, "T"),
        ({"low": 5, "high": 5}, "in", [1, 5], "T"),
        # Not a range: an end is missing, or they are the wrong way round, or no numbers.
        ({"low": 9}, ">=", 5, "U"),
        ({"best": 9}, ">=", 5, "U"),
        ({"low": 9, "high": 8}, ">=", 5, "U"),
        ({"low": "9", "high": 9}, ">=", 5, "U"),
    ],
)
def test_range_satisfies_a_comparison_only_where_every_number_in_it_does(have, op, value, expected):
    assert match_where({"usd": have}, where=Where(attr="usd", op=op, value=value)) == expected


@pytest.mark.parametrize(
    ("have", "unit", "expected"),
    [
        ({"low": 6, "high": 6, "unit": "usd"}, "usd", "T"),
        ({"low": 4, "high": 4, "unit": "usd"}, "usd", "F"),
        ({"low": 6, "high": 6, "unit": "eur"}, "usd", "U"),
        ({"low": 4, "high": 4, "unit": "eur"}, "usd", "U"),
        ({"low": 6, "high": 6}, "usd", "U"),
        (6, "usd", "U"),
        ({"low": 6, "high": 6, "unit": "eur"}, None, "T"),
        (6, None, "T"),
    ],
)
def test_amount_in_another_unit_is_never_compared(have, unit, expected):
    assert match_where({"size": have}, where=Where(attr="size", op=">=", value=5, unit=unit)) == expected


def test_pattern_without_criteria_matches_everything():
    assert matched(make_event("2025-01-01")) is Truth.T

"""Codes, periods, ranges and places: what each means, and what is refused how."""

from datetime import UTC, date, datetime

import pytest

from forecasts import rules
from forecasts.feeds.codes import ACTION_CODES, CONTEXTS, EVENT_TYPES, MODES, action_code_fault, code_fault
from forecasts.feeds.magnitudes import attribute_faults, in_words, magnitude, range_fault
from forecasts.feeds.periods import period
from forecasts.feeds.places import location_fault, place_fault


def test_the_types_are_those_of_the_rule_language():
    assert tuple(EVENT_TYPES) == rules.EVENT_TYPES


def test_every_code_has_a_label_and_keeps_its_leading_zero():
    assert (len(ACTION_CODES), len(MODES), len(CONTEXTS)) == (315, 58, 37)
    assert ACTION_CODES["072"] == "Provide military aid"
    assert all(label for table in (ACTION_CODES, MODES, CONTEXTS, EVENT_TYPES) for label in table.values())


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("072", ""),
        ("72", "Near it: 072 (Provide military aid)."),
        ("0729", "Near it: 072 (Provide military aid)."),
        ("21", "“21” is no CAMEO code"),
    ],
)
def test_a_wrong_action_code_is_told_with_those_near_it(code, message):
    assert message in action_code_fault(code)
    assert bool(message) == bool(action_code_fault(code))


@pytest.mark.parametrize(
    ("code", "message"),
    [("aerial", ""), ("areal", "Near it: aerial"), ("Aerial", "Near it: aerial."), ("zzz", "Choose one of visit,")],
)
def test_a_wrong_mode_is_told_with_those_near_it(code, message):
    assert message in code_fault(code, table=MODES, thing="PLOVER mode")


@pytest.mark.parametrize(
    ("first", "precision", "start", "end"),
    [
        ((2024, 2, 29), "DAY", (2024, 2, 29), (2024, 3, 1)),
        ((2024, 12, 30), "WEEK", (2024, 12, 30), (2025, 1, 6)),
        ((2024, 2, 1), "MONTH", (2024, 2, 1), (2024, 3, 1)),
        ((2024, 12, 1), "MONTH", (2024, 12, 1), (2025, 1, 1)),
        ((2024, 10, 1), "QUARTER", (2024, 10, 1), (2025, 1, 1)),
    ],
)
def test_a_period_ends_where_the_next_begins(first, precision, start, end):
    assert period(date(*first), precision=precision) == (datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "precision", "message"),
    [
        ((2024, 5, 7), "WEEK", "2024-05-07 is not the first day of a week: give 2024-05-06"),
        ((2024, 5, 2), "MONTH", "give 2024-05-01"),
        ((2024, 5, 1), "QUARTER", "give 2024-04-01"),
        ((2024, 1, 1), "YEAR", "“YEAR” is no precision of a day. Choose one of DAY, WEEK, MONTH, QUARTER."),
    ],
)
def test_a_day_within_a_period_is_not_taken_for_all_of_it(first, precision, message):
    with pytest.raises(ValueError, match=message):
        period(date(*first), precision=precision)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"low": 1, "high": 3}, ""),
        ({"low": 1, "best": 2, "high": 3, "unit": "usd"}, ""),
        ({"low": 1, "best": 2}, "The range lacks high."),
        ({"best": 2, "unit": "usd"}, "The range lacks low and high."),
        ({"low": 3, "high": 1}, "low ≤ high does not hold: 3, 1."),
        ({"low": 1, "best": 4, "high": 3}, "low ≤ best ≤ high does not hold: 1, 4, 3."),
        ({"low": "1", "high": 3}, "low is no finite number."),
        ({"low": True, "high": 3}, "low is no finite number."),
        ({"low": 1, "high": float("inf")}, "high is no finite number."),
        ({"low": 1, "high": 3, "unit": "x" * 33}, "The unit must be a text of 1 to 32 characters."),
        ({"low": 1, "high": 3, "max": 4}, "“max” is no part of a range."),
    ],
)
def test_a_range_is_in_order_and_finite(value, message):
    assert range_fault(value).startswith(message)
    assert bool(message) == bool(range_fault(value))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({f"a{n}": n for n in range(51)}, "51 attributes are too many; 50 at most."),
        ({"note": "x" * 70_000}, "70,012 bytes; 65,536 at most."),
        ({"": 1}, "is no name of an attribute"),
        ({"dead": {"low": 2, "high": 1}}, "dead: low ≤ high does not hold"),
    ],
)
def test_attributes_are_few_short_and_in_order(attributes, message):
    (fault,) = attribute_faults(attributes)

    assert message in fault


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ((None, 5, None, ""), 5),
        ((5, None, 5, ""), 5),
        ((None, 5, None, "usd"), {"low": 5, "best": 5, "high": 5, "unit": "usd"}),
        ((1, None, 3, ""), {"low": 1, "high": 3}),
        ((1, 2, 3, "usd"), {"low": 1, "best": 2, "high": 3, "unit": "usd"}),
    ],
)
def test_a_number_known_exactly_is_a_number(parts, value):
    assert magnitude(**dict(zip(("low", "best", "high", "unit"), parts, strict=True))) == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5, "5"),
        ("ease", "ease"),
        ({"low": 1000, "high": 3000, "unit": "usd"}, "1,000 to 3,000 usd"),
        ({"low": 1, "best": 2, "high": 3}, "1 to 3, best guess 2"),
        ({"low": 5, "best": 5, "high": 5, "unit": "usd"}, "5 usd"),
    ],
)
def test_a_range_is_told_in_words(value, words):
    assert in_words(value) == words


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("UKR", ""),
        ("UKR.Donetsk.Pokrovsk", ""),
        ("UP", "could be a code of two systems"),
        ("Ukraine", "“Ukraine” is no country: three capital letters"),
        ("UKR..Donetsk", "is no location"),
        ("UKR Donetsk", "is no location"),
        ("UKR." + "x" * 120, "is no location"),
    ],
)
def test_a_location_is_a_dotted_path_below_a_country(path, message):
    assert message in location_fault(path)
    assert bool(message) == bool(location_fault(path))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"name": "Kyiv"}, ""),
        ({"lat": 50.45, "lon": -180}, ""),
        ({"lat": 50.45}, "Give lat and lon together."),
        ({}, "Give lat and lon together."),
        ({"lat": 91, "lon": 0}, "lat must be degrees from -90 to 90."),
        ({"lat": 0, "lon": float("nan")}, "lon must be degrees"),
        ({"lat": 0, "lon": 0, "alt": 3}, "“alt” is no part of a place."),
        ({"name": "x" * 201}, "200 characters at most"),
    ],
)
def test_a_place_has_a_name_or_a_point_on_the_earth(place, message):
    assert message in place_fault(place)
    assert bool(message) == bool(place_fault(place))

"""Boundaries: the start belongs to a window, the end does not; dates are intervals."""

from datetime import timedelta

import pytest

from forecasts.rules.language import Rule, Window
from forecasts.rules.windows import Horizon, Span, WindowSpan, in_window, resolve_window
from tests.rules.builders import at, make_day, make_event, make_knowledge, make_rule, occurs, outcome_of

JANUARY = WindowSpan(Span(at("2025-01-01"), at("2025-01-01")), Span(at("2025-02-01"), at("2025-02-01")))
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-12-31T23:59:59.999999", "F"),
        ("2025-01-01", "T"),
        ("2025-01-01T00:00:00.000001", "T"),
        ("2025-01-31T23:59:59.999999", "T"),
        ("2025-02-01", "F"),
        ("2025-02-01T00:00:00.000001", "F"),
    ],
)
def test_instant_is_in_a_window_from_its_start_until_before_its_end(when, expected):
    assert in_window(make_event(when), window=JANUARY) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-12-31", "2025-01-01", "U"),
        ("2025-01-01", "2025-01-31T23:59:59.999999", "T"),
        ("2025-01-31", "2025-02-01", "U"),
        ("2024-12-01", "2025-03-01", "U"),
        ("2024-12-01", "2024-12-31T23:59:59.999999", "F"),
        ("2025-02-01", "2025-02-02", "F"),
    ],
)
def test_inexact_date_is_in_a_window_only_where_every_reading_is(first, last, expected):
    assert in_window(make_event(first, until=last), window=JANUARY) == expected


def test_day_of_the_inauguration_is_neither_before_nor_after_noon():
    noon = at("2025-01-20T17:00:00+00:00")
    until_noon = WindowSpan(Span(at("2025-01-01"), at("2025-01-01")), Span(noon, noon))

    assert in_window(make_day("2025-01-20"), window=until_noon) == "U"
    assert in_window(make_day("2025-01-19"), window=until_noon) == "T"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2025-01-09T23:59:59.999999", "F"),
        ("2025-01-10", "U"),
        ("2025-01-11T23:59:59.999999", "U"),
        ("2025-01-12", "T"),
        ("2025-02-09T23:59:59.999999", "T"),
        ("2025-02-10", "U"),
        ("2025-02-12", "F"),
    ],
)
def test_window_with_inexact_ends_decides_only_outside_the_doubt(when, expected):
    start = Span(at("2025-01-10"), at("2025-01-12"))
    end = Span(at("2025-02-10"), at("2025-02-12"))

    assert in_window(make_event(when), window=WindowSpan(start, end)) == expected


ANCHORS = {
    "publication": Span(at("2024-09-05"), at("2024-09-05")),
    "condition": Span(at("2024-11-06"), at("2024-11-07")),
    "calendar:day": Span(at("2025-01-20"), at("2025-01-20")),
}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ({"anchor": "publication"}, ("2024-09-05", "2024-09-05")),
        ({"anchor": "publication", "offset": "P1DT12H"}, ("2024-09-06T12:00", "2024-09-06T12:00")),
        ({"anchor": "condition", "offset": "-P1D"}, ("2024-11-05", "2024-11-06")),
        ({"max": [{"anchor": "condition"}, {"anchor": "calendar:day"}]}, ("2025-01-20", "2025-01-20")),
        ({"min": [{"anchor": "condition"}, {"anchor": "calendar:day"}]}, ("2024-11-06", "2024-11-07")),
        (
            {"max": [{"anchor": "condition"}, "2024-11-06T12:00:00Z"]},
            ("2024-11-06T12:00", "2024-11-07"),
        ),
        ("2024-11-06T02:00:00+02:00", ("2024-11-06", "2024-11-06")),
    ],
)
def test_anchor_moves_with_what_it_is_anchored_on(start, expected):
    window = Window(start=start, end="2026-01-01T00:00:00Z")

    resolved = resolve_window(window, anchors=ANCHORS.get)

    assert resolved.start == Span(at(expected[0]), at(expected[1]))


@pytest.mark.parametrize("start", [{"anchor": "calendar:other"}, {"max": [{"anchor": "clause:x"}]}])
def test_window_on_an_unknown_anchor_is_not_known(start):
    window = Window(start=start, end="2026-01-01T00:00:00Z")

    assert resolve_window(window, anchors=ANCHORS.get) is None


def test_span_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="cannot end .* before it begins"):
        Span(at("2025-01-02"), at("2025-01-01"))


@pytest.mark.parametrize(
    ("as_of", "covered_to", "expected"),
    [
        ("2025-02-03", "2025-02-01", True),
        ("2025-02-02T23:59:59.999999", "2025-02-01", False),
        ("2025-02-03", "2025-01-31T23:59:59.999999", False),
        ("2026-02-03", None, False),
    ],
)
def test_window_closes_when_grace_is_over_and_sources_have_reached_its_end(as_of, covered_to, expected):
    horizon = Horizon(as_of=at(as_of), covered_to=covered_to and at(covered_to), grace=timedelta(days=2))

    assert horizon.is_closed(at("2025-02-01")) is expected


@pytest.mark.parametrize(
    ("marks", "mode", "expected"),
    [
        ({"wire": "2025-02-01", "ofac": "2025-03-01"}, "all", "OPEN"),
        ({"wire": "2025-02-01", "ofac": "2025-03-01"}, "any", "NO"),
        ({"wire": "2025-03-01", "ofac": "2025-03-01"}, "all", "NO"),
        ({"ofac": "2025-03-01"}, "all", "OPEN"),
        ({"ofac": "2025-03-01"}, "any", "NO"),
        ({}, "any", "OPEN"),
        ({}, "all", "OPEN"),
    ],
)
def test_silence_is_a_no_only_where_the_policy_has_coverage(marks, mode, expected):
    knowledge = make_knowledge("2025-06-01", complete_to={name: at(mark) for name, mark in marks.items()})

    outcome = outcome_of(occurs(end="2025-02-15"), knowledge, coverage=["wire", "ofac"], coverage_mode=mode)

    assert outcome.status == expected
    assert expected == "NO" or outcome.reason == "AWAITING_COVERAGE"


def test_watermark_in_the_future_promises_nothing():
    knowledge = make_knowledge("2025-01-10", complete_to={"wire": at("2030-01-01")})

    outcome = outcome_of(occurs(), knowledge)

    assert outcome.covered_to == at("2025-01-10")
    assert outcome.status == "OPEN"


def test_facts_from_after_the_knowledge_time_are_ignored():
    event = make_event("2025-01-10", known_at=at("2025-01-20"))

    assert outcome_of(occurs(), make_knowledge("2025-01-19", event)).status == "OPEN"
    assert outcome_of(occurs(), make_knowledge("2025-01-20", event)).status == "YES"


def test_rule_is_a_value_that_survives_json():
    rule = make_rule(occurs(), grace="P1DT2H30M")

    assert Rule.model_validate(rule.model_dump(mode="json", by_alias=True)) == rule

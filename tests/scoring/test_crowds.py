"""Crowds over time, worked by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from forecasts.scoring.aggregates import Method
from forecasts.scoring.crowds import MAX_INSTANTS, Opinion, stand_at, stands

START = datetime(2025, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def said(forecaster: str, number: float, probability: float | None, origin: str = "") -> Opinion:
    return Opinion(forecaster, day(number), probability, origin)


def medians(opinions, **limits):
    return [(one.at, one.n_opinions, one.probabilities.get(Method.MEDIAN)) for one in stands(opinions, **limits)]


def test_nobody_says_nothing():
    assert list(stands([])) == []
    assert stand_at([], at=START).probabilities == {}


def test_one_is_not_a_crowd():
    assert medians([said("ada", 0, 0.4)]) == [(day(0), 1, None)]


def test_each_instant_rests_on_what_stood_at_it_and_on_nothing_later():
    opinions = [said("ada", 0, 0.4), said("bob", 1, 0.6), said("cleo", 3, 0.9), said("ada", 2, 0.2)]

    assert medians(opinions) == [
        (day(0), 1, None),
        (day(1), 2, pytest.approx(0.5)),
        (day(2), 2, pytest.approx(0.4)),
        (day(3), 3, pytest.approx(0.6)),
    ]


def test_a_withdrawal_takes_an_opinion_out():
    opinions = [
        said("ada", 0, 0.4),
        said("bob", 0, 0.6),
        said("cleo", 0, 0.9),
        said("bob", 1, None),
        said("ada", 2, None),
    ]

    assert medians(opinions) == [
        (day(0), 3, pytest.approx(0.6)),
        (day(1), 2, pytest.approx(0.65)),
        (day(2), 1, None),
    ]


def test_nothing_is_said_once_the_outcome_came_about_or_could_be_known():
    opinions = [said("ada", 0, 0.4), said("bob", 1, 0.6), said("cleo", 2, 0.9)]

    assert [at for at, *_ in medians(opinions, before=(day(5), day(2)))] == [day(0), day(1)]
    assert [at for at, *_ in medians(opinions, before=(day(2.1),))] == [day(0), day(1), day(2)]


def test_only_later_instants_are_told_where_asked_and_rest_on_all_before():
    opinions = [said("ada", 0, 0.4), said("bob", 1, 0.6), said("cleo", 2, 0.9)]

    assert medians(opinions, after=day(1)) == [(day(2), 3, pytest.approx(0.6))]


def test_the_most_recent_comes_last_even_when_somebody_speaks_again():
    opinions = [said("ada", 0, 0.2), said("bob", 1, 0.8), said("ada", 2, 0.3)]

    *_, last = stands(opinions)

    # By recency Bob weighs 0.66 and Ada 1.
    assert last.probabilities[Method.RECENT] == pytest.approx(0.3)


def test_three_who_repeat_one_source_count_once():
    opinions = [said(who, 0, 0.9, "agency") for who in ("ada", "bob", "cleo")] + [said("dan", 0, 0.3)]

    (stand,) = stands(opinions)

    assert (stand.n_opinions, stand.probabilities[Method.MEAN]) == (2, pytest.approx(0.6))


def test_one_source_alone_is_not_a_crowd():
    opinions = [said(who, 0, 0.9, "agency") for who in ("ada", "bob")]

    assert medians(opinions) == [(day(0), 1, None)]


def test_what_stands_at_an_instant_is_what_was_said_from_the_last_change_on():
    opinions = [said("ada", 0, 0.4), said("bob", 1, 0.6), said("cleo", 2, 0.9)]

    at = stand_at(opinions, at=day(1.5))

    assert (at.n_opinions, at.probabilities[Method.MEDIAN]) == (2, pytest.approx(0.5))


def test_two_hundred_revisions_by_one_person_are_one_opinion():
    opinions = [said("ada", number / 10, number / 1_000) for number in range(200)] + [said("bob", 0, 0.5)]

    *_, last = stands(opinions)

    assert (last.n_opinions, last.probabilities[Method.MEAN]) == (2, pytest.approx((0.199 + 0.5) / 2))


def test_very_many_instants_are_thinned_and_the_last_is_kept():
    opinions = [said(f"person-{number}", number, 0.5) for number in range(1_001)]

    found = list(stands(opinions))

    assert len(found) == MAX_INSTANTS
    assert (found[0].at, found[-1].at, found[-1].n_opinions) == (day(0), day(1_000), 1_001)

"""What another reading makes of a mean, and how sure the difference is."""

import math

import numpy as np
import pytest

from forecasts.scoring.rereading import brier_difference, reread
from forecasts.scoring.statistics import Cell, Totals, cell_of


def record(levels, outcomes):
    """An event for each forecast."""
    return [cell_of(level, outcome) for level, outcome in zip(levels, outcomes, strict=True)]


def by_hand(before, after):
    """The difference of two means, and its error from what each event adds to either, in floating point."""
    early, late = (np.array([[cell.weight, cell.brier / 1e12] for cell in cells]).T for cells in (before, after))
    parts = [(score - score.sum() / weight.sum() * weight) / weight.sum() for weight, score in (early, late)]
    residuals = parts[1] - parts[0]
    n = len(before)
    value = late[1].sum() / late[0].sum() - early[1].sum() / early[0].sum()
    return value, math.sqrt(n / (n - 1) * (residuals**2).sum())


def read(before, after):
    changed = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    totals = Totals.of(before)
    return brier_difference(totals, reread(totals, changed), changed)


def test_another_lexicon_moves_the_mean_by_what_each_event_says():
    outcomes = [10_000, 0, 10_000] * 8
    before = record([7_000] * 24, outcomes)
    after = record([7_000, 7_000, 6_000] * 8, outcomes)

    found = read(before, after)

    value, error = by_hand(before, after)
    assert found.value == pytest.approx(value) == pytest.approx(8 * (0.16 - 0.09) / 24)
    assert found.interval.high - found.value == pytest.approx(2.0687 * error, rel=1e-4)
    assert (found.n, found.n_clusters, found.interval.method) == (24, 24, "CLUSTER_T")


def test_events_that_another_reading_leaves_open_count_in_the_mean_as_it_is():
    before = record([8_000, 3_000, 6_000] * 10, [10_000, 0, 0] * 10)
    after = [Cell() if number % 10 == 0 else cell for number, cell in enumerate(before)]

    found = read(before, after)

    value, error = by_hand(before, after)
    assert (found.value, found.n, found.n_clusters) == (pytest.approx(value), 27, 30)
    assert found.interval.high - found.value == pytest.approx(2.0452 * error, rel=1e-4)


def test_what_is_read_alike_differs_by_nothing_for_certain():
    before = record([7_000] * 20, [10_000, 0] * 10)

    found = read(before, before)

    assert (found.value, found.interval.low, found.interval.high) == (0, 0, 0)


def test_on_few_events_the_difference_is_told_without_an_interval_and_says_so():
    found = read(record([7_000] * 3, [10_000] * 3), record([6_000] * 3, [10_000] * 3))

    assert found.value == pytest.approx(0.07)
    assert found.no_interval == "Shown from 20 independent events on; there are 3 so far."


@pytest.mark.parametrize(("before", "after"), [([], []), (record([7_000], [0]), [Cell()])])
def test_there_is_nothing_to_compare_with_nothing(before, after):
    assert read(before, after).absent.text == "None resolved: nothing to score yet."

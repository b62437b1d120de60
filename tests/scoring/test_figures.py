"""Every number of a scorecard: there from its threshold on, with its interval; below, its reason."""

import numpy as np
import pytest

from forecasts.scoring.bands import consistency_band
from forecasts.scoring.compatibility import OTHER_SCORES
from forecasts.scoring.figures import Sample, figures_of, other_figures
from forecasts.scoring.intervals import IntervalMethod
from forecasts.scoring.levels import Levels
from forecasts.scoring.measures import MEASURES, SHOWN_LIKE
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.summary import summarise_sums
from forecasts.scoring.thresholds import MIN_SHOWN, Missing


def sample_of(n, *, reference=5_000, seed=7, per_event=1, **more):
    """Forecasts of somebody who is calibrated, some on one event."""
    generator = np.random.default_rng(seed)
    level = generator.integers(1, 20, n) * 500
    outcome = (generator.random(n) < level / 10_000) * 10_000
    single = [cell_of(int(p), int(y), reference=reference) for p, y in zip(level, outcome, strict=True)]
    cells = [sum(single[at + 1 : at + per_event], single[at]) for at in range(0, n, per_event)]
    totals, levels = Totals.of(cells), Levels.of(level / 10_000, outcome / 10_000)
    few = cells if len(cells) < 15 else ()
    return Sample(totals, levels, summarise_sums(totals, levels), few=few, **more)


def by_name(sample):
    return {one.measure.name: one for one in figures_of(sample)}


def test_every_measure_is_told_once_and_in_order():
    assert [one.measure.name for one in figures_of(sample_of(3))] == list(MEASURES) == list(SHOWN_LIKE)


@pytest.mark.parametrize("name", [name for name in MEASURES if not name.startswith("MISCALIBRATION_")])
def test_a_number_is_there_from_its_threshold_on_and_its_reason_below(name):
    least = MIN_SHOWN[SHOWN_LIKE[name]].events

    shown, absent = by_name(sample_of(max(least, 1)))[name], by_name(sample_of(least - 1))[name]

    assert (shown.absent, shown.value is None) == (None, False)
    assert (absent.value, absent.interval) == (None, None)
    assert absent.absent.reason in (Missing.TOO_FEW_EVENTS, Missing.NOTHING_RESOLVED)


@pytest.mark.parametrize("seed", range(5))
def test_every_number_lies_in_its_interval_and_in_its_range(seed):
    sample = sample_of(240, seed=seed, per_event=2)
    figures = figures_of(
        Sample(sample.totals, sample.levels, sample.summary, consistency=consistency_band(sample.levels))
    )

    for one in figures:
        low, high = one.measure.low, one.measure.high
        assert low is None or one.value >= low, one
        assert high is None or one.value <= high, one
        assert (one.n, one.n_clusters) == (240, 120)
        if one.interval and one.interval.method is not IntervalMethod.RESAMPLED:
            assert one.interval.low <= one.value <= one.interval.high, one


@pytest.mark.parametrize(
    ("n", "method"), [(10, "SIGN_FLIP"), (14, "SIGN_FLIP"), (15, "CLUSTER_T"), (19, "CLUSTER_T"), (60, "CLUSTER_T")]
)
def test_what_was_saved_has_an_exact_interval_where_events_are_few(n, method):
    assert by_name(sample_of(n))["POINTS_SAVED"].interval.method == method


def test_points_saved_are_hundredths_of_the_brier_score():
    sample = sample_of(10)
    saved = by_name(sample)["POINTS_SAVED"].value

    assert saved == pytest.approx(100 * (0.25 - sample.summary.mean_brier))


def test_what_rests_on_draws_has_to_be_asked_for():
    plain, asked = by_name(sample_of(60)), by_name(sample_of(60, consistency=consistency_band(sample_of(60).levels)))

    assert plain["MISCALIBRATION"].value == asked["MISCALIBRATION"].value
    for name in ("MISCALIBRATION_BY_CHANCE", "MISCALIBRATION_P_VALUE"):
        assert plain[name].absent.reason is Missing.NOT_ASKED
        assert asked[name].value > 0
    reach = asked["MISCALIBRATION_BY_CHANCE"].interval
    assert reach.low < asked["MISCALIBRATION_BY_CHANCE"].value < reach.high


def test_intervals_that_take_forecasts_for_independent_say_so_by_their_clusters():
    figures = by_name(sample_of(300, per_event=3))

    assert figures["AUC"].interval.n_clusters == figures["RECALIBRATION_SLOPE"].interval.n_clusters == 300
    assert figures["BIAS"].interval.n_clusters == 100


def test_a_reference_that_never_missed_leaves_no_skill():
    right = [cell_of(7_000, 10_000, reference=10_000)] * 50
    levels = Levels.of([0.7] * 50, [1] * 50)
    totals = Totals.of(right)

    figure = by_name(Sample(totals, levels, summarise_sums(totals, levels)))["BRIER_SKILL"]

    assert figure.absent.text == "The reference never missed: there was nothing to save."


@pytest.mark.parametrize("n", [12, 15, 60])
def test_events_that_all_came_out_alike_leave_no_mean_without_a_width(n):
    cells, levels = [cell_of(9_000, 10_000)] * n, Levels.of([0.9] * n, [1] * n)
    totals = Totals.of(cells)

    figures = by_name(Sample(totals, levels, summarise_sums(totals, levels), few=cells if n < 15 else ()))

    for name in ("POINTS_SAVED", "BRIER_SKILL", "LOG", "BIAS", "OVERCONFIDENCE", "BRIER_GAP"):
        interval = figures[name].interval
        if figures[name].absent is None:
            assert interval.method is IntervalMethod.ALIKE_BOUND
            assert interval.high - interval.low > 0.01, name
            assert interval.low <= figures[name].value <= interval.high


def test_scores_of_other_sites_are_shown_from_twenty_events_with_their_caution():
    below, above = other_figures(sample_of(19)), other_figures(sample_of(20))

    assert {one.absent.reason for one in below} == {Missing.TOO_FEW_EVENTS}
    assert [one.measure.name for one in above] == [name.upper() for name in OTHER_SCORES]
    assert all(one.interval is None and one.note.startswith("For comparing with other sites;") for one in above)

"""Somebody who is nearly sure has nearly no spread until the first miss: intervals must hold the truth before it too."""

import numpy as np
import pytest

from forecasts.scoring.comparison import SharedEvent, compare, confidence_sequence
from forecasts.scoring.figures import Sample, figures_of
from forecasts.scoring.intervals import IntervalMethod, mean_interval
from forecasts.scoring.levels import Levels
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.summary import summarise_sums
from forecasts.scoring.unseen import (
    alike_p,
    alike_skill_bounds,
    either_way,
    other_way,
    reach_of_levels,
    reach_of_saved,
)

MEANS = ("POINTS_SAVED", "LOG", "BIAS", "OVERCONFIDENCE", "BRIER_GAP")
SURE = np.array([9_500, 9_700, 9_800, 9_900])


def sample_of(levels, outcomes):
    """What is known of forecasts on an event each."""
    pairs = [(int(level), 10_000 * int(outcome)) for level, outcome in zip(levels, outcomes, strict=True)]
    totals = Totals.of(cell_of(*pair) for pair in pairs)
    histogram = Levels.of([level / 10_000 for level, _ in pairs], [outcome / 10_000 for _, outcome in pairs])
    return Sample(totals, histogram, summarise_sums(totals, histogram))


def figures(sample, names=("BRIER", *MEANS)):
    return {figure.measure.name: figure for figure in figures_of(sample, names=names)}


def truths(levels, chances):
    """What each mean comes to in the long run."""
    weights = dict.fromkeys(("BRIER", *MEANS), 0.0)
    for level, chance in zip(levels, chances, strict=True):
        for outcome, share in ((1, chance), (0, 1 - chance)):
            cell, p = cell_of(int(level), 10_000 * outcome), level / 10_000
            weights["BRIER"] += share * (p - outcome) ** 2
            weights["POINTS_SAVED"] += share * 100 * (0.25 - (p - outcome) ** 2)
            weights["LOG"] += share * cell.log / 1e19
            weights["BIAS"] += share * (p - outcome)
            weights["OVERCONFIDENCE"] += share * (max(p, 1 - p) - (outcome if p > 0.5 else 1 - outcome))
            weights["BRIER_GAP"] += share * ((p - outcome) ** 2 - p * (1 - p))
    return {name: value / len(levels) for name, value in weights.items()}


def test_a_score_the_other_way_is_that_of_the_other_outcome():
    assert other_way(0.3**2) == pytest.approx(0.7**2)
    assert either_way(0.81) == pytest.approx((0.01, 0.81))
    assert either_way(0.25) == (0.25, 0.25)


def test_what_may_be_saved_goes_from_the_worst_of_one_to_the_worst_of_the_other():
    # 0.9 against one half: 0.25 - 0.81 or 0.25 - 0.01. Against 0.8 either may go either way.
    assert reach_of_saved(0.01, 0.25) == pytest.approx((-0.56, 0.24))
    assert reach_of_saved(0.01, 0.04) == pytest.approx((0.04 - 0.81, 0.64 - 0.01))


@pytest.mark.parametrize("name", ["LOG", "BIAS", "OVERCONFIDENCE", "BRIER_GAP"])
def test_what_was_said_can_come_to_no_more_and_no_less_than_its_reach(name):
    said, at_all = [500, 4_000, 5_000, 7_000, 10_000], []
    for code in range(2 ** len(said)):
        sample = sample_of(said, [code >> place & 1 for place in range(len(said))])
        sums = {"LOG": "log", "BIAS": "bias", "OVERCONFIDENCE": "overconfidence", "BRIER_GAP": "brier_gap"}[name]
        at_all.append(float(sample.totals.mean(sums)))

    low, high = reach_of_levels(name, sample.levels)

    assert (low, high) == pytest.approx((min(at_all), max(at_all)), abs=1e-8)


def test_no_reach_is_made_up():
    with pytest.raises(ValueError, match="no reach is known for AUC"):
        reach_of_levels("AUC", Levels.of([0.5], [1]))


@pytest.mark.parametrize("n", [20, 30, 50, 100])
def test_intervals_of_the_nearly_sure_hold_the_truth_as_often_as_they_say(n):
    """Student's t alone would hold it in 41 to 56 of 100 records of 20 to 30 events."""
    generator, expected = np.random.default_rng(n), truths(SURE, SURE / 10_000)
    held = dict.fromkeys(expected, 0)
    for _ in range(400):
        said = generator.choice(SURE, size=n)
        found = figures(sample_of(said, generator.random(n) < said / 10_000))
        for name, truth in expected.items():
            interval = found[name].interval
            held[name] += interval.low <= truth + 1e-9 and interval.high >= truth - 1e-9

    assert min(held.values()) / 400 >= 0.92, held


@pytest.mark.parametrize("n", [10, 30, 60])
def test_records_that_differ_by_a_hair_have_intervals_that_do(n):
    """One statement leaves open what else may be said; several, what else may come of them."""
    alike, nearly = (
        figures(sample_of(said, [1] * n), names=("BRIER", "POINTS_SAVED"))
        for said in ([9_800] * n, [9_800, 9_600] * (n // 2))
    )

    losses = [found["BRIER"].interval.high - found["BRIER"].value for found in (alike, nearly)]
    losses_saved = [found["POINTS_SAVED"].value - found["POINTS_SAVED"].interval.low for found in (alike, nearly)]
    assert 0.7 < losses[1] / losses[0] < 1.5
    assert 0.7 < losses_saved[1] / losses_saved[0] < 1


def test_a_usual_record_has_the_interval_of_student():
    sample = sample_of([8_000, 3_000, 6_000] * 10, [1, 0, 0] * 10)

    methods = [figure.interval.method for figure in figures(sample, names=("BRIER", *MEANS)).values()]

    assert methods == ["CLUSTER_LOGIT_T", *["CLUSTER_T"] * 5]


def test_a_bound_on_either_side_is_named():
    found = mean_interval([0.0004, 0.0009] * 20, range(40))

    assert found.high == pytest.approx(0.00065 + 0.0881 * (other_way(0.00065) - 0.00065), abs=1e-4)
    assert found.method is IntervalMethod.CLUSTER_LOGIT_T


def test_thirty_hits_of_the_nearly_sure_are_no_evidence_against_them():
    # Saying 0.98 and being right thirty times in thirty is likelier than not.
    sample = sample_of([9_800] * 15 + [9_700] * 15, [1] * 30)

    found = figures(sample, names=("BRIER_GAP_Z", "BRIER_GAP_P_VALUE"))

    assert found["BRIER_GAP_Z"].value < -5
    assert found["BRIER_GAP_P_VALUE"].value > 0.5


def pairs(said, other, outcomes):
    """An event each: what two said, and what they would have scored the other way."""
    found = []
    for first, second, outcome in zip(said / 1e4, other / 1e4, outcomes, strict=True):
        ways = [(first - one) ** 2 - (second - one) ** 2 for one in (0, 1)]
        found.append(SharedEvent(ways[int(outcome)], 1, min(ways), max(ways)))
    return found


@pytest.mark.parametrize("n", [8, 14, 20, 40])
def test_of_two_who_are_nearly_sure_neither_is_found_better_too_often(n):
    """One is always a little surer than the other, and the truth is where neither is better."""
    generator, false = np.random.default_rng(n), 0
    for _ in range(300):
        first = generator.choice(np.array([9_800, 9_900]), size=n)
        second = first - 200
        outcomes = generator.random(n) < (first - 100) / 1e4
        found = compare(pairs(first, second, outcomes))
        false += found.p_value <= 0.05
        assert (found.p_value <= 0.05) == (not found.low <= 0 <= found.high)

    assert false / 300 <= 0.07


def test_differences_of_forty_usual_events_are_compared_as_before():
    generator = np.random.default_rng(4)
    first = generator.integers(2_000, 8_000, size=40)
    events = pairs(first, first + generator.integers(-300, 300, size=40), generator.random(40) < first / 1e4)

    plain = compare([SharedEvent(one.difference, 1) for one in events])

    assert compare(events) == plain


def test_the_range_for_all_times_is_no_narrower_than_what_was_not_met():
    steps = [0.001, 0.003] * 20
    sums = {"n_clusters": 40, "total": sum(steps), "squares": sum(one**2 for one in steps)}

    found, bare = confidence_sequence(**sums, reach=(-0.06, 0.003)), confidence_sequence(**sums)

    assert found.low == pytest.approx(0.002 - 0.0881 * 0.062, abs=1e-5)
    assert bare.low > 0
    assert found.high == bare.high


def test_skill_that_hardly_varied_is_bound_by_the_other_way():
    low, high = alike_skill_bounds(0.01, 0.25, events=50, owns=(0.01, 0.81), references=(0.25, 0.25))
    unseen = 1 - 0.025 ** (1 / 50)

    assert low == pytest.approx(1 - ((1 - unseen) * 0.01 + unseen * 0.81) / 0.25)
    assert high == pytest.approx(1 - 0.01 / 0.25)


def test_what_cannot_come_to_nothing_is_ruled_out():
    assert alike_p(0.1, events=30, span=(0.02, 0.3)) == 0.0
    assert alike_p(0.0, events=30, span=(0.0, 0.0)) == 1.0

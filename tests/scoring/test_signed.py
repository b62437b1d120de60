import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

from forecasts.scoring.intervals import IntervalMethod
from forecasts.scoring.signed import sign_flip_interval, signed_interval, t_interval
from forecasts.scoring.unseen import alike_skill_bounds

SPAN = (-100.0, 100.0)
SAVED = [3.1, -0.4, 2.2, 5.0, 1.7, -2.3, 4.4, 0.9, 2.8, 3.3, -1.1]
WEIGHTS = [1.0, 2.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0]


def share_as_far(mean, sums, weights):
    """The share of all ways to flip signs that go as far from 0 as the record does, counted one by one."""
    rest = [one - mean * weight for one, weight in zip(sums, weights, strict=True)]
    least = abs(sum(rest)) - 1e-12
    ways = [
        abs(sum(sign * one for sign, one in zip(signs, rest, strict=True)))
        for signs in product((1, -1), repeat=len(rest))
    ]
    return sum(way >= least for way in ways) / len(ways)


def test_the_ends_are_where_counting_every_way_rules_out_the_mean():
    found = sign_flip_interval(SAVED, WEIGHTS, span=SPAN)

    for end, outwards in ((found.low, -1), (found.high, 1)):
        assert share_as_far(end - 1e-6 * outwards, SAVED, WEIGHTS) > 0.05
        assert share_as_far(end + 1e-6 * outwards, SAVED, WEIGHTS) <= 0.05


def test_it_holds_the_mean_and_is_named():
    found = sign_flip_interval(SAVED, WEIGHTS, span=SPAN)

    assert found.low < sum(SAVED) / sum(WEIGHTS) < found.high
    assert (found.method, found.n, found.n_clusters, found.level) == (IntervalMethod.SIGN_FLIP, 16, 11, 0.95)


def test_five_events_can_rule_out_nothing():
    # Of 32 ways two always go as far: 2 / 32 is above 0.05.
    found = sign_flip_interval([1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 5, span=SPAN)

    assert (found.low, found.high) == SPAN


def test_six_alike_rule_out_what_so_many_would_rarely_all_have_missed():
    found = sign_flip_interval([2.0] * 6, [1.0] * 6, span=SPAN)

    assert (found.low, found.high) == pytest.approx((2 - 0.459258 * 102, 2 + 0.459258 * 98), rel=1e-5)
    assert found.method is IntervalMethod.ALIKE_BOUND


def test_the_share_that_may_not_have_been_met_is_that_of_clopper_and_pearson():
    found = signed_interval(0.0, error=0.0, n=30, n_clusters=30, effective_clusters=30, span=(-1.0, 1.0))

    assert found.high == pytest.approx(stats.binomtest(0, 30).proportion_ci(0.95, method="exact").high)
    assert (found.low, found.method) == (-found.high, IntervalMethod.ALIKE_BOUND)


def test_one_event_rules_out_hardly_anything():
    found = signed_interval(0.0, error=0.0, n=4, n_clusters=1, effective_clusters=1, span=(-1.0, 1.0))

    assert (found.low, found.high) == (pytest.approx(-0.975), pytest.approx(0.975))


def test_events_that_differ_have_students_interval():
    found = signed_interval(0.1, error=0.01, n=30, n_clusters=30, effective_clusters=30, span=(-1.0, 1.0))

    assert found == t_interval(0.1, error=0.01, n=30, n_clusters=30, span=(-1.0, 1.0))


def test_skill_that_was_the_same_on_every_event_is_bound_by_what_was_not_met():
    # 50 events of 0.01 where the reference has 0.25: at most 7.1% are unlike them.
    low, high = alike_skill_bounds(0.01, 0.25, events=50)
    unseen = 1 - 0.025 ** (1 / 50)

    assert low == pytest.approx(1 - ((1 - unseen) * 0.01 + unseen) / ((1 - unseen) * 0.25))
    assert high == pytest.approx(1 - (1 - unseen) * 0.01 / ((1 - unseen) * 0.25 + unseen))
    assert low < 1 - 0.01 / 0.25 < high


def test_it_covers_what_it_says_where_student_is_too_sure():
    generator = np.random.default_rng(5)
    draws = generator.standard_t(2, size=(400, 10))

    covered = [(one := sign_flip_interval(row.tolist(), [1.0] * 10, span=SPAN)).low <= 0 <= one.high for row in draws]

    assert np.mean(covered) >= 0.93


@pytest.mark.parametrize(("sums", "weights"), [([1.0], [1.0]), ([1.0] * 21, [1.0] * 21), ([1.0, 2.0], [1.0])])
def test_too_few_too_many_or_unequal_are_refused(sums, weights):
    with pytest.raises(ValueError, match="signs are flipped for 2 to 20 events, got"):
        sign_flip_interval(sums, weights, span=SPAN)


def test_students_interval_is_that_of_a_single_sample():
    values = np.array(SAVED)
    expected = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))

    found = t_interval(float(values.mean()), error=float(stats.sem(values)), n=11, n_clusters=11)

    assert (found.low, found.high) == pytest.approx(expected)


def test_an_interval_ends_where_the_range_does():
    found = t_interval(0.9, error=0.4, n=20, n_clusters=20, span=(None, 1.0))

    assert found.high == 1.0
    assert found.low == pytest.approx(0.9 - 0.4 * stats.t.ppf(0.975, 19))
    assert math.isfinite(found.low)


def test_one_event_has_no_spread():
    assert t_interval(0.1, error=0.0, n=4, n_clusters=1) is None

"""Peer and baseline scores: the published numbers of the site that invented them, and the method it uses."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.peers import Scheduled, peer_scores, spot_peer_scores

TEN_DAYS = Scheduled(opens=0.0, closes=10.0, ends=10.0)
FOREVER = math.inf


def scored(*forecasts, outcome=1.0, scheduled=TEN_DAYS):
    """Each forecast is a probability, and from when until when it stands."""
    full = [(*one, *(0, FOREVER)[len(one) - 1 :]) for one in forecasts]
    fcst, since, until = zip(*full, strict=True) if full else ((), (), ())
    return peer_scores(fcst, outcome, since=since, until=until, scheduled=scheduled)


def naive_peer(fcst, since, until, *, outcome, scheduled):
    """The quadratic method, in its usual two steps: what all earn at each instant, then each forecast over all instants."""
    moments = sorted({min(max(t, scheduled.opens), scheduled.last) for t in (*since, *until)} | {scheduled.last})
    clipped = [min(max(p, 0.001), 0.999) for p in fcst]
    logs = [outcome * math.log(p) + (1 - outcome) * math.log(1 - p) for p in clipped]
    crowds = []
    for start, stop in pairwise(moments):
        standing = [log for log, begin, end in zip(logs, since, until, strict=True) if begin <= start < end]
        crowds.append((start, stop, math.fsum(standing), len(standing)))
    scores = []
    for log, begin, end in zip(logs, since, until, strict=True):
        terms = [
            (stop - start) * (log - (total - log) / (n - 1))
            for start, stop, total, n in crowds
            if begin <= start < end and n > 1
        ]
        scores.append(100 * math.fsum(terms) / (scheduled.closes - scheduled.opens))
    return scores


@pytest.mark.parametrize(
    ("forecast", "ends", "outcome", "baseline", "coverage"),
    [
        ((0.5,), 10, 1, 0.0, 1.0),
        ((0.5, 3), 10, 1, 0.0, 0.7),
        ((0.5, 0, 3), 10, 1, 0.0, 0.3),
        ((0.5, 5, 8), 10, 1, 0.0, 0.3),
        ((0.5,), 5, 1, 0.0, 0.5),
        ((0.5, 5), 5, 1, 0.0, 0.0),
        ((0.9,), 10, 1, 84.79969066, 1.0),
        ((0.1,), 10, 1, -232.19280949, 1.0),
        ((0.9,), 10, 0, -232.19280949, 1.0),
        ((0.9, 5), 10, 1, 84.79969066 / 2, 0.5),
        ((2 ** (-1 / 2),), 10, 1, 50.0, 1.0),
        ((2 ** (-3 / 2),), 10, 1, -50.0, 1.0),
    ],
)
def test_baseline_scores_are_those_of_the_sites_own_tests(forecast, ends, outcome, baseline, coverage):
    found = scored(forecast, outcome=outcome, scheduled=Scheduled(opens=0, closes=10, ends=ends))

    assert round(found.baseline[0], 8) == pytest.approx(baseline, abs=1e-8)
    assert found.coverage[0] == pytest.approx(coverage)


@pytest.mark.parametrize(
    ("forecasts", "expected"),
    [
        ([(0.9,)], [0.0]),
        ([(0.9,), (0.9,)], [0.0, 0.0]),
        ([(0.1,), (0.9,)], [100 * math.log(0.1 / 0.9), 100 * math.log(0.9 / 0.1)]),
        ([(0.4,), (0.6,)], [100 * math.log(0.4 / 0.6), 100 * math.log(0.6 / 0.4)]),
        (
            [(0.1,), (0.5,), (0.9,)],
            [
                100 * math.log(0.1 / math.sqrt(0.5 * 0.9)),
                100 * math.log(0.5 / math.sqrt(0.1 * 0.9)),
                100 * math.log(0.9 / math.sqrt(0.1 * 0.5)),
            ],
        ),
        (
            [(0.1,), (0.3,), (0.6,), (0.9,)],
            [
                100 * math.log(0.1 / (0.3 * 0.6 * 0.9) ** (1 / 3)),
                100 * math.log(0.3 / (0.1 * 0.6 * 0.9) ** (1 / 3)),
                100 * math.log(0.6 / (0.1 * 0.3 * 0.9) ** (1 / 3)),
                100 * math.log(0.9 / (0.1 * 0.3 * 0.6) ** (1 / 3)),
            ],
        ),
        (
            [(0.1,), (0.5,), (0.9, 5)],
            [
                50 * math.log(0.1 / 0.5) + 50 * math.log(0.1 / math.sqrt(0.5 * 0.9)),
                50 * math.log(0.5 / 0.1) + 50 * math.log(0.5 / math.sqrt(0.1 * 0.9)),
                50 * math.log(0.9 / math.sqrt(0.1 * 0.5)),
            ],
        ),
    ],
)
def test_peer_scores_are_those_of_the_sites_own_tests(forecasts, expected):
    found = scored(*forecasts)

    assert found.peer == pytest.approx(expected, abs=1e-9)


def test_coverage_of_forecasts_that_follow_each_other_is_that_of_the_sites_own_tests():
    found = scored((0.5, 0, 5), (0.5, 5), (0.5, 2))

    assert found.coverage == pytest.approx([0.5, 0.5, 0.8])
    assert found.peer.tolist() == [0.0, 0.0, 0.0]


def test_half_the_time_earns_half():
    whole, half = scored((0.9,), (0.5,)), scored((0.9, 5), (0.5, 5))

    assert half.peer == pytest.approx(whole.peer / 2)
    assert half.baseline == pytest.approx(whole.baseline / 2)


def test_an_early_end_lowers_the_score_and_not_the_divisor():
    early = scored((0.9,), (0.5,), scheduled=Scheduled(opens=0, closes=10, ends=5))

    assert early.peer == pytest.approx(scored((0.9,), (0.5,)).peer / 2)


def test_what_was_made_after_the_end_earns_nothing():
    found = scored((0.9,), (0.5,), (0.001, 6), scheduled=Scheduled(opens=0, closes=10, ends=5))

    assert found.peer[2] == 0
    assert found.peer[:2] == pytest.approx(scored((0.9,), (0.5,)).peer / 2)


def test_nothing_earns_nothing():
    found = scored()

    assert (len(found.peer), len(found.baseline), len(found.coverage)) == (0, 0, 0)


def test_many_equal_forecasts_earn_exactly_nothing():
    found = scored(*[(0.7, day / 100) for day in range(200)])

    assert found.peer.tolist() == [0.0] * 200


def test_certain_and_wrong_is_clipped():
    found = scored((0.0,), (1.0,))

    assert found.peer == pytest.approx([100 * math.log(0.001 / 0.999), 100 * math.log(0.999 / 0.001)])


def test_a_claim_that_came_true_in_part_earns_a_mixture():
    yes, no, half = (scored((0.9,), (0.3,), outcome=outcome) for outcome in (1.0, 0.0, 0.5))

    assert half.peer == pytest.approx((yes.peer + no.peer) / 2)


def test_splitting_a_forecast_into_two_equal_ones_changes_nothing():
    whole, split = scored((0.9,), (0.5,)), scored((0.9, 0, 3), (0.9, 3), (0.5,))

    assert split.peer[0] + split.peer[1] == pytest.approx(whole.peer[0])
    assert split.peer[2] == pytest.approx(whole.peer[1])


days = st.floats(-2, 12, allow_nan=False)
standing = st.tuples(st.integers(0, 100), days, days)


@given(st.lists(standing, max_size=12), st.sampled_from([0.0, 0.25, 1.0]), st.floats(0, 12))
def test_the_sweep_equals_the_quadratic_method_and_adds_up_to_nothing(rows, outcome, ends):
    fcst = [percent / 100 for percent, _, _ in rows]
    since, until = [min(a, b) for _, a, b in rows], [max(a, b) for _, a, b in rows]
    scheduled = Scheduled(opens=0, closes=10, ends=ends)

    found = peer_scores(fcst, outcome, since=since, until=until, scheduled=scheduled)

    expected = naive_peer(fcst, since, until, outcome=outcome, scheduled=scheduled)
    assert found.peer == pytest.approx(expected, abs=1e-9)
    assert math.fsum(found.peer) == pytest.approx(0, abs=1e-9)


def test_two_hundred_revisions_by_one_person_equal_the_quadratic_method():
    generator = np.random.default_rng(7)
    revisions = [(p, day / 20, (day + 1) / 20) for day, p in enumerate(generator.random(200))]
    forecasts = [*revisions, (0.6, 0, FOREVER), (0.2, 3, 9)]
    fcst, since, until = zip(*forecasts, strict=True)

    found = scored(*forecasts)

    assert found.peer == pytest.approx(naive_peer(fcst, since, until, outcome=1, scheduled=TEN_DAYS), abs=1e-9)


def test_the_score_at_an_instant_counts_who_stands_then():
    at = {"since": [0, 0, 5], "until": [FOREVER, 6, FOREVER], "at": 5.5}

    found = spot_peer_scores([0.1, 0.5, 0.9], 1, **at)

    assert found == pytest.approx(
        [100 * math.log(0.1 / math.sqrt(0.45)), 100 * math.log(0.5 / 0.3), 100 * math.log(0.9 / math.sqrt(0.05))]
    )
    assert spot_peer_scores([0.1, 0.5, 0.9], 1, **at | {"at": 2})[2] == 0
    assert spot_peer_scores([0.1], 1, since=[0], until=[FOREVER], at=1).tolist() == [0.0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"fcst": [0.5, 1.5]}, r"fcst\[1\] must be in \[0, 1\], got 1.5"),
        ({"since": [0]}, "fcst has 2 values but since has 1"),
        ({"until": [1]}, "fcst has 2 values but until has 1"),
        ({"since": [0, math.nan]}, "since and until must be numbers"),
        ({"since": [0, 5], "until": [1, 4]}, r"until\[1\] is 4.0, before since\[1\], 5.0"),
        ({"outcome": 2}, "must be in"),
        ({"clip": 0.5}, "clip must be between 0 and 0.5, got 0.5"),
    ],
)
def test_impossible_forecasts_are_refused(change, text):
    given_ = {"fcst": [0.5, 0.5], "outcome": 1, "since": [0, 0], "until": [9, 9], "scheduled": TEN_DAYS} | change

    with pytest.raises(ValueError, match=text):
        peer_scores(**given_)


def test_an_empty_schedule_is_refused():
    with pytest.raises(ValueError, match=r"the scheduled time is empty: it opens 5 and closes 5"):
        Scheduled(opens=5, closes=5, ends=5)
    with pytest.raises(ValueError, match="the scheduled time must be finite"):
        Scheduled(opens=0, closes=math.inf, ends=5)

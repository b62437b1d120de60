"""Peer scores of one crowded prediction, against the quadratic method that looks through all of them at each instant."""

import math
import time
from itertools import pairwise

import numpy as np
import pytest

from forecasts.scoring.peers import Scheduled, peer_scores
from tests.benchmarks.ratios import compare
from tests.scoring.test_peers import naive_peer

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

FORECASTERS, REVISIONS = 1_000, 4
YEAR = Scheduled(opens=0.0, closes=365.0, ends=365.0)


def test_four_thousand_forecasts_are_scored_as_the_quadratic_method_scores_them(capsys):
    generator = np.random.default_rng(11)
    made = np.sort(generator.uniform(0, 365, (FORECASTERS, REVISIONS)), axis=1)
    since, until = made.ravel(), np.column_stack([made[:, 1:], np.full(FORECASTERS, math.inf)]).ravel()
    fcst = generator.uniform(0.01, 0.99, since.size)
    found, expected = [], []
    columns = [column.tolist() for column in (fcst, since, until)]

    with capsys.disabled():
        began = time.process_time()
        by_segments = _against_all_at_each_instant(fcst, since, until)
        vectorised = time.process_time() - began
        result = compare(
            "peer scores of 4,000 forecasts on one prediction",
            ours=lambda: found.append(peer_scores(fcst, 1, since=since, until=until, scheduled=YEAR).peer),
            limit=lambda: expected.append(naive_peer(*columns, outcome=1, scheduled=YEAR)),
            against="the quadratic method in plain Python",
            rounds=3,
        )
        print(f"  1/{1 / result.ratio:,.0f} of it")
        print(
            f"  1/{vectorised * 1000 / result.ours_ms:,.0f} of the quadratic method as numpy vectors, instant by instant"
        )

    assert found[0] == pytest.approx(expected[0], abs=1e-9)
    assert by_segments == pytest.approx(expected[0], abs=1e-9)


def _against_all_at_each_instant(fcst, since, until):
    """The quadratic method with the inner loop left to numpy."""
    moments = np.unique(np.append(np.concatenate([since, until]).clip(YEAR.opens, YEAR.last), YEAR.last))
    logs, scores = np.log(fcst.clip(0.001, 0.999)), np.zeros(len(fcst))
    for start, stop in pairwise(moments):
        stand = (since <= start) & (until > start)
        n = np.count_nonzero(stand)
        if n > 1:
            own = logs[stand]
            scores[stand] += 100 * (stop - start) / YEAR.closes * (own - (own.sum() - own) / (n - 1))
    return scores

"""What scorecards and their rebuild cost as forecasts grow a thousandfold; figures are compared with the raw rows'."""

import os
import time
from collections.abc import Callable

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from forecasts.models import Posting, Scope
from forecasts.selectors.scorecards import full_scorecard, scorecard, with_bands
from forecasts.selectors.slices import Slice
from forecasts.services.rebuilds import KEEP_FROM, check_scopes, rebuild_scopes
from forecasts.services.verdicts import record_verdict
from tests.benchmarks.histories import grow
from tests.benchmarks.plain_sums import add_up_plainly
from tests.benchmarks.ratios import growth, keep, least_seconds, peak_memory, seconds
from tests.benchmarks.resident import peak_of_the_database
from tests.builders import NOW, make_prediction

FULL = os.environ.get("BENCH_FULL") == "1"
IS_POSTGRESQL = connection.vendor == "postgresql"
SIZES = [10**4, 10**5] + ([10**6] if IS_POSTGRESQL else []) + ([10**7] if FULL and IS_POSTGRESQL else [])
CHECKED = 10**6
TOPIC = Slice(topic="bench")
CARDS: dict[str, Callable[[], object]] = {
    "a scorecard without bands": lambda: scorecard(TOPIC),
    "one with what there is to say of words, conditions and readings": lambda: full_scorecard(TOPIC, now=NOW),
    "one with every metric and bands": lambda: with_bands(full_scorecard(TOPIC, now=NOW)),
}

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(7200)]


def test_scorecards_and_their_rebuild_as_forecasts_grow(capsys):
    original = make_prediction(rules=[], probability="0.7")
    editor = User.objects.create_user("editor")
    record_verdict(prediction_id=original.pk, verdict="YES", reason="It happened.", actor=editor, now=NOW)
    cards: dict[str, dict[int, float]] = {what: {} for what in CARDS}
    rebuilds, plainly, made = {}, {}, 0
    for size in SIZES:
        grow(original, forecasts=size - made, first=made)
        made = size
        rebuilds[size], plainly[size] = _rebuilt(size, capsys)
        if size <= CHECKED:
            assert check_scopes() == []
        for what, work in CARDS.items():
            cards[what][size] = least_seconds(work, rounds=41)

    with capsys.disabled():
        for what, sizes in cards.items():
            growth(f"{what}, of so many forecasts ({connection.vendor})", sizes=sizes)
            print(f"  {sizes[made] / sizes[SIZES[0]]:.2f} times as long at {made:,} as at {SIZES[0]:,}")
        growth(f"rebuilding all that is kept, of so many forecasts ({connection.vendor})", sizes=rebuilds)
        _against_scikit_learn()
    assert Scope.objects.get(kind="TOPIC", key="bench").counts["resolved"] == made // 100


def _rebuilt(size: int, capsys: pytest.CaptureFixture[str]) -> tuple[float, float]:
    """How long it takes to rebuild everything, and to add up the same plainly."""
    took: dict[str, float] = {}

    def rebuild() -> None:
        began = time.perf_counter()
        rebuild_scopes()
        took["ours"] = time.perf_counter() - began

    peaks: dict[str, float] = {}
    with peak_of_the_database(peaks):
        peaks["ours"] = peak_memory(rebuild)
    plainly = seconds(lambda: add_up_plainly(kept=KEEP_FROM), rounds=1)
    ratio = took["ours"] / plainly
    with capsys.disabled():
        print(
            f"\nrebuilding from {size:,} scores ({connection.vendor}): {ratio:.1f} x adding up the same in plain SQL "
            f"({took['ours']:.1f} s against {plainly:.1f} s); at the peak {peaks['ours']:.0f} MB more here and "
            f"{peaks['database']:.0f} MB in all processes of the database beside what they share"
        )
    keep(f"rebuilding from {size:,} scores ({connection.vendor})", {"ratio": ratio, "megabytes": peaks})
    return took["ours"], plainly


def _against_scikit_learn() -> None:
    rows = Posting.objects.filter(resolution__prediction__topic__path__startswith="bench/")
    pairs = rows.values_list("level", "outcome").iterator(10_000)
    levels, outcomes = np.fromiter((one for pair in pairs for one in pair), dtype=np.int32).reshape(-1, 2).T / 10_000
    known = {}

    def theirs() -> None:
        known["brier"] = brier_score_loss(outcomes, levels)
        known["log"] = log_loss(outcomes, levels.clip(0.01, 0.99))
        known["auc"] = roc_auc_score(outcomes, levels)
        IsotonicRegression().fit(levels, outcomes)

    # Both by the clock, ours before and after: theirs takes too long to be asked often.
    before = seconds(lambda: with_bands(scorecard(TOPIC)), rounds=11)
    limit = seconds(theirs, rounds=1)
    banded = (before + seconds(lambda: with_bands(scorecard(TOPIC)), rounds=11)) / 2
    ours = seconds(lambda: scorecard(TOPIC), rounds=41)
    what = f"a scorecard of {len(levels):,} forecasts ({connection.vendor})"
    print(
        f"\n{what}: 1/{limit / ours:,.0f} of the time of scikit-learn's Brier score, log loss, AUC and isotonic "
        f"regression of the raw rows in memory ({ours * 1000:.1f} ms against {limit:.1f} s); with bands 1/{limit / banded:,.0f}"
    )
    keep(what, {"ratio": limit / ours, "ours_seconds": ours, "banded_seconds": banded, "limit_seconds": limit})
    figures = {one.measure.name: one.value for one in scorecard(TOPIC).figures}
    assert figures["BRIER"] == pytest.approx(known["brier"], abs=1e-9)
    assert figures["AUC"] == pytest.approx(known["auc"], abs=1e-9)

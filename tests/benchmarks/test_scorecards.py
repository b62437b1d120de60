"""What scorecards and their rebuild cost as forecasts grow a thousandfold; figures are compared with the raw rows'."""

import os
import time

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from forecasts.models import Posting, Scope
from forecasts.selectors.scorecards import scorecard, with_bands
from forecasts.selectors.slices import Slice
from forecasts.services.folds import fold
from forecasts.services.rebuilds import check_scopes, rebuild_scopes
from forecasts.services.verdicts import record_verdict
from tests.benchmarks.histories import grow
from tests.benchmarks.ratios import compare, growth, peak_memory, seconds
from tests.builders import NOW, make_prediction

FULL = os.environ.get("BENCH_FULL") == "1"
IS_POSTGRESQL = connection.vendor == "postgresql"
SIZES = [10**4, 10**5] + ([10**6] if IS_POSTGRESQL else []) + ([10**7] if FULL and IS_POSTGRESQL else [])
CHECKED = 10**6
TOPIC = Slice(topic="bench")

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(7200)]


def test_scorecards_and_their_rebuild_as_forecasts_grow(capsys):
    original = make_prediction(rules=[], probability="0.7")
    editor = User.objects.create_user("editor")
    record_verdict(prediction_id=original.pk, verdict="YES", reason="It happened.", actor=editor, now=NOW)
    cards, banded, rebuilds, peaks, aggregates, made = {}, {}, {}, {}, {}, 0
    for size in SIZES:
        grow(original, forecasts=size - made, first=made)
        made = size
        began = time.perf_counter()
        peaks[size] = peak_memory(rebuild_scopes)
        rebuilds[size] = time.perf_counter() - began
        with transaction.atomic():
            aggregates[size] = seconds(lambda: fold(kept=[]), rounds=1)
        if size <= CHECKED:
            assert check_scopes() == []
        cards[size] = seconds(lambda: scorecard(TOPIC), rounds=21)
        banded[size] = seconds(lambda: with_bands(scorecard(TOPIC)), rounds=5)

    with capsys.disabled():
        growth(f"a scorecard without bands, of so many forecasts ({connection.vendor})", sizes=cards)
        growth(f"a scorecard with every metric and bands, of so many forecasts ({connection.vendor})", sizes=banded)
        growth(f"rebuilding all that is kept, of so many forecasts ({connection.vendor})", sizes=rebuilds)
        for size in SIZES:
            print(
                f"  {size:,}: card {cards[size] * 1000:.1f} ms, with bands {banded[size] * 1000:.1f} ms; rebuild "
                f"{rebuilds[size]:.1f} s, {rebuilds[size] / aggregates[size]:.1f} x the aggregates alone, {peaks[size]:.0f} MB more"
            )
        _against_scikit_learn()
    assert Scope.objects.get(kind="TOPIC", key="bench").counts["resolved"] == made // 100


def _against_scikit_learn() -> None:
    levels, outcomes = (
        np.fromiter(
            (pair for row in Posting.objects.values_list("level", "outcome").iterator(10_000) for pair in row),
            dtype=float,
        )
        .reshape(-1, 2)
        .T
        / 10_000
    )
    known = {}

    def theirs():
        known["brier"] = brier_score_loss(outcomes, levels)
        known["log"] = log_loss(outcomes, levels.clip(0.01, 0.99))
        known["auc"] = roc_auc_score(outcomes, levels)
        IsotonicRegression().fit(levels, outcomes)

    compare(
        f"a scorecard of {len(levels):,} forecasts ({connection.vendor})",
        ours=lambda: known.update(card=scorecard(Slice())),
        limit=theirs,
        against="scikit-learn's Brier score, log loss, AUC and isotonic regression of the raw rows in memory",
        rounds=3,
        clock=time.perf_counter,
    )
    assert known["card"].summary.mean_brier == pytest.approx(known["brier"], abs=1e-9)

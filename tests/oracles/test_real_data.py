"""
Real forecasts through the importer, the database and the API come to what other people's programs make of the same files.

The files are read a second time here, by other means, and no number passes through code of the product on its way to an
oracle.
"""

import numpy as np
import pytest
import statsmodels.api as sm
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from model_diagnostics.scoring import LogLoss, SquaredError, decompose
from scipy import stats
from scores.probability import brier_score as scores_brier
from scoringrules import brier_score as rules_brier
from scoringrules import log_score as rules_log
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from xarray import DataArray

from forecasts.feeds import read_forecasts
from forecasts.scoring.decomposition import decompose_brier, decompose_log
from forecasts.selectors.slices import Slice
from forecasts.selectors.sums import sums_of
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.rebuilds import check_scopes

from .recorded import games, matches, rounds

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

CLIP = 0.001
FILES = {
    "fivethirtyeight/nfl_games.csv": games,
    "fivethirtyeight/wnba_games.csv": games,
    "fivethirtyeight/nba_games.csv": games,
    "fivethirtyeight/world_cup_matches_men.csv": matches,
    "forecastbench/market_forecasts_2025-10_to_2026-02.csv": rounds,
}


@pytest.fixture(params=FILES)
def name(request) -> str:
    return request.param


@pytest.fixture
def sample(name, rows_of):
    return FILES[name](rows_of(name))


@pytest.fixture
def figures(name, real):
    """What the API says of the file, by the name of each figure."""
    origin = Origin(actor=User.objects.create(username="editor"), topic="real", now=timezone.now())
    with real(name).open("rb") as stream:
        report = import_forecasts(rows=read_forecasts(stream), origin=origin)
    assert report.refused == 0
    assert check_scopes() == []
    answer = Client().get("/api/v1/accuracy/?topic=real").json()
    return {one["name"]: one for one in answer["scores"]} | {"n": answer["n"], "n_clusters": answer["n_clusters"]}


def exactly(value: float):
    return pytest.approx(value, abs=1e-9)


def test_every_figure_is_that_of_the_oracles(figures, sample):
    """One import a file, since it takes longest; each comparison is a function of its own."""
    assert figures["n"] == round(sample.weight.sum())
    assert figures["n_clusters"] == len(set(sample.cluster))
    _scores_are_those_of_scikit_learn_and_others(figures, sample)
    _parts_are_those_of_model_diagnostics(figures, sample)
    _the_area_is_that_of_scikit_learn(figures, sample)
    _errors_are_those_of_statsmodels(figures, sample)


def _scores_are_those_of_scikit_learn_and_others(figures, sample):
    fcst, obs, weight = sample.binary()
    clipped = np.clip(fcst, CLIP, 1 - CLIP)

    assert figures["BRIER"]["value"] == exactly(brier_score_loss(obs, fcst, sample_weight=weight))
    assert figures["BRIER"]["value"] == exactly(np.average(rules_brier(obs, fcst), weights=weight))
    assert figures["LOG"]["value"] == exactly(log_loss(obs, clipped, sample_weight=weight))
    assert figures["LOG"]["value"] == exactly(np.average(rules_log(obs, clipped), weights=weight))
    weighted = scores_brier(DataArray(fcst, dims="n"), DataArray(obs.astype(float), dims="n"), preserve_dims="all")
    assert figures["BRIER"]["value"] == exactly(float(weighted.weighted(DataArray(weight, dims="n")).mean()))


def _parts_are_those_of_model_diagnostics(figures, sample):
    fcst, obs, weight = sample.binary()
    clipped = np.clip(fcst, CLIP, 1 - CLIP)
    expected = decompose(y_obs=obs, y_pred=fcst, weights=weight, scoring_function=SquaredError())
    levels = sums_of(Slice(topic="real")).levels

    for part in ("miscalibration", "discrimination", "uncertainty"):
        assert getattr(decompose_brier(levels), part) == exactly(expected[part].item())
        if figures[part.upper()]["value"] is not None:
            assert figures[part.upper()]["value"] == exactly(expected[part].item())
    # The log of a recalibrated 0 or 1 is never asked for: the program of others may not be asked either.
    by_log = decompose_log(levels)
    pooled = IsotonicRegression(y_min=0, y_max=1).fit(fcst, obs, sample_weight=weight).predict(fcst)
    safe = np.where(obs == 1, pooled, 1 - pooled)
    assert by_log.mean_score - by_log.miscalibration == exactly(np.average(-np.log(safe), weights=weight))
    log_score = LogLoss()(y_obs=obs, y_pred=clipped, weights=weight)
    assert by_log.mean_score == exactly(float(log_score))


def _the_area_is_that_of_scikit_learn(figures, sample):
    fcst, obs, weight = sample.binary()

    assert figures["AUC"]["value"] == exactly(roc_auc_score(obs, fcst, sample_weight=weight))


def _errors_are_those_of_statsmodels(figures, sample):
    """A weighted mean is a regression on a constant; its cluster-robust error is that of the sandwich."""
    p, y = sample.fcst, sample.obs
    brier = y * (1 - p) ** 2 + (1 - y) * p**2
    log = -y * np.log(np.clip(p, CLIP, 1 - CLIP)) - (1 - y) * np.log(1 - np.clip(p, CLIP, 1 - CLIP))
    right = np.where(p > 0.5, y, np.where(p < 0.5, 1 - y, 0.5))
    measures = {
        "brier": brier,
        "log": log,
        "bias": p - y,
        "brier_gap": brier - p * (1 - p),
        "overconfidence": np.maximum(p, 1 - p) - right,
    }
    totals = sums_of(Slice(topic="real")).totals
    for measure, values in measures.items():
        mean, error = _clustered(values, sample=sample)
        assert float(totals.mean(measure)) == exactly(mean)
        assert totals.standard_error(measure) == exactly(error)
    mean, error = _clustered(brier, sample=sample)
    t = stats.t.ppf(0.975, len(set(sample.cluster)) - 1) * error / (mean * (1 - mean))
    logit = np.log(mean / (1 - mean))
    shown = figures["BRIER"]["interval"]
    assert (shown["low"], shown["high"]) == tuple(exactly(1 / (1 + np.exp(-(logit + side * t)))) for side in (-1, 1))


def _clustered(values, *, sample) -> tuple[float, float]:
    groups = np.unique(sample.cluster, return_inverse=True)[1]
    model = sm.WLS(values, np.ones(len(values)), weights=sample.weight)
    # The correction for N - K regressors is 1 for a constant: G / (G - 1) is what is left.
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True})
    return float(fitted.params[0]), float(fitted.bse[0])

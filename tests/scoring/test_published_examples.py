"""Numbers printed by others for the same data: precipitation at Niamey in 2016, 92 days, four methods."""

import csv
from pathlib import Path

import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from forecasts.scoring.balance import brier_balance
from forecasts.scoring.decomposition import decompose_brier, decompose_log
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import NOTHING, Missing

with (Path(__file__).parent / "data" / "niamey.csv").open(encoding="utf-8") as lines:
    DAYS = list(csv.DictReader(line for line in lines if not line.startswith("#")))


def levels_of(method):
    return Levels.of([float(day[method]) for day in DAYS], [int(day["obs"]) for day in DAYS])


@pytest.mark.parametrize(
    ("method", "score", "miscalibration", "discrimination"),
    [
        ("emos", ".232", ".0183", ".0305"),  # as printed in the README of reliabilitydiag
        ("epc", ".234", ".0223", ".0323"),
        ("ens", ".266", ".0661", ".0441"),
        ("logistic", ".206", ".0171", ".0555"),
    ],
)
def test_the_parts_are_those_of_the_reference_implementation(method, score, miscalibration, discrimination):
    found = decompose_brier(levels_of(method))

    assert f"{found.mean_score:.3f}".lstrip("0") == score
    assert found.miscalibration == pytest.approx(float(miscalibration), abs=1e-4)
    assert found.discrimination == pytest.approx(float(discrimination), abs=1e-4)
    assert f"{found.uncertainty:.3f}".lstrip("0") == ".244"


@pytest.mark.parametrize("method", ["logistic", "emos", "ens", "epc"])
def test_scores_and_areas_are_those_of_scikit_learn(method):
    fcst, obs = [float(day[method]) for day in DAYS], [int(day["obs"]) for day in DAYS]
    inside = [min(max(p, 0.001), 0.999) for p in fcst]

    assert decompose_brier(levels_of(method)).mean_score == pytest.approx(brier_score_loss(obs, fcst), abs=1e-12)
    assert decompose_log(levels_of(method)).mean_score == pytest.approx(log_loss(obs, inside), abs=1e-12)
    assert area_under_curve(levels_of(method)).area == pytest.approx(roc_auc_score(obs, fcst), abs=1e-12)


@pytest.mark.parametrize(("method", "z"), [("epc", -0.776), ("ens", 9.155), ("emos", -0.371), ("logistic", -0.771)])
def test_the_brier_score_came_out_as_implied_for_all_but_the_raw_ensemble(method, z):
    found = brier_balance(levels_of(method))

    assert found.z == pytest.approx(z, abs=0.02)
    assert (found.p_value < 0.001) is (method == "ens")
    assert found.mean_score == pytest.approx(decompose_brier(levels_of(method)).mean_score, abs=1e-12)


def test_the_balance_matches_the_hand_table():
    # .8 twice, one happened: implied .16, came out .34; each adds .36 * .16 to the variance.
    found = brier_balance(Levels.of([0.8, 0.8, 0.5], [1, 0, 1]))

    assert found.expected_score == pytest.approx((0.16 * 2 + 0.25) / 3)
    assert found.mean_score == pytest.approx((0.04 + 0.64 + 0.25) / 3)
    assert found.z == pytest.approx(0.36 / (2 * 0.36 * 0.16) ** 0.5)


def test_without_room_for_chance_there_is_no_balance():
    assert brier_balance(Levels.empty()) is NOTHING
    assert brier_balance(Levels.of([0, 0.5, 1], [0, 1, 1])).reason is Missing.NOT_COUNTED

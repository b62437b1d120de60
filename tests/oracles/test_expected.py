"""Numbers that others published or that several programs agree on, all of them, from the file that collects them."""

import json
from fractions import Fraction

import numpy as np
import pytest
from scoringrules import rps_score
from sklearn.metrics import brier_score_loss

from forecasts.scoring.balance import brier_balance
from forecasts.scoring.bands import honest_band
from forecasts.scoring.categories import category_brier_score, gjp_ordered_score, ranked_probability_score
from forecasts.scoring.compatibility import other_score
from forecasts.scoring.decomposition import bins, decompose_brier, recalibrated
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.intervals import jeffreys_interval, wilson_interval
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.peers import Scheduled, peer_scores
from forecasts.scoring.rules import brier_score

# What the grid of 0.0001 may move: probabilities of the precipitation data have 17 digits.
ON_GRID = 2e-4
PARTS = ("mean_score", "miscalibration", "discrimination", "uncertainty")


@pytest.fixture
def expected(real):
    return json.loads(real("scoring/expected.json").read_text(encoding="utf-8"))


def test_no_number_of_the_file_is_left_out(expected):
    assert set(expected) == {
        "brier_1950_table1",
        "corp_niamey_2016",
        "finley_1884",
        "ladder_and_timing",  # tests/scoring/test_weighting.py
        "metaculus_unit_tests",
        "reliabilitydiag_toy",
        "scores_isotonic",
        "scoringrules_docs",
        "sklearn_docs",
        "wilson_etc_4_of_5",
    }


@pytest.mark.parametrize("method", ["EPC", "ENS", "EMOS", "Logistic"])
def test_precipitation_at_niamey(expected, rows_of, method):
    found = expected["corp_niamey_2016"]["rows"][method]
    days = rows_of("scoring/precip_Niamey_2016.csv")
    fcst, obs = [float(day[method]) for day in days], [int(day["obs"]) for day in days]
    levels = Levels.of(fcst, obs)

    assert brier_score(fcst, obs).mean() == pytest.approx(found["mean_score"], abs=1e-12)
    assert [getattr(decompose_brier(levels), part) for part in PARTS] == pytest.approx(
        [found[part] for part in PARTS], abs=ON_GRID
    )
    # Two days that the grid makes equal are half a pair of 2,067.
    assert area_under_curve(levels).area == pytest.approx(found["auc"], abs=1e-3)
    assert brier_balance(levels).z == pytest.approx(found["spiegelhalter_z"], abs=0.02)


def test_the_toy_of_reliabilitydiag(expected):
    toy = expected["reliabilitydiag_toy"]
    found = decompose_brier(Levels.of(toy["p"], toy["y"]))

    assert [getattr(found, part) for part in PARTS] == pytest.approx([toy["brier"][part] for part in PARTS], abs=5e-8)


def test_finleys_tornadoes(expected):
    table = expected["finley_1884"]
    hits, alarms, misses, quiet = (table[name] for name in ("a_hits", "b_false_alarms", "c_misses", "d_correct_neg"))
    cells = [
        (BASIS_POINTS, (hits + alarms) * WHOLE, hits * WHOLE * BASIS_POINTS, hits + alarms),
        (0, (misses + quiet) * WHOLE, misses * WHOLE * BASIS_POINTS, misses + quiet),
    ]
    warned, silent = Levels.summed(cells), Levels.summed((0, *cell[1:]) for cell in cells)
    found = decompose_brier(warned)

    assert other_score("hit_rate", warned) == pytest.approx(table["accuracy"], abs=1e-12)
    assert other_score("hit_rate", silent) == pytest.approx(table["always_no"], abs=1e-12)
    assert found.mean_score == pytest.approx(table["brier_as_0_1"], abs=1e-12)
    assert 1 - found.mean_score / found.uncertainty == pytest.approx(table["BSS_vs_climatology"], abs=1e-9)
    for name, value in _of_a_table(warned).items():
        assert value == pytest.approx(table[name], rel=1e-10), name
    corp = [table["corp"][part] for part in ("mcb", "dsc", "unc")]
    assert [getattr(found, part) for part in PARTS[1:]] == pytest.approx(corp, abs=1e-12)


def _of_a_table(warned: Levels) -> dict[str, float]:
    """What meteorologists make of a table of yes and no, from the two levels 0 and 1."""
    (silent, said), (missed, hits) = (warned.weights / WHOLE).tolist(), (warned.happened / WHOLE).tolist()
    alarms, quiet, n = said - hits, silent - missed, said + silent
    by_chance = said * (hits + missed) / n
    right_by_chance = by_chance + silent * (alarms + quiet) / n
    ratio = hits * quiet / (alarms * missed)
    found, warned_in_vain = hits / (hits + missed), alarms / (alarms + quiet)
    return {
        "bias": said / (hits + missed),
        "POD": found,
        "FAR": alarms / said,
        "POFD": warned_in_vain,
        "CSI": hits / (said + missed),
        "ETS": (hits - by_chance) / (said + missed - by_chance),
        "HSS": (hits + quiet - right_by_chance) / (n - right_by_chance),
        # The area under a curve of one corner says as much as it.
        "PSS": 2 * area_under_curve(warned).area - 1,
        "odds_ratio": ratio,
        "ORSS": (ratio - 1) / (ratio + 1),
    }


def test_briers_own_table(expected):
    table = expected["brier_1950_table1"]
    levels = Levels.of(table["p_rain"], table["rain"])

    assert other_score("gjp_brier", levels) == pytest.approx(table["P_original_two_class"], abs=1e-12)
    assert decompose_brier(levels).mean_score == pytest.approx(table["brier_binary"], abs=1e-12)


def test_the_documentation_of_scikit_learn(expected):
    brier, curve = (expected["sklearn_docs"][name] for name in ("brier", "calibration_curve"))
    levels = Levels.of(curve["p"], curve["y"])
    places = bins(levels, n_bins=curve["n_bins"])
    weight = np.bincount(places, weights=levels.weights)

    assert brier_score(brier["p"], brier["y"]).mean() == pytest.approx(brier["half"], abs=1e-12)
    assert other_score("gjp_brier", Levels.of(brier["p"], brier["y"])) == pytest.approx(brier["full"], abs=1e-12)
    assert np.bincount(places, weights=levels.happened) / weight == pytest.approx(curve["prob_true"], abs=1e-12)
    said = np.bincount(places, weights=levels.weights * levels.probabilities) / weight
    assert said == pytest.approx(curve["prob_pred"], abs=1e-12)


def test_the_documentation_of_scoringrules(expected):
    ranked, brier = (expected["scoringrules_docs"][name] for name in ("rps", "brier"))
    cuts = len(ranked["p"]) - 1

    found = cuts * ranked_probability_score([ranked["p"]], [ranked["obs_1_indexed"] - 1])[0]
    assert found == pytest.approx(ranked["rps"], abs=1e-12)
    assert brier_score([brier["p"]], [brier["y"]])[0] == pytest.approx(brier["score"], abs=1e-12)


def test_the_unit_tests_of_metaculus(expected):
    numbers = expected["metaculus_unit_tests"]
    always = Scheduled(opens=0, closes=10, ends=10)

    def scores(fcst, outcome, *, until=10):
        return peer_scores(fcst, outcome, since=[0] * len(fcst), until=[until] * len(fcst), scheduled=always)

    assert scores([0.9], 1).baseline[0] == pytest.approx(numbers["baseline_p9_yes"], abs=1e-8)
    assert scores([0.9], 0).baseline[0] == pytest.approx(numbers["baseline_p9_no"], abs=1e-8)
    assert scores([0.9], 1, until=5).baseline[0] == pytest.approx(numbers["baseline_half_coverage"], abs=1e-8)
    for outcome, name in ((1, "gmean_of_7_8_9_yes"), (0, "gmean_no")):
        own = 0.7 if outcome else 0.3
        peer = scores([0.7, 0.8, 0.9], outcome).peer
        # A peer score is 100 N / (N - 1) ln(own / geometric mean of all).
        assert own / np.exp(peer[0] / 100 * 2 / 3) == pytest.approx(numbers[name], abs=1e-8)
        assert peer.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("weights", "name"), [(None, "mean"), ("w", "weighted_mean")])
def test_the_isotonic_vectors_of_scores(expected, weights, name):
    vectors = expected["scores_isotonic"]
    weight = vectors[weights] if weights else [1] * len(vectors["y"])
    # Values up to 7 become shares of 10.
    cells = [
        (place, w * WHOLE, w * y * WHOLE * BASIS_POINTS // 10, 1)
        for place, (y, w) in enumerate(zip(vectors["y"], weight, strict=True))
    ]

    found = recalibrated(Levels.summed(cells)) * 10
    assert found == pytest.approx([float(Fraction(value)) for value in vectors[name]], abs=1e-12)


def test_four_of_five(expected):
    numbers = expected["wilson_etc_4_of_5"]

    for interval, name in ((wilson_interval, "wilson"), (jeffreys_interval, "jeffreys")):
        found = interval(4, 5)
        assert (found.low, found.high) == pytest.approx(tuple(numbers[name]), abs=1e-8)
    # Of one level the band that holds everywhere at once is the interval of Clopper and Pearson.
    low, high = numbers["clopper_pearson"]
    band = honest_band(Levels.of([0.8] * 5, [1, 1, 1, 1, 0]), coverage=0.95)
    assert (band.low[0], band.high[0]) == (pytest.approx(low, abs=1e-8), pytest.approx(high, abs=1e-8))


def test_ranked_scores_are_those_of_scoringrules():
    """It counts categories from 1, takes rows that do not add up, and does not divide by the cuts."""
    random = np.random.default_rng(3)
    fcst = random.dirichlet(np.ones(5), size=200)
    obs = random.integers(0, 5, size=200)

    theirs = rps_score(obs + 1, fcst)

    assert 4 * ranked_probability_score(fcst, obs) == pytest.approx(theirs, abs=1e-12)
    assert gjp_ordered_score(fcst, obs) == pytest.approx(2 * theirs / 4, abs=1e-12)
    assert category_brier_score(fcst, obs) == pytest.approx(
        [
            brier_score_loss([one], [row], labels=range(5), scale_by_half=True)
            for one, row in zip(obs, fcst, strict=True)
        ],
        abs=1e-12,
    )

"""The examples of docs/scores/, run."""

import re
from pathlib import Path

import numpy as np
import pytest

from forecasts.scoring.aggregates import Method, aggregate, extremising_factor
from forecasts.scoring.balance import brier_balance
from forecasts.scoring.bands import band_statement, consistency_band, honest_band
from forecasts.scoring.categories import (
    CATEGORY_BRIER,
    CATEGORY_LOG,
    GJP_ORDERED,
    RANKED,
    category_brier_score,
    category_log_score,
    gjp_ordered_score,
    ranked_probability_score,
)
from forecasts.scoring.comparison import SharedEvent, compare, confidence_sequence
from forecasts.scoring.compatibility import OTHER_SCORES, other_score
from forecasts.scoring.curves import calibration_steps, elementary_score
from forecasts.scoring.decomposition import decompose_brier, decompose_brier_in_bins, decompose_log
from forecasts.scoring.difficulty import Mark, adjusted
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.levels import Levels
from forecasts.scoring.peers import Scheduled, peer_scores
from forecasts.scoring.pooling import Measured, benjamini_hochberg, holm, placed
from forecasts.scoring.recalibration import recalibration
from forecasts.scoring.reliability import losses_of
from forecasts.scoring.thresholds import MIN_SHOWN
from forecasts.services.aggregates import NAMES

FOLDER = Path(__file__).parents[2] / "docs" / "scores"
SEVEN = Levels.of([0.8, 0.6, 0.6, 0.75, 0.75, 0.75, 0.75], [1, 1, 0, 0, 1, 0, 1])


def page(name):
    return " ".join((FOLDER / f"{name}.md").read_text(encoding="utf-8").split())


def rows(name):
    lines = (FOLDER / f"{name}.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def equation(found):
    parts = (found.miscalibration, found.discrimination, found.uncertainty)
    return "**{:.4f}** is **{:.4f}** - **{:.4f}** + **{:.4f}**".format(found.mean_score, *parts)


def test_the_parts_of_the_seven_calls_are_those_of_the_page():
    assert equation(decompose_brier(SEVEN)) in page("parts")
    assert equation(decompose_log(SEVEN)) in page("parts")


def test_the_bins_are_those_of_the_page():
    found = decompose_brier_in_bins(Levels.of([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1]), n_bins=2)

    assert "0.0625 - 0 + 0.25 + 0.0225 - 0.15 = **0.1850**" in page("parts")
    assert found.mean_score == pytest.approx(0.185)
    assert found.miscalibration - found.discrimination + found.uncertainty == pytest.approx(0.3125)


def test_the_steps_are_those_of_the_page():
    first, second = calibration_steps(SEVEN)

    assert (first.low, first.high, second.low) == (0.6, 0.75, 0.8)
    assert f"where **{first.observed_share:.2f}** of **{first.n:g}** happened" in page("calibration")
    assert f"where **{second.observed_share:.2f}** of **{second.n:g}** did" in page("calibration")


def test_chance_is_that_of_the_page():
    pair, seven = consistency_band(Levels.of([0.5, 0.5], [1, 1])), consistency_band(SEVEN)

    assert pair.null_miscalibration == pytest.approx(0.125, abs=0.01)
    assert pair.p_value == pytest.approx(0.5, abs=0.05)
    assert f"**{seven.null_miscalibration:.3f}**" in page("calibration")
    assert f"p-value is **{seven.p_value:.2f}**" in page("calibration")


def test_what_is_proven_is_that_of_the_page():
    band = honest_band(Levels.of([0.5] * 10, [1] * 7 + [0] * 3))

    assert f"**{band.low[0]:.2f} to {band.high[0]:.2f}**" in page("calibration")
    assert f"*{band_statement(honest_band(SEVEN))}*" in page("calibration")


def test_the_balance_is_that_of_the_page():
    found = brier_balance(Levels.of([0.8, 0.8], [1, 0]))

    assert f"= **{found.z:.2f}** (p = **{found.p_value:.2f}**)".replace("**0.", "**.") in page("calibration")


def test_the_area_and_the_loss_are_those_of_the_page():
    found = area_under_curve(SEVEN)

    assert f"**{found.area:.3f}**" in page("discrimination")
    assert f"Here it is **{found.standard_error:.3f}**" in page("discrimination")
    assert f"from **{found.low:.2f}** to **{found.high:.2f}**" in page("discrimination")
    assert f"**{elementary_score(SEVEN, threshold=0.7):.4f}**" in page("discrimination")


def test_the_line_is_that_of_the_page():
    exact = recalibration(Levels.of([0.2] * 100 + [0.8] * 100, [1] * 30 + [0] * 70 + [1] * 70 + [0] * 30))
    seven = recalibration(SEVEN)

    assert f"**{exact.slope.value:.2f}**" in page("recalibration")
    assert f"**{exact.share_at(0.8):.0%}**" in page("recalibration")
    assert f"the intercept is **{seven.intercept.value:.2f}** and the slope **{seven.slope.value:.2f}**" in page(
        "recalibration"
    )
    assert f"from **{seven.slope.low:.2f}** to **{seven.slope.high:.2f}**" in page("recalibration")


def test_the_comparison_is_that_of_the_page():
    mixed, alike = ([SharedEvent(one, 1) for one in differences] for differences in ([0.3, 0.1, -0.1], [0.1] * 3))
    always = confidence_sequence(n_clusters=200, total=0, squares=2)
    usual = compare([SharedEvent(one, 1) for one in [0.1, -0.1] * 100])

    assert f"p = **{compare(mixed).p_value:.2f}**" in page("comparison")
    assert f"2 / 8 = **{compare(alike).p_value:.2f}**" in page("comparison")
    same = compare([SharedEvent(0.1, 1)] * 20)
    assert f"p = **{same.p_value:.2f}**" in page("comparison")
    assert f"**{same.low:.2f}** to **{same.high:.2f}**" in page("comparison")
    assert f"± **{always.high:.4f}**, where the usual interval is ± {usual.high:.4f}" in page("comparison")


def test_the_leaderboard_is_that_of_the_page():
    first, *_ = placed([Measured(value, 0.1) for value in (0.3, 0.0, -0.3)])
    raw = [0.01, 0.04, 0.03, 0.005]

    assert f"= **{first.value:.3f}**" in page("pooling")
    assert f"**{', '.join(f'{p:.2f}' for p in holm(raw))}** (Holm)" in page("pooling")
    assert f"**{', '.join(f'{p:.2f}' for p in benjamini_hochberg(raw))}** (Benjamini" in page("pooling")


def test_the_other_scores_are_those_of_the_page():
    listed = {row[0].strip("`"): row[2:5] for row in rows("other-scales")}

    assert set(listed) == set(OTHER_SCORES)
    for name, (span, better, value) in listed.items():
        score = OTHER_SCORES[name]
        assert value == f"{other_score(name, SEVEN):.4f}"
        assert span == f"{round(score.low, 1):g} to {round(score.high, 1):g}"
        assert better == score.better.lower()


def test_the_categories_are_those_of_the_page():
    fcst, obs = [[0.1, 0.2, 0.3, 0.4]], [2]
    scores = {
        CATEGORY_BRIER.version: category_brier_score,
        CATEGORY_LOG.version: category_log_score,
        RANKED.version: ranked_probability_score,
        GJP_ORDERED.version: gjp_ordered_score,
    }

    listed = {row[0].strip("`"): row[3] for row in rows("categories")}
    assert listed == {version: f"{score(fcst, obs)[0]:.4f}" for version, score in scores.items()}
    assert "= **0.3500**; below" in page("categories")
    assert "/ 3` = **0.0867**" in page("categories")


def test_the_thresholds_are_those_of_the_page():
    listed = {key.strip("`"): (int(events), int(each or 0)) for key, events, each in rows("when-shown")}

    assert listed == {key: (least.events, least.each_outcome) for key, least in MIN_SHOWN.items()}


def test_every_page_can_be_reached_from_the_first():
    index = (FOLDER.parent / "scores.md").read_text(encoding="utf-8")

    assert {path.name for path in FOLDER.glob("*.md")} <= set(re.findall(r"\(scores/([a-z-]+\.md)\)", index))


def test_the_peer_scores_are_those_of_the_page():
    scheduled = Scheduled(opens=0, closes=10, ends=10)
    found = peer_scores([0.9, 0.6, 0.5], 1, since=[0, 0, 5], until=[10, 10, 10], scheduled=scheduled)

    assert "**{:.1f}**, **{:.1f}** and **{:.1f}**".format(*found.peer) in page("peers")
    assert f"Ada's baseline is **{found.baseline[0]:.1f}**, Cleo's **{found.baseline[2]:.1f}**" in page("peers")


def test_the_two_forecasters_are_those_of_the_page():
    found = compare([SharedEvent(-0.15, 1), SharedEvent(-0.21, 1)])

    assert f"their mean **{found.difference:.2f}**" in page("comparison")
    assert f"with two events p = **{found.p_value}**" in page("comparison")
    assert f"/ 2 = **{((0.09 - 0.04) + (0.16 - 0.25)) / 2:.2f}**" in page("peers")


def test_the_aggregates_are_those_of_the_page():
    said = {method: aggregate([0.5, 0.8], method=method) for method in Method}

    assert f"Median and mean are **{said[Method.MEDIAN]:.2f}**" in page("aggregates")
    assert said[Method.MEAN] == said[Method.MEDIAN] == 0.65
    assert f"their geometric mean is 2: **{said[Method.ODDS]:.3f}**" in page("aggregates")
    assert f"odds of 2^{extremising_factor(2):.2f} are **{said[Method.EXTREMISED]:.3f}**" in page("aggregates")
    assert f"the middle of the weight is **{said[Method.RECENT]}**" in page("aggregates")
    assert [row[0] for row in rows("aggregates")] == [f"`{slug}`" for slug, *_ in NAMES.values()]


def test_the_adjusted_scores_are_those_of_the_page():
    scores = [
        ("ada", "hard", 0.4),
        ("bob", "hard", 0.5),
        ("ada", "easy", 0.1),
        ("bob", "easy", 0.2),
        ("cleo", "easy", 0.1),
    ]
    found = adjusted([Mark(who, what, what, score) for who, what, score in scores])

    assert f"she would have averaged **{found['cleo'].score:.2f}**" in page("difficulty")
    assert f"and Bob **{found['bob'].score:.2f}**" in page("difficulty")


def test_the_murphy_diagram_of_the_page():
    text = page("discrimination")
    (loss,) = [one for one in losses_of(SEVEN, n_clusters=50) if one.threshold == pytest.approx(0.7)]

    assert f"**{loss.loss:.4f}**" in text
    assert f"4 × 0.30 / 7 = **{loss.always_base_rate:.4f}**" in text


def test_calls_drawn_again_are_more_miscalibrated_on_average_and_never_reach_nothing():
    draw = np.random.default_rng(1)
    said = np.repeat([0.2, 0.4, 0.6, 0.8], 50)
    came_true = (draw.random(200) < said).astype(int)
    record = decompose_brier(Levels.of(said, came_true)).miscalibration

    again = [
        decompose_brier(Levels.of(said[rows], came_true[rows])).miscalibration
        for rows in draw.integers(200, size=(300, 200))
    ]

    assert np.mean(again) > record
    assert np.quantile(again, 0.025) > 0

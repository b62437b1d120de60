"""The examples of docs/scores/words.md and docs/scores/conditions.md, run."""

from pathlib import Path

import numpy as np
import pytest

from forecasts.scoring.coherence import Stated, beyond_whole, falls_with_time, total_probability
from forecasts.scoring.intervals import wilson_interval
from forecasts.scoring.ladder import ladder_score
from forecasts.scoring.lexicon import Reading
from forecasts.scoring.rules import brier_score
from forecasts.scoring.verbal import Said, effective_meaning, readers_as_outcomes, score_words

FOLDER = Path(__file__).parents[2] / "docs" / "scores"
WORDS, CONDITIONS = (
    " ".join((FOLDER / f"{name}.md").read_text(encoding="utf-8").split()) for name in ("words", "conditions")
)
LIKELY = Reading("likely", "default_v1", point=0.729, low=0.6, high=0.85)
CUTS = (0.05, 0.2, 0.45, 0.55, 0.8, 0.95)
MIDPOINTS = (0.03, 0.125, 0.325, 0.5, 0.675, 0.875, 0.97)


def test_the_five_uses_are_those_of_the_page():
    found = score_words([Said(LIKELY, 0.095, obs=int(number < 3), weight=1, cluster=number) for number in range(5)])

    assert f"/ 5 = **{found.brier.value:.4f}**" in WORDS
    assert f"/ 5 = **{found.best.value:.4f}**" in WORDS
    assert f"/ 5 = **{found.worst.value:.4f}**" in WORDS
    assert f"0.095² = **{found.reader_variance.value:.4f}**" in WORDS


def test_the_meaning_is_that_of_the_page():
    hits, misses = readers_as_outcomes(0.729, 0.095)
    found = effective_meaning(9, 11, n_clusters=20, mean=0.729, spread=0.095)

    assert f"- 1 = {hits + misses:.1f}, so Beta({hits:.1f}, {misses:.1f})" in WORDS
    assert f"Beta({hits + 9:.1f}, {misses + 11:.1f})" in WORDS
    assert f"**{found.probability:.0%} [{found.low * 100:.0f}–{found.high * 100:.0f}]**" in WORDS


def test_the_midpoints_reward_the_wrong_step_as_often_as_the_page_says():
    beliefs = (np.arange(100_000) + 0.5) / 100_000
    losses = [belief_loss(beliefs, midpoint) for midpoint in MIDPOINTS]
    wrong = np.argmin(losses, axis=0) != np.searchsorted(CUTS, beliefs)

    assert f"for **{wrong.mean():.0%}** of all beliefs" in WORDS
    assert belief_loss(0.22, 0.125) < belief_loss(0.22, 0.325)


def belief_loss(belief, midpoint):
    happened, failed = brier_score([midpoint, midpoint], [1, 0])
    return belief * happened + (1 - belief) * failed


def test_the_step_costs_what_the_page_says():
    assert f"= **{ladder_score([0.8], [0], cuts=[0.4, 0.6])[0]:.2f}**" in WORDS


def test_the_other_lexicon_makes_what_the_page_says():
    before, after = brier_score([0.7, 0.2], [1, 0]).mean(), brier_score([0.6, 0.2], [1, 0]).mean()

    assert f"score {before:.4f}; a lexicon" in WORDS
    assert f"makes it **{after:.4f}**" in WORDS


def test_the_share_is_that_of_the_page():
    found = wilson_interval(3, 5)

    assert f"**60%**, interval **{found.low:.0%} to {found.high:.0%}**" in CONDITIONS


def test_the_cases_are_those_of_the_page():
    both = total_probability(Stated(condition=0.5, outcome=0.6, if_met=0.8, if_not_met=0.2))
    one = total_probability(Stated(condition=0.6, outcome=0.5, if_met=0.8))

    assert f"**{both.low:.0%}** follows. Who says 60% is off by **{both.gap:.2f}**" in CONDITIONS
    assert f"allow **{one.low:.0%} to {one.high:.0%}**" in CONDITIONS
    assert f"it is **{both.distance:.3f}**" in CONDITIONS


def test_sums_and_deadlines_are_those_of_the_page():
    assert f"are **{beyond_whole([0.6, 0.55]):.2f}** too much" in CONDITIONS
    assert falls_with_time(0.5, 0.4) == pytest.approx(0.1)
    assert "is off by **0.10**." in CONDITIONS

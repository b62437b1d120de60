"""The examples of docs/scores.md, run."""

from pathlib import Path

import pytest

from forecasts.scoring.intervals import mean_interval
from forecasts.scoring.lexicon import Reading, brier_envelope
from forecasts.scoring.rules import SCORE_VERSIONS, brier_score
from forecasts.scoring.summary import summarise
from forecasts.scoring.tiers import FIRST_AT

PAGE = (Path(__file__).parents[2] / "docs" / "scores.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and line[2].isdigit() and line.count("|") == 6
]


@pytest.fixture(scope="module")
def summary():
    return summarise([float(row[1]) for row in ROWS], [int(row[2]) for row in ROWS], [row[3] for row in ROWS])


def test_each_row_of_the_example_scores_what_the_page_says():
    scores = brier_score([float(row[1]) for row in ROWS], [int(row[2]) for row in ROWS])

    assert [f"{score:.4f}" for score in scores] == [row[4] for row in ROWS]


def test_the_means_and_the_interval_are_those_of_the_page(summary):
    assert f"**{summary.mean_brier:.4f}**" in PAGE
    assert f"**{summary.mean_log:.4f}**" in PAGE
    assert f"**{summary.brier_interval.low:.2f} to {summary.brier_interval.high:.2f}**" in PAGE


def test_what_events_may_not_have_shown_is_that_of_the_page():
    found = mean_interval([0.0004, 0.0009] * 20, range(40))

    assert f"goes up to **{found.high:.3f}**" in PAGE


def test_the_record_and_its_sentence_are_those_of_the_page(summary):
    assert f"**{summary.record.expected:.1f}** of 7. **{summary.record.observed:g}** happened" in PAGE
    assert summary.statement in " ".join(PAGE.split())


def test_the_level_is_that_of_the_page(summary):
    level = summary.levels[1]

    assert f"{level.probability} was used **{level.n}** times, **2** happened" in PAGE
    assert f"**{level.low:.2f} to {level.high:.2f}**" in PAGE


def test_the_envelope_is_that_of_the_page():
    envelope = brier_envelope([Reading("likely", "example", point=0.7, low=0.6, high=0.8)], [1])

    assert f"**{envelope.best:.2f}** and **{envelope.worst:.2f}**" in PAGE


def test_every_score_version_and_tier_is_on_the_page():
    assert all(f"(`{version}`)" in PAGE for version in SCORE_VERSIONS)
    assert all(f"| {first}" in PAGE and f"`{tier}`" in PAGE for tier, first in FIRST_AT.items())

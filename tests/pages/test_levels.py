"""The table beside the reliability diagram holds the numbers that the diagram draws."""

from collections import defaultdict

import pytest

from forecasts.pages.drawings import calibration_of
from forecasts.pages.levels import level_lines
from forecasts.scoring.figures import Sample
from forecasts.scoring.levels import Levels
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.summary import summarise
from forecasts.selectors.scorecards import Coverage, Scorecard, Slice, with_bands

pytestmark = pytest.mark.any_database


def card_of(said: list[float], *, n_events: int) -> Scorecard:
    """A scorecard of calls of which every other happened, spread over so many events."""
    came_true = [index % 2 for index in range(len(said))]
    events = [str(index % n_events) for index in range(len(said))]
    cells: dict[str, Cell] = defaultdict(Cell)
    for probability, outcome, event in zip(said, came_true, events, strict=True):
        cells[event] += cell_of(round(probability * 10_000), outcome * 10_000)
    summary = summarise(said, came_true, events)
    sample = Sample(Totals.of(cells.values()), Levels.of(said, came_true), summary)
    return with_bands(Scorecard(slice=Slice(), coverage=Coverage(), summary=summary, sample=sample, calls=()))


def test_every_number_of_the_bands_stands_in_the_table():
    card = card_of([0.2] * 60 + [0.8] * 60, n_events=120)

    low, high = level_lines(card)

    assert (low.curve, high.curve) == (0.5, 0.5)
    around, honest = card.bands.around_diagonal, card.bands.honest
    assert [line.chance for line in (low, high)] == list(zip(around.low, around.high, strict=True))
    assert [line.proven for line in (low, high)] == list(zip(honest.low, honest.high, strict=True))


def test_a_band_at_whole_percents_is_read_on_its_safe_side():
    said = [(2_000 + 7 * index) / 10_000 for index in range(150)]
    card = card_of(said, n_events=150)

    lines = level_lines(card)
    bounds = list(zip(card.bands.honest.probabilities, card.bands.honest.low, card.bands.honest.high, strict=True))

    assert len(card.bands.honest.probabilities) < len(lines)
    for line in lines:
        at = line.level.probability
        assert line.proven[0] == max([low for place, low, _ in bounds if place <= at], default=0.0)
        assert line.proven[1] == min([high for place, _, high in bounds if place >= at], default=1.0)


@pytest.mark.parametrize("n_events", [1, 20, 99])
def test_below_a_hundred_events_there_is_neither_curve_nor_band(n_events):
    card = card_of([0.2] * 60 + [0.8] * 60, n_events=n_events)

    assert {(line.curve, line.chance, line.proven) for line in level_lines(card)} == {(None, None, None)}
    assert calibration_of(card, name="Ada") is None


def test_the_diagram_has_both_bands_and_the_curve():
    drawing = calibration_of(card_of([0.2] * 60 + [0.8] * 60, n_events=120), name="Ada")

    assert [drawing.count(f'class="chart-{part}"') for part in ("chance", "proven", "curve")] == [1, 1, 1]

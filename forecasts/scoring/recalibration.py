"""The line that would put a forecaster's log-odds right: its slope tells boldness, its intercept tilt."""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.special import chdtrc, expit, logit, ndtri

from forecasts.scoring.levels import Levels
from forecasts.scoring.rules import LOG_CLIP
from forecasts.scoring.thresholds import NOTHING, Absent, Missing
from forecasts.scoring.validation import FloatArray

MIN_N_UNPENALISED: Final = 100
MAX_STEPS: Final = 40
CONVERGED: Final = 1e-10
ROUNDING: Final = 1e-13
CALIBRATED: Final = (0.0, 1.0)

ONE_OUTCOME: Final = Absent(Missing.ONE_OUTCOME, "Everything came out alike: no line can be fitted to it.")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error and an interval."""

    value: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Recalibration:
    """
    log-odds of the share that happens = intercept + slope * log-odds of the probability.

    A slope below 1 is overconfident, above 1 too timid. An intercept below 0 says too much happens, above 0 too little.
    `p_value` is the chance of a fit at least this much better than no change at all, were the forecaster calibrated.
    `penalised` where the numbers are drawn towards 0 and 1 because the record alone cannot hold them.
    """

    intercept: Estimate
    slope: Estimate
    p_value: float
    penalised: bool
    coverage: float

    def share_at(self, probability: float) -> float:
        """Return the share that happens, by this line, where the forecaster says `probability` in [0, 1]."""
        stated = logit(min(max(probability, LOG_CLIP), 1 - LOG_CLIP))
        return float(expit(self.intercept.value + self.slope.value * stated))


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Each level: its log-odds, how much of it happened, and its weight."""

    stated: FloatArray
    happened: FloatArray
    weights: FloatArray


class _Point(NamedTuple):
    """A line, intercept and slope; the log-odds it gives each level; how likely it makes what came; the same less the penalty."""

    place: tuple[float, float]
    odds: FloatArray
    likelihood: float
    height: float


class _Information(NamedTuple):
    """What the record says of a line: the matrix of second derivatives, [[intercept, both], [both, slope]]."""

    intercept: float
    both: float
    slope: float

    @property
    def determinant(self) -> float:
        return self.intercept * self.slope - self.both * self.both

    def solved(self, first: float, second: float) -> tuple[float, float] | None:
        """Return what the matrix makes the two numbers of; None where nothing does, or no one thing."""
        whole = self.determinant
        if not whole > 0:
            return None
        return (self.slope * first - self.both * second) / whole, (self.intercept * second - self.both * first) / whole


def recalibration(levels: Levels, *, coverage: float = 0.95) -> Recalibration | Absent:
    """
    Return the line fitted to the log-odds, by maximum likelihood.

    Below 100 forecasts, or where a curve without end would fit best, intercept and slope - 1 are taken to be drawn from
    a standard normal distribution. Errors and p-value take forecasts to be independent.

    Args:
        levels: The resolved forecasts; probabilities are moved into [0.001, 0.999] first.
        coverage: Of the intervals, between 0 and 1.
    Returns:
        The line, or why there is none.
    Raises:
        ValueError: A coverage outside (0, 1).
    References:
        Cox (1958), Biometrika 45(3/4), 562-565; Miller, Hui and Tierney (1991), Statistics in Medicine 10(8),
        1213-1226 for the p-value.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must be between 0 and 1, got {coverage}")
    if not len(levels):
        return NOTHING
    if min(levels.n_happened, levels.n_failed) == 0:
        return ONE_OUTCOME
    stated = logit(np.minimum(np.maximum(levels.probabilities, LOG_CLIP), 1 - LOG_CLIP))
    data = _Data(stated, levels.happened, levels.weights)
    # Calibrated, a line has no penalty either way.
    calibrated = _point(data, CALIBRATED, penalty=0.0)
    may_be_free = levels.n >= MIN_N_UNPENALISED and stated[-1] > stated[0]
    free = _fitted(data, calibrated, penalty=0.0) if may_be_free else None
    line = _fitted(data, calibrated, penalty=1.0) if free is None else free
    if line is None:
        raise ArithmeticError("a penalised fit always has a maximum, and it was not found")
    gain = 2 * (line.likelihood - calibrated.likelihood)
    return _described(data, line, gain=gain, penalised=free is None, coverage=coverage)


def _described(data: _Data, line: _Point, *, gain: float, penalised: bool, coverage: float) -> Recalibration:
    information = _information(data, expit(line.odds), penalty=float(penalised))
    variances = information.slope / information.determinant, information.intercept / information.determinant
    reach = float(ndtri((1 + coverage) / 2))
    intercept, slope = (
        Estimate(value, error, value - reach * error, value + reach * error)
        for value, error in zip(line.place, map(math.sqrt, variances), strict=True)
    )
    return Recalibration(intercept, slope, float(chdtrc(2, max(0.0, gain))), penalised, coverage)


def _fitted(data: _Data, start: _Point, *, penalty: float) -> _Point | None:
    """Return the best line by Newton's method; None where the likelihood has no maximum."""
    line = start
    for _ in range(MAX_STEPS):
        expected = expit(line.odds)
        missed = data.happened - data.weights * expected
        drawn = [penalty * (at - calibrated) for at, calibrated in zip(line.place, CALIBRATED, strict=True)]
        rises = float(missed.sum()) - drawn[0], float(missed @ data.stated) - drawn[1]
        step = _information(data, expected, penalty=penalty).solved(*rises)
        if step is None:
            return None
        line = _climbed(data, line, step, penalty=penalty)
        if max(map(abs, step)) < CONVERGED:
            return line
    return None


def _climbed(data: _Data, line: _Point, step: tuple[float, float], *, penalty: float) -> _Point:
    """Return the line after the step, halved until it leads upwards: a full step can leap over the summit."""
    # At the summit itself rounding alone decides which of two points is higher.
    least = line.height - ROUNDING * (1 + abs(line.height))
    for halvings in range(MAX_STEPS):
        part = 2.0**-halvings
        there = _point(data, (line.place[0] + step[0] * part, line.place[1] + step[1] * part), penalty=penalty)
        if there.height >= least:
            return there
    return line


def _point(data: _Data, place: tuple[float, float], *, penalty: float) -> _Point:
    odds = place[0] + place[1] * data.stated
    away = math.dist(place, CALIBRATED)
    # Levels are in order, so plain sums are the same bits every time.
    likelihood = float(data.happened @ odds - data.weights @ np.logaddexp(0, odds))
    return _Point(place, odds, likelihood, likelihood - penalty / 2 * away * away)


def _information(data: _Data, expected: FloatArray, *, penalty: float) -> _Information:
    held = data.weights * expected * (1 - expected)
    leaning = held * data.stated
    return _Information(float(held.sum()) + penalty, float(leaning.sum()), float(leaning @ data.stated) + penalty)

"""The line that would put a forecaster's log-odds right: its slope tells boldness, its intercept tilt."""

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
CALIBRATED: Final = np.array([0.0, 1.0])
CALIBRATED.flags.writeable = False
IDENTITY: Final = np.eye(2)
IDENTITY.flags.writeable = False

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
    design: FloatArray
    happened: FloatArray
    weights: FloatArray


class _Point(NamedTuple):
    """A line, intercept and slope; the log-odds it gives each level; and how likely it makes what came, less the penalty."""

    place: FloatArray
    odds: FloatArray
    height: float


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
    data = _Data(np.column_stack([np.ones(len(levels)), stated]), levels.happened, levels.weights)
    free = _fitted(data, penalty=0.0) if levels.n >= MIN_N_UNPENALISED and stated[-1] > stated[0] else None
    line = _fitted(data, penalty=1.0) if free is None else free
    if line is None:
        raise ArithmeticError("a penalised fit always has a maximum, and it was not found")
    return _described(data, line, penalised=free is None, coverage=coverage)


def _described(data: _Data, line: _Point, *, penalised: bool, coverage: float) -> Recalibration:
    errors = np.sqrt(np.diag(np.linalg.inv(_information(data, expit(line.odds), penalty=float(penalised)))))
    half = float(ndtri((1 + coverage) / 2)) * errors
    intercept, slope = (
        Estimate(float(value), float(error), float(value - reach), float(value + reach))
        for value, error, reach in zip(line.place, errors, half, strict=True)
    )
    gain = 2 * (_log_likelihood(data, line.odds) - _log_likelihood(data, data.design @ CALIBRATED))
    return Recalibration(intercept, slope, float(chdtrc(2, max(0.0, gain))), penalised, coverage)


def _fitted(data: _Data, *, penalty: float) -> _Point | None:
    """Return the best line by Newton's method; None where the likelihood has no maximum."""
    line = _point(data, CALIBRATED, penalty=penalty)
    for _ in range(MAX_STEPS):
        expected = expit(line.odds)
        slope = data.design.T @ (data.happened - data.weights * expected)
        if penalty:
            slope -= penalty * (line.place - CALIBRATED)
        try:
            step = np.linalg.solve(_information(data, expected, penalty=penalty), slope)
        except np.linalg.LinAlgError:
            return None
        line = _climbed(data, line, step, penalty=penalty)
        if max(map(abs, step.tolist())) < CONVERGED:
            return line
    return None


def _climbed(data: _Data, line: _Point, step: FloatArray, *, penalty: float) -> _Point:
    """Return the line after the step, halved until it leads upwards: a full step can leap over the summit."""
    # At the summit itself rounding alone decides which of two points is higher.
    least = line.height - ROUNDING * (1 + abs(line.height))
    for halvings in range(MAX_STEPS):
        there = _point(data, line.place + step / 2**halvings, penalty=penalty)
        if there.height >= least:
            return there
    return line


def _point(data: _Data, place: FloatArray, *, penalty: float) -> _Point:
    odds = data.design @ place
    height = _log_likelihood(data, odds)
    if penalty:
        height -= penalty / 2 * float(np.sum((place - CALIBRATED) ** 2))
    return _Point(place, odds, height)


def _log_likelihood(data: _Data, odds: FloatArray) -> float:
    # Levels are in order, so plain sums are the same bits every time.
    return float(data.happened @ odds - data.weights @ np.logaddexp(0, odds))


def _information(data: _Data, expected: FloatArray, *, penalty: float) -> FloatArray:
    information = (data.design.T * (data.weights * expected * (1 - expected))) @ data.design
    return information + penalty * IDENTITY if penalty else information

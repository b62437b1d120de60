"""
Scores of probabilities spread over several categories, of which one comes about.

Each row of `fcst` is one forecast and adds up to 1; `obs` names the category that came about, counted from 0.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.levels import Integers
from forecasts.scoring.rules import LOG, LOG_CLIP, Direction, Measure
from forecasts.scoring.validation import FloatArray, Numbers, as_shares, require_same_length

Rows = Sequence[Numbers] | NDArray[np.floating[Any]]

SUMS_WITHIN: Final = 1e-9
UNIT: Final = "squared probability"
CATEGORY_BRIER: Final = Measure("CATEGORY_BRIER", "category-brier-1", 0.0, 1.0, Direction.LOWER_IS_BETTER, UNIT)
CATEGORY_LOG: Final = Measure(
    "CATEGORY_LOG", "category-log-clip-0.001-1", LOG.low, LOG.high, Direction.LOWER_IS_BETTER, LOG.unit
)
RANKED: Final = Measure("RANKED", "ranked-1", 0.0, 1.0, Direction.LOWER_IS_BETTER, UNIT)
GJP_ORDERED: Final = Measure("GJP_ORDERED", "gjp-ordered-1", 0.0, 2.0, Direction.LOWER_IS_BETTER, UNIT)


def category_brier_score(fcst: Rows, obs: Sequence[int] | Integers) -> FloatArray:
    """
    Return half the sum over the categories of (probability - outcome) squared, for each forecast.

    Lower is better: 0 is perfect, 1 is certain and wrong. With two categories it is the Brier score of either. The order
    of the categories does not matter.

    Args:
        fcst: Probabilities in [0, 1] of all the categories, each row adding up to 1, shape (n, n_categories), at least 2.
        obs: The category that came about, from 0 to n_categories - 1, shape (n,).
    Returns:
        Scores in [0, 1], shape (n,).
    Raises:
        ValueError: A probability outside its range, a row of another length or sum, or an outcome that is no category.
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3. Half of his, so that two categories give the usual score.
    """
    probabilities, categories = _as_rows(fcst, obs)
    return ((probabilities - _happened(probabilities, categories)) ** 2).sum(axis=1) / 2


def category_log_score(fcst: Rows, obs: Sequence[int] | Integers, *, clip: float = LOG_CLIP) -> FloatArray:
    """
    Return minus the logarithm of the probability given to the category that came about, in nats.

    Lower is better. Only that one probability counts; it is moved into [clip, 1 - clip] first.

    Args:
        fcst: As for `category_brier_score`.
        obs: As for `category_brier_score`.
        clip: Between 0 and 0.5, both excluded.
    Returns:
        Scores in [-log(1 - clip), -log(clip)], shape (n,).
    Raises:
        ValueError: As for `category_brier_score`, or a clip that leaves nothing or everything.
    References:
        Good (1952), Journal of the Royal Statistical Society B 14(1), 107-114.
    """
    if not 0 < clip < 0.5:
        raise ValueError(f"clip must be between 0 and 0.5, got {clip}")
    probabilities, categories = _as_rows(fcst, obs)
    return -np.log(np.clip(probabilities[np.arange(len(categories)), categories], clip, 1 - clip))


def ranked_probability_score(fcst: Rows, obs: Sequence[int] | Integers) -> FloatArray:
    """
    Return the ranked probability score of each forecast over ordered categories, as a share of its largest value.

    The mean, over the cuts between neighbouring categories, of the Brier score of “it lies below the cut”. Lower is better,
    and a forecast near the category that came about earns more than one far off.

    Args:
        fcst: As for `category_brier_score`, with the categories in their order.
        obs: As for `category_brier_score`.
    Returns:
        Scores in [0, 1], shape (n,).
    Raises:
        ValueError: As for `category_brier_score`.
    References:
        Epstein (1969), Journal of Applied Meteorology 8(6), 985-987; divided by the number of cuts, as in Murphy (1971),
        Journal of Applied Meteorology 10(1), 155-156.
    """
    probabilities, categories = _as_rows(fcst, obs)
    below = np.cumsum(probabilities, axis=1) - np.cumsum(_happened(probabilities, categories), axis=1)
    return (below[:, :-1] ** 2).mean(axis=1)


def gjp_ordered_score(fcst: Rows, obs: Sequence[int] | Integers) -> FloatArray:
    """
    Return the score of the Good Judgment Project for ordered categories: twice the ranked probability score.

    The mean over the cuts of Brier's original two-sided score. Lower is better, 2 is worst.

    Args:
        fcst: As for `ranked_probability_score`.
        obs: As for `ranked_probability_score`.
    Returns:
        Scores in [0, 2], shape (n,).
    Raises:
        ValueError: As for `category_brier_score`.
    References:
        IARPA, Aggregative Contingent Estimation program, scoring rule for ordered questions.
    """
    return 2 * ranked_probability_score(fcst, obs)


def _as_rows(fcst: Rows, obs: Sequence[int] | Integers) -> tuple[FloatArray, Integers]:
    rows = [as_shares(row, name=f"fcst[{place}]") for place, row in enumerate(fcst)]
    outcomes = list(obs)
    require_same_length(rows, outcomes, names=("fcst", "obs"))
    if not rows:
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    n_categories = len(rows[0])
    if n_categories < 2:
        raise ValueError(f"fcst[0] has {n_categories} categories; at least 2 are needed")
    for place, (row, outcome) in enumerate(zip(rows, outcomes, strict=True)):
        _require_row(row, outcome, place=place, n_categories=n_categories)
    return np.vstack(rows), np.array([int(one) for one in outcomes], dtype=np.int64)


def _require_row(row: FloatArray, outcome: object, *, place: int, n_categories: int) -> None:
    if len(row) != n_categories:
        raise ValueError(f"fcst[{place}] has {len(row)} categories but fcst[0] has {n_categories}")
    if abs(row.sum() - 1) > SUMS_WITHIN:
        raise ValueError(f"fcst[{place}] must add up to 1, got {row.sum():.9g}")
    if isinstance(outcome, bool) or not isinstance(outcome, int | np.integer):
        raise ValueError(f"obs[{place}] must be the number of a category, got {outcome!r}")
    if not 0 <= outcome < n_categories:
        raise ValueError(f"obs[{place}] must be in 0..{n_categories - 1}, got {outcome}")


def _happened(probabilities: FloatArray, categories: Integers) -> FloatArray:
    """1 for the category that came about, 0 for the others, shape (n, n_categories)."""
    return np.eye(probabilities.shape[1])[categories]

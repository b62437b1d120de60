"""How one forecaster's unit of weight on one prediction is spread over several forecasts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from forecasts.scoring.levels import WHOLE


def equal_shares(n: int) -> list[int]:
    """
    Return n equal weights in millionths that add up to exactly one million.

    Args:
        n: How many, at least 0. What is left over by the division goes to the first ones.
    """
    if n == 0:
        return []
    share, left = divmod(WHOLE, n)
    return [share + (place < left) for place in range(n)]


def horizon_shares(made: Sequence[datetime], *, opens: datetime, closes: datetime, ends: datetime) -> list[int]:
    """
    Return how long each forecast stood, as a share in millionths of the whole time that was scheduled.

    A forecast stands until the next one. Nothing counts after `ends`, when the outcome could be known; the time until
    `closes` stays in the divisor all the same. Dividing by the time that passed instead would reward bold forecasts of
    whatever can be decided early.

    Args:
        made: When each was made, in order; a withdrawal is one of them.
        opens: When the prediction was issued. What was made before stands from then on.
        closes: When it was scheduled to be decided, after `opens`.
        ends: When the outcome could be known.
    Returns:
        Weights that add up to at most one million; rounded down.
    Raises:
        ValueError: The scheduled time is empty.
    References:
        Sempere and Lawsen (2021), arXiv:2106.11248.
    """
    if closes <= opens:
        raise ValueError(f"the scheduled time is empty: it opens {opens} and closes {closes}")
    last = min(ends, closes)
    bounds = [min(max(moment, opens), last) for moment in made] + [last]
    return [int(WHOLE * (max(until, since) - since) / (closes - opens)) for since, until in pairwise(bounds)]

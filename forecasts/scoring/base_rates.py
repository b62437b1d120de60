"""What somebody would say who knows of a claim nothing but its topic: the share of earlier claims that came true."""

from typing import Final

from forecasts.scoring.levels import BASIS_POINTS

# A rate that is estimated from n outcomes costs p (1 - p) / n more than the true one, on average: at most 0.0125 from here
# on, a twentieth of what one half costs.
MIN_CASES: Final = 20


def base_rate(came_true: int, cases: int) -> int:
    """
    Return the probability that the next claim comes true by the rule of succession, (came_true + 1) / (cases + 2).

    It is never 0 or 1: that something has not happened yet does not show that it cannot.

    Args:
        came_true: How much of the earlier claims came true, in basis points, added up; at most 10,000 times `cases`.
        cases: How many earlier claims were decided.
    Returns:
        Basis points, rounded to the nearest one, the half up.
    Raises:
        ValueError: There are no cases, or more came true than were decided.
    References:
        Laplace (1774), Mémoire sur la probabilité des causes par les évènements.
    """
    if cases < 1:
        raise ValueError(f"cases must be at least 1, got {cases}")
    if not 0 <= came_true <= cases * BASIS_POINTS:
        raise ValueError(f"came_true must be in 0..{cases * BASIS_POINTS}, got {came_true}")
    whole = cases + 2
    return (2 * (came_true + BASIS_POINTS) + whole) // (2 * whole)

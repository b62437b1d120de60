"""
Sums over independent events, exact and reversible, from which means and their errors follow at no cost.

Only integers are added, so a forecast that is taken back leaves nothing behind, and sums made in any order agree to the
last digit. Floating point comes in once, in the division at the end.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Final, Self

from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.rules import LOG_CLIP

HALF: Final = BASIS_POINTS // 2
NANONATS: Final = 1_000_000_000
# What one unit of each measure is worth, per unit of weight.
UNITS: Final[Mapping[str, int]] = {
    "brier": BASIS_POINTS**3,
    "bias": BASIS_POINTS,
    "brier_gap": BASIS_POINTS**3,
    "points_saved": BASIS_POINTS**3,
    "reference": BASIS_POINTS**3,
    "overconfidence": 2 * BASIS_POINTS,
    "log": BASIS_POINTS * NANONATS,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """
    The sums of one event, each weighted: all integers.

    `weight` in millionths, `brier` and `expected_brier` (what the probabilities themselves imply) in 1e-12, `bias`
    (probability minus outcome) in 1e-4, `saved` (the reference's Brier score minus the own) in 1e-12, `hits` (of the
    side called likelier, one half where neither was) and `confidence` in 0.5e-4, `log` in 1e-13 nats.
    """

    weight: int = 0
    brier: int = 0
    bias: int = 0
    expected_brier: int = 0
    saved: int = 0
    hits: int = 0
    confidence: int = 0
    log: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(*(one + another for one, another in zip(self.numbers(), other.numbers(), strict=True)))

    def __neg__(self) -> "Cell":
        return Cell(*(-one for one in self.numbers()))

    def __bool__(self) -> bool:
        return any(self.numbers())

    def numbers(self) -> tuple[int, ...]:
        """Return the sums in the order of the fields."""
        return (
            self.weight, self.brier, self.bias, self.expected_brier, self.saved, self.hits, self.confidence, self.log,
        )  # fmt: skip

    def measures(self) -> dict[str, int]:
        """Return the sum of each measure of `UNITS`."""
        return {
            "brier": self.brier,
            "bias": self.bias,
            "brier_gap": self.brier - self.expected_brier,
            "points_saved": self.saved,
            "reference": self.brier + self.saved,
            "overconfidence": self.confidence - self.hits,
            "log": self.log,
        }


def cell_of(level: int, outcome: int, *, reference: int = HALF, weight: int = WHOLE) -> Cell:
    """
    Return the sums of one forecast.

    Args:
        level: The probability in basis points.
        outcome: The share of the claim that came true, in basis points.
        reference: The probability it is compared with, in basis points.
        weight: In millionths; negative takes a forecast back.
    Raises:
        ValueError: A probability or an outcome off the grid.
    References:
        Brier (1950), Monthly Weather Review 78(1), 1-3; Good (1952), Journal of the Royal Statistical Society B
        14(1), 107-114.
    """
    for name, value in (("level", level), ("outcome", outcome), ("reference", reference)):
        if not 0 <= value <= BASIS_POINTS:
            raise ValueError(f"{name} must be in 0..{BASIS_POINTS}, got {value}")
    brier, against = _brier(level, outcome), _brier(reference, outcome)
    expected = level * (BASIS_POINTS - level) * BASIS_POINTS
    hits = BASIS_POINTS if level == HALF else 2 * (outcome if level > HALF else BASIS_POINTS - outcome)
    confidence = 2 * max(level, BASIS_POINTS - level)
    log = outcome * _surprise(level) + (BASIS_POINTS - outcome) * _surprise(BASIS_POINTS - level)
    terms = (1, brier, level - outcome, expected, against - brier, hits, confidence, log)
    return Cell(*(weight * term for term in terms))


def cell_of_loss(loss: float, *, weight: int = WHOLE) -> Cell:
    """
    Return any loss in [0, 1] in the place of a Brier score, to 1e-12, for its mean and its error.

    Args:
        loss: What a forecast lost.
        weight: In millionths.
    Raises:
        ValueError: A loss outside [0, 1].
    """
    if not 0 <= loss <= 1:
        raise ValueError(f"loss must be in [0, 1], got {loss}")
    return Cell(weight=weight, brier=weight * round(loss * UNITS["brier"]))


def _brier(level: int, outcome: int) -> int:
    return outcome * (BASIS_POINTS - level) ** 2 + (BASIS_POINTS - outcome) * level**2


@cache
def _surprise(level: int) -> int:
    """Minus the logarithm of a clipped probability in billionths of a nat, rounded once so that all sums agree."""
    return round(-math.log(min(max(level / BASIS_POINTS, LOG_CLIP), 1 - LOG_CLIP)) * NANONATS)


@dataclass(frozen=True, slots=True)
class Moments:
    """Of one measure over the events: the sum, the sum of weight times it, the sum of its squares."""

    total: int = 0
    with_weight: int = 0
    squares: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """
    Sums over all events of a set: enough for every mean and its cluster-robust error.

    Two sets that share an event cannot be added: their events have to be added first.
    """

    clusters: int = 0
    weight: int = 0
    weight_squares: int = 0
    moments: Mapping[str, Moments] = field(default_factory=lambda: dict.fromkeys(UNITS, Moments()))

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Self:
        """
        Return the totals of some events.

        Args:
            cells: One for each event.
        """
        clusters = weight = weight_squares = 0
        sums = {name: [0, 0, 0] for name in UNITS}
        for cell in cells:
            clusters += bool(cell)
            weight += cell.weight
            weight_squares += cell.weight**2
            for name, value in cell.measures().items():
                moments = sums[name]
                moments[0] += value
                moments[1] += cell.weight * value
                moments[2] += value * value
        return cls(clusters, weight, weight_squares, {name: Moments(*moments) for name, moments in sums.items()})

    def replace_cell(self, before: Cell, after: Cell) -> Self:
        """
        Return the totals after the sums of one event have changed.

        Args:
            before: What was counted of it; an empty cell where nothing was.
            after: What counts now; an empty cell where nothing does.
        """
        old, new = before.measures(), after.measures()
        moments = {
            name: Moments(
                known.total + new[name] - old[name],
                known.with_weight + after.weight * new[name] - before.weight * old[name],
                known.squares + new[name] ** 2 - old[name] ** 2,
            )
            for name, known in self.moments.items()
        }
        return type(self)(
            self.clusters + bool(after) - bool(before),
            self.weight + after.weight - before.weight,
            self.weight_squares + after.weight**2 - before.weight**2,
            moments,
        )

    @property
    def effective_clusters(self) -> float:
        """How many events of equal weight would say as much; at most their number."""
        return self.weight**2 / self.weight_squares if self.weight_squares else 0.0

    def mean(self, measure: str) -> Fraction:
        """
        Return the weighted mean of a measure, exactly.

        Raises:
            ValueError: Nothing is counted.
        """
        if self.weight == 0:
            raise ValueError("nothing is counted, so there is no mean")
        return Fraction(self.moments[measure].total, self.weight * UNITS[measure])

    def standard_error(self, measure: str) -> float:
        """
        Return the cluster-robust standard error of a mean; 0 below two events.

        References:
            Liang and Zeger (1986), Biometrika 73(1), 13-22.
        """
        if self.clusters < 2:
            return 0.0
        known, n = self.moments[measure], self.weight
        residuals = (
            known.squares * n**2 - 2 * known.total * n * known.with_weight + known.total**2 * self.weight_squares
        )
        # Never negative, unless parts of the sums were read while others were recorded.
        residuals = max(residuals, 0)
        # Dividing integers rounds once, as a fraction would.
        return math.sqrt(self.clusters * residuals / ((self.clusters - 1) * (n**2 * UNITS[measure]) ** 2))

    def z(self, measure: str) -> float | None:
        """
        Return how many of its own standard errors a sum is away from 0, with no mean taken out; None where all are 0.

        Under the hypothesis that each event's sum is 0 on average, it is close to standard normal for many events.
        """
        known = self.moments[measure]
        return known.total / math.sqrt(known.squares) if known.squares else None

    def skill(self) -> tuple[float, float] | None:
        """
        Return the share of the reference's Brier score that was saved, and its cluster-robust standard error.

        The error is that of a ratio of two sums, to first order. None where the reference never missed.

        References:
            Murphy (1988), Monthly Weather Review 116(12), 2417-2424 for the score; Cochran (1977), Sampling
            Techniques, 6.4 for the error of a ratio.
        """
        saved, reference, own = (self.moments[name] for name in ("points_saved", "reference", "brier"))
        if reference.total == 0:
            return None
        share = saved.total / reference.total
        if self.clusters < 2:
            return share, 0.0
        # own = reference - saved, so the squares of all three hold twice the product of two.
        product = saved.squares + reference.squares - own.squares
        residuals = (
            saved.squares * reference.total**2
            - saved.total * reference.total * product
            + saved.total**2 * reference.squares
        )
        return share, math.sqrt(self.clusters * residuals / ((self.clusters - 1) * reference.total**4))

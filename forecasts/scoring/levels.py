"""Forecasts and outcomes as exact sums at each probability that was used."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from forecasts.scoring.validation import FloatArray, Numbers, as_pair

BASIS_POINTS: Final = 10_000
WHOLE: Final = 1_000_000  # One forecast of full weight.
Integers = NDArray[np.int64]


class Pooled(NamedTuple):
    """The share that happened at each level, neighbours pooled so that it never falls; and where each run begins and the last ends."""

    shares: FloatArray
    bounds: list[int]


@dataclass(frozen=True, eq=False)
class Levels:
    """
    What happened at each probability that was used, shape (n_levels,) each, in rising order.

    `level` is the probability in basis points, `weight` the weight of its forecasts in millionths, `hits` weight times
    outcome in basis points, `rows` how many forecasts they are. Everything is an integer, so levels are merged without
    any rounding, and the order of the forecasts cannot matter.
    """

    level: Integers
    weight: Integers
    hits: Integers
    rows: Integers

    @classmethod
    def empty(cls) -> "Levels":
        """Return the levels of no forecast."""
        return cls.summed(())

    @classmethod
    def summed(cls, cells: Iterable[tuple[int, int, int, int]]) -> "Levels":
        """
        Return the levels of cells (level, weight, hits, rows), those of one level added up.

        Args:
            cells: In any order; a cell may be negative where it takes another one back.
        """
        table = np.array(list(cells), dtype=np.int64).reshape(-1, 4)
        level, place = np.unique(table[:, 0], return_inverse=True)
        sums = np.zeros((len(level), 3), dtype=np.int64)
        np.add.at(sums, place, table[:, 1:])
        used = sums[:, 0] > 0
        return cls(level[used], *(sums[used, column] for column in range(3)))

    @classmethod
    def ordered(cls, table: Integers) -> "Levels":
        """
        Return the levels of a table that is added up already.

        Args:
            table: Level, weight, hits and rows, shape (n, 4), each level once, in rising order.
        """
        level, weight, hits, rows = table[table[:, 1] > 0].T
        return cls(level, weight, hits, rows)

    @classmethod
    def of(cls, fcst: Numbers, obs: Numbers) -> "Levels":
        """
        Return the levels of forecasts of full weight.

        Args:
            fcst: Probabilities in [0, 1], shape (n,), told apart to a basis point.
            obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
        Raises:
            ValueError: A value outside its range or not finite, or shapes that differ.
        """
        probabilities, outcomes = as_pair(fcst, obs)
        level = np.rint(probabilities * BASIS_POINTS).astype(np.int64)
        shares = np.rint(outcomes * BASIS_POINTS).astype(np.int64)
        whole = np.full(len(level), WHOLE)
        return cls.summed(zip(level, whole, whole * shares, np.ones(len(level)), strict=True))

    def merge(self, other: "Levels") -> "Levels":
        """Return the levels of both sets of forecasts together."""
        return Levels.summed((*self.cells(), *other.cells()))

    def cells(self) -> list[tuple[int, int, int, int]]:
        """Return (level, weight, hits, rows) of each level."""
        return list(zip(*(column.tolist() for column in (self.level, self.weight, self.hits, self.rows)), strict=True))

    def __len__(self) -> int:
        return len(self.level)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Levels) and self.cells() == other.cells()

    __hash__ = None  # type: ignore[assignment]  # How Python is told that there is no hash.

    @cached_property
    def probabilities(self) -> FloatArray:
        """The probabilities, in [0, 1]."""
        return self.level / BASIS_POINTS

    @cached_property
    def shares(self) -> FloatArray:
        """The share of each level that happened, in [0, 1]."""
        return self.hits / (self.weight * BASIS_POINTS)

    @cached_property
    def pooled(self) -> Pooled:
        """The shares made to rise with the probability (PAV), once for all that are worked out from them."""
        fit = isotonic_regression(self.shares, weights=self.weights)
        # Weighted means of shares may leave [0, 1] by the last bit.
        return Pooled(np.clip(fit.x, 0.0, 1.0), fit.blocks.tolist())

    @cached_property
    def weights(self) -> FloatArray:
        """The weight of each level, in forecasts."""
        return self.weight / WHOLE

    @cached_property
    def n(self) -> float:
        """The weight of all, in forecasts."""
        return int(self.weight.sum()) / WHOLE

    @cached_property
    def happened(self) -> FloatArray:
        """The weight that came true at each level, in forecasts."""
        return self.hits / (WHOLE * BASIS_POINTS)

    @cached_property
    def failed(self) -> FloatArray:
        """The weight that did not come true at each level, in forecasts."""
        return (self.weight * BASIS_POINTS - self.hits) / (WHOLE * BASIS_POINTS)

    @cached_property
    def n_happened(self) -> float:
        """The weight of what came true, in forecasts."""
        return int(self.hits.sum()) / (WHOLE * BASIS_POINTS)

    @cached_property
    def n_failed(self) -> float:
        """The weight of what did not, in forecasts."""
        return (int(self.weight.sum()) * BASIS_POINTS - int(self.hits.sum())) / (WHOLE * BASIS_POINTS)

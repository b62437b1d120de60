"""Arithmetic on words of probability: a phrase has a point reading and a range that readers give it."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.scoring.rules import brier_score
from forecasts.scoring.validation import FloatArray, Numbers, as_shares, require_same_length

# Straight, curly, low and reversed ones, guillemets and corner brackets.
_QUOTES: Final = (
    "\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f"
)
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("`\u00b4\u2018\u2019\u201b", "'"))


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What one lexicon takes a phrase to mean: a probability, and the range most readers fall in.

    Raises:
        ValueError: Unless 0 <= low <= point <= high <= 1.
    """

    phrase: str
    lexicon: str
    point: float
    low: float
    high: float

    def __post_init__(self) -> None:
        as_shares((self.low, self.point, self.high), name=f"reading of {self.phrase!r}")
        if not self.low <= self.point <= self.high:
            raise ValueError(f"{self.phrase!r} needs low <= point <= high, got {self.low}, {self.point}, {self.high}")


@dataclass(frozen=True, slots=True)
class BrierEnvelope:
    """The least and the greatest mean Brier score that any choice within the readings can earn."""

    best: float
    worst: float


def normalise_phrase(text: str) -> str:
    """
    Return the phrase as lexicons store it: lower case, single spaces, no quotation marks around it.

    Raises:
        ValueError: Nothing is left.
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    phrase = folded.strip(_QUOTES + " ").translate(_APOSTROPHES)
    if not phrase:
        raise ValueError(f"a phrase needs at least one word, got {text!r}")
    return phrase


def brier_envelope(
    readings: Sequence[Reading], obs: Numbers, *, weights: Sequence[float] | None = None
) -> BrierEnvelope:
    """
    Return the best and the worst mean Brier score over every choice of a probability in each [low, high].

    Each forecast is chosen by itself, so the bounds are exact and hold for every lexicon within the readings. A
    forecast given as a number is a reading whose low, point and high agree.

    Args:
        readings: One for each forecast, at least one.
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
        weights: Of each forecast, none of them negative and not all 0; equal by default.
    Returns:
        Two means in [0, 1]; lower is better.
    Raises:
        ValueError: No reading, an outcome outside its range or not finite, or lengths that differ.
    References:
        Seidenfeld, Schervish and Kadane (2012), International Journal of Approximate Reasoning 53(8), 1248-1261.
    """
    best, worst = envelope_losses(readings, obs)
    counted = np.ones(len(best)) if weights is None else np.array(weights, dtype=np.float64)
    require_same_length(readings, counted, names=("readings", "weights"))
    total = math.fsum(counted)
    return BrierEnvelope(math.fsum(best * counted) / total, math.fsum(worst * counted) / total)


def envelope_losses(readings: Sequence[Reading], obs: Numbers) -> tuple[FloatArray, FloatArray]:
    """
    Return the best and the worst Brier score of each forecast over every choice of a probability in its [low, high].

    Args:
        readings: One for each forecast, at least one.
        obs: 1 where the outcome occurred, 0 where it did not, between them in part, shape (n,).
    Returns:
        Two arrays of scores in [0, 1], shape (n,).
    Raises:
        ValueError: No reading, an outcome outside its range or not finite, or lengths that differ.
    References:
        Seidenfeld, Schervish and Kadane (2012), International Journal of Approximate Reasoning 53(8), 1248-1261.
    """
    outcomes = as_shares(obs, name="obs")
    require_same_length(readings, outcomes, names=("readings", "obs"))
    if not readings:
        raise ValueError("readings is empty; an envelope needs at least one")
    low = np.array([reading.low for reading in readings])
    high = np.array([reading.high for reading in readings])
    # The score is a parabola in the forecast with its foot at the outcome: best nearest to it, worst at an end.
    best = brier_score(np.clip(outcomes, low, high), outcomes)
    return best, np.maximum(brier_score(low, outcomes), brier_score(high, outcomes))

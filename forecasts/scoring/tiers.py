"""What may be said about a forecaster after so many independent events."""

from enum import StrEnum
from typing import Final

from forecasts.scoring.calibration import RecordStatement
from forecasts.scoring.intervals import Interval, IntervalMethod


class Tier(StrEnum):
    """How much a sample supports, from the list of calls alone to curves."""

    RECORD_ONLY = "RECORD_ONLY"
    PROVISIONAL = "PROVISIONAL"
    RATED = "RATED"
    DECOMPOSED = "DECOMPOSED"
    CURVED = "CURVED"


# Fewest independent events for each tier.
FIRST_AT: Final = {
    Tier.RECORD_ONLY: 0,
    Tier.PROVISIONAL: 5,
    Tier.RATED: 20,
    Tier.DECOMPOSED: 50,
    Tier.CURVED: 100,
}

_VERDICTS: Final = {
    Tier.RECORD_ONLY: "Too few to rate: no rank, no calibration curve.",
    Tier.PROVISIONAL: "Provisional: a score with a wide range, no rank, no calibration curve.",
    Tier.RATED: "Enough for a rating, too few to tell calibration from luck: no calibration curve.",
    Tier.DECOMPOSED: "Enough for a rating and its parts, too few for a calibration curve.",
    Tier.CURVED: "Enough for a rating, its parts and a calibration curve.",
}


def tier_at(n_clusters: int) -> Tier:
    """
    Return the highest tier that so many independent events support.

    Args:
        n_clusters: Independent events, at least 0.
    Raises:
        ValueError: A negative number.
    """
    if n_clusters < 0:
        raise ValueError(f"n_clusters must be at least 0, got {n_clusters}")
    return max((tier for tier in Tier if FIRST_AT[tier] <= n_clusters), key=FIRST_AT.__getitem__)


def sample_statement(
    *, n: int, n_clusters: int, record: RecordStatement | None, brier: float | None, interval: Interval | None
) -> str:
    """
    Return the sentences that go above a score: how many, how independent, what came of them, what it allows.

    Args:
        n: Resolved forecasts.
        n_clusters: Independent events among them, at most n.
        record: Their record; None only where n is 0.
        brier: Their mean Brier score; None only where n is 0.
        interval: Of the mean; None only where n is 0.
    Raises:
        ValueError: A negative or impossible number, or a record missing or made from another number of forecasts.
    """
    if not 0 <= n_clusters <= n or (n > 0 and n_clusters == 0):
        raise ValueError(f"{n} forecasts cannot make {n_clusters} independent events")
    if (record.n if record else 0) != n:
        raise ValueError(f"the record must be made from the same {n} forecasts")
    if record is None or brier is None or interval is None:
        return "None resolved: nothing to score yet."
    events = "event" if n_clusters == 1 else "events"
    is_bound = interval.method is IntervalMethod.BETA_BOUND
    span = "range consistent with the data" if is_bound else f"{interval.level:.0%} interval"
    score = f"Brier {_short(brier)}, {span} {_short(interval.low)}-{_short(interval.high)}."
    return f"{n} resolved ({n_clusters} independent {events}). {record.text} {score} {_VERDICTS[tier_at(n_clusters)]}"


def _short(share: float) -> str:
    """A number of at most 1 to two digits, as statisticians write it: .37."""
    return f"{share:.2f}".removeprefix("0")

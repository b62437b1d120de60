"""What forecasters would have saved, were their words read through other lexicons: the same forecasts, other numbers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forecasts.scoring.thresholds import Absent, Missing

from .slices import Slice
from .spoken import Book, Spoken, plain, points_of, spoken_in
from .tallies import brier_of

MOST_GROUPS = 20_000

DECIDED_ANEW = Absent(Missing.NOT_COUNTED, "Ranks under other lexicons go by the verdicts on record.")
TOO_MANY_WORDS = Absent(
    Missing.TOO_MANY,
    f"More than {MOST_GROUPS:,} forecasts in words: too many to read anew while somebody waits.",
)
Event = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Rereading:
    """
    A lexicon, in its newest version, and what it changes.

    `n_read` forecasts are in words that it knows, `n_changed` of them it reads otherwise. `shifts` holds what it adds to
    the weighted Brier scores of a forecaster over an event, in the units of `EventTally`.
    """

    lexicon: Book
    n_read: int
    n_changed: int
    shifts: Mapping[Event, int]


def rereadings(chosen: Slice) -> tuple[Rereading, ...] | Absent:
    """
    Return what each lexicon that knows words of a slice would change; or why that is not looked at.

    Forecasts in words that a lexicon does not know keep their number, and so do those given as numbers. Which forecasts
    count does not depend on the lexicon: what is recorded as a hedge stays one.

    Args:
        chosen: The slice, whoever it is about; the verdicts on record count.
    """
    if chosen.is_replayed:
        return DECIDED_ANEW
    spoken = spoken_in(replace(chosen, aggregates=True), recount=None)
    if spoken is None or len(spoken) > MOST_GROUPS:
        return TOO_MANY_WORDS
    phrases = {one: plain(one.phrase) for one in spoken}
    books = sorted(points_of(set(phrases.values())).items())
    return tuple(_rereading(lexicon, spoken, levels=_levels(phrases, points)) for lexicon, points in books)


def _levels(phrases: Mapping[Spoken, str], points: Mapping[str, int]) -> Mapping[Spoken, int]:
    return {one: points[phrase] for one, phrase in phrases.items() if phrase in points}


def _rereading(lexicon: Book, spoken: Sequence[Spoken], *, levels: Mapping[Spoken, int]) -> Rereading:
    read = [one for one in spoken if one in levels]
    changed = [one for one in read if levels[one] != one.level]
    shifts: dict[Event, int] = defaultdict(int)
    for one in changed:
        after, before = brier_of(levels[one], one.outcome), brier_of(one.level, one.outcome)
        shifts[one.forecaster, one.cluster] += one.weight * (after - before)
    return Rereading(
        lexicon=lexicon,
        n_read=sum(one.rows for one in read),
        n_changed=sum(one.rows for one in changed),
        shifts={event: shift for event, shift in shifts.items() if shift},
    )

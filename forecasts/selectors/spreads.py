"""How much a score hangs on how words are read, and on how rules are: the same forecasts under other readings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F

from forecasts.models import RuleVersion
from forecasts.scoring.figures import Figure
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.part_figures import mean_part
from forecasts.scoring.rereading import brier_difference, reread
from forecasts.scoring.statistics import Cell, cell_of
from forecasts.scoring.tiers import Tier, tier_at

from .counting import Counted
from .otherwise import CENTRAL, MOST_REPLAYED, Otherwise
from .recorded_coverage import standing_postings
from .recounts import Recount, weight_under
from .slices import Slice, Weighting, weight_of
from .spoken import Spoken, plain, points_of
from .sums import Sums, cells_of

VARIANTS = (RuleVersion.Variant.STRICT, RuleVersion.Variant.LENIENT)


@dataclass(frozen=True, kw_only=True)
class SpreadLine:
    """
    The mean Brier score under another reading, and how far it is from the score as it is.

    `n_read` is how many the other reading has something to say about: forecasts whose words a lexicon knows, or
    predictions whose rules have such a reading; `n_changed` how many of those it changes. `version` is that of the lexicon.
    """

    name: str
    version: int | None
    n_read: int
    n_changed: int
    n: float
    n_clusters: int
    brier: Figure
    difference: Figure
    tier: Tier
    is_outside: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The score as it is, and under other readings; where one was not looked at, the reason."""

    brier: Figure
    tier: Tier
    lexicons: tuple[SpreadLine, ...]
    variants: tuple[SpreadLine, ...]
    variants_missing: str


class Term(NamedTuple):
    """A forecast that counts, or several alike."""

    prediction_id: UUID
    cluster: str
    level: int
    outcome: int
    weight: int


class _Reading(NamedTuple):
    """What another reading is called, what it reads, and what it adds to the sums of each event."""

    name: str
    version: int | None
    n_read: int
    n_changed: int
    what: str
    change: Mapping[str, Cell]


def spread_of(
    chosen: Slice,
    *,
    sums: Sums,
    spoken: Sequence[Spoken],
    others: Otherwise | None,
    before: Sequence[Term] = (),
    as_of: datetime | None = None,
) -> Spread:
    """
    Return the score of a slice under every lexicon that knows its words, and under strict and lenient rules.

    Nothing is recorded, and no forecast is touched.

    Args:
        chosen: The slice.
        sums: What it adds up to.
        spoken: Its forecasts in words.
        others: What the other readings of its rules come to; None where these are too many.
        before: What counts in it on the predictions of those readings.
        as_of: The knowledge time on which other readings are evaluated; without it they are left out.
    """
    variants, missing = _variants(chosen, before=before, as_of=as_of, others=others)
    by_lexicon = tuple(_lexicons(spoken))
    lines = lines_of(sums, (*by_lexicon, *variants))
    return Spread(
        brier=mean_part("BRIER", sums.totals),
        tier=tier_at(sums.totals.clusters),
        lexicons=lines[: len(by_lexicon)],
        variants=lines[len(by_lexicon) :],
        variants_missing=missing,
    )


def _lexicons(spoken: Sequence[Spoken]) -> Iterator[_Reading]:
    phrases = {one: plain(one.phrase) for one in spoken}
    for book, points in sorted(points_of(set(phrases.values())).items()):
        told = [(one, points[phrases[one]]) for one in spoken if phrases[one] in points]
        change: defaultdict[str, Cell] = defaultdict(Cell)
        for one, level in told:
            if level != one.level:
                change[one.cluster] += _scored(level, one.outcome, one.weight)
                change[one.cluster] += -_scored(one.level, one.outcome, one.weight)
        n_read = sum(one.rows for one, _ in told)
        yield _Reading(
            book.code,
            version=book.version,
            n_read=n_read,
            n_changed=sum(one.rows for one, level in told if level != one.level),
            what="forecast in words" if n_read == 1 else "forecasts in words",
            change=change,
        )


def _scored(level: int, outcome: int, weight: int) -> Cell:
    return Cell(weight=weight, brier=cell_of(level, outcome, weight=weight).brier)


def _variants(
    chosen: Slice, *, before: Sequence[Term], as_of: datetime | None, others: Otherwise | None
) -> tuple[Sequence[_Reading], str]:
    if chosen.variant != CENTRAL:
        return (), "The scorecard itself goes by another reading than the central one."
    if chosen.weighting is Weighting.AT_HORIZON:
        return (), "At a horizon only verdicts on record are scored."
    if as_of is None:
        return (), "No knowledge time was given to evaluate other readings on."
    if others is None:
        return (
            (),
            f"More than {MOST_REPLAYED} predictions have other readings: too many to evaluate while somebody waits.",
        )
    if not others.predictions:
        return (), ""
    # Predictions in which nothing is left of a slice change nothing; every reading is asked of one list of them.
    found = []
    for variant in VARIANTS:
        if held := others.held(variant=variant):
            other = terms_under(chosen, rows=others.rows(chosen, held=held))
            those = [one for one in before if one.prediction_id in held]
            found.append(_otherwise(variant.value, before=those, after=other, held=held))
    return found, ""


def terms_of(chosen: Slice, *, recount: Recount | None, predictions: Collection[UUID]) -> list[Term]:
    """The forecasts of a slice that weigh anything on some predictions, by the record or counted anew."""
    if recount is None:
        return list(_recorded(chosen, predictions))
    return terms_under(chosen, rows=[row for row in recount.rows if row.prediction_id in predictions])


def _recorded(chosen: Slice, predictions: Collection[UUID]) -> Iterator[Term]:
    rows = standing_postings(chosen).filter(resolution__prediction__in=predictions)
    weighed = rows.annotate(its_weight=weight_of(chosen.weighting), prediction=F("resolution__prediction"))
    for row in weighed.values_list("prediction", "cluster", "level", "outcome", "its_weight"):
        if row[-1]:
            yield Term._make(row)


def terms_under(chosen: Slice, *, rows: Iterable[Counted]) -> list[Term]:
    """The forecasts that weigh anything of those that count."""
    weighed = [(row, weight_under(row, weighting=chosen.weighting)) for row in rows]
    return [Term(row.prediction_id, row.cluster, row.level, row.outcome, weight) for row, weight in weighed if weight]


def _otherwise(name: str, *, before: Sequence[Term], after: Sequence[Term], held: Collection[UUID]) -> _Reading:
    old, new = ({one.prediction_id: one.outcome for one in terms} for terms in (before, after))
    change: defaultdict[str, Cell] = defaultdict(Cell)
    for one in after:
        change[one.cluster] += _scored(one.level, one.outcome, one.weight)
    for one in before:
        change[one.cluster] += -_scored(one.level, one.outcome, one.weight)
    return _Reading(
        name,
        version=None,
        n_read=len(held),
        n_changed=sum(old.get(pk) != new.get(pk) for pk in old.keys() | new.keys()),
        what="prediction" if len(held) == 1 else "predictions",
        change=change,
    )


def lines_under(
    sums: Sums, *, before: Sequence[Term], after: Mapping[str, Sequence[Term]], held: Mapping[str, Collection[UUID]]
) -> dict[str, SpreadLine]:
    """
    Return the score of a slice with some of its predictions decided otherwise, in one way or another.

    Args:
        sums: What the slice adds up to as it is.
        before: What counts in it on all of those predictions.
        after: By the name of the way, what counts on them instead.
        held: By that name, which they are.
    """
    readings = [
        _otherwise(
            name, before=[one for one in before if one.prediction_id in held[name]], after=terms, held=held[name]
        )
        for name, terms in after.items()
    ]
    return {line.name: line for line in lines_of(sums, readings)}


def lines_of(sums: Sums, readings: Iterable[_Reading]) -> tuple[SpreadLine, ...]:
    """
    Return the score under each reading; the sums of the events that they change are read once for all.

    Args:
        sums: What the slice adds up to as it is.
        readings: The other ones.
    """
    listed = list(readings)
    touched = {cluster for one in listed for cluster, cell in one.change.items() if cell}
    known = cells_of(sums, clusters=touched) if touched else {}
    return tuple(_line(sums, one, known=known) for one in listed)


def _line(sums: Sums, reading: _Reading, *, known: Mapping[str, Cell]) -> SpreadLine:
    before = sums.totals
    changed = [_changed(known.get(cluster, Cell()), more) for cluster, more in reading.change.items() if more]
    after = reread(before, changed)
    central, brier = mean_part("BRIER", before), mean_part("BRIER", after)
    tier = tier_at(after.clusters)
    interval = central.interval
    return SpreadLine(
        name=reading.name,
        version=reading.version,
        n_read=reading.n_read,
        n_changed=reading.n_changed,
        n=after.weight / WHOLE,
        n_clusters=after.clusters,
        brier=brier,
        difference=brier_difference(before, after, changed),
        tier=tier,
        is_outside=brier.value is not None
        and interval is not None
        and not interval.low <= brier.value <= interval.high,
        text=_told(reading, brier=brier.value, central=central.value)
        + ("" if tier is tier_at(before.clusters) else f" The tier would be {tier.value}."),
    )


def _changed(cell: Cell, more: Cell) -> tuple[Cell, Cell]:
    """Of the sums of an event, its weight and its score: before, and with what another reading adds."""
    before = Cell(weight=cell.weight, brier=cell.brier)
    return before, before + more


def _told(reading: _Reading, *, brier: float | None, central: float | None) -> str:
    if brier is None or central is None:
        return f"It reads {reading.n_read} {reading.what}; there is nothing to compare."
    change = f"changes {reading.n_changed}: {brier:.4f} in place of {central:.4f}."
    return f"It reads {reading.n_read} {reading.what} and {change}"

"""How much a score hangs on how words are read, and on how rules are: the same forecasts under other readings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from forecasts.models import Prediction, RuleVersion
from forecasts.scoring.figures import Figure
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.part_figures import mean_part
from forecasts.scoring.rereading import brier_difference, reread
from forecasts.scoring.statistics import Cell, cell_of
from forecasts.scoring.tiers import Tier, tier_at

from .coverage import Coverage, asked_forecasts
from .recorded_coverage import standing_postings
from .recounts import Recount, recount_of, weight_under
from .slices import Slice, Weighting, weight_of
from .spoken import Spoken, plain, points_of
from .sums import Sums, cells_of

VARIANTS = (RuleVersion.Variant.STRICT, RuleVersion.Variant.LENIENT)
MOST_REPLAYED = 200


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


class _Term(NamedTuple):
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
    coverage: Coverage,
    spoken: Sequence[Spoken],
    recount: Recount | None = None,
    as_of: datetime | None = None,
) -> Spread:
    """
    Return the score of a slice under every lexicon that knows its words, and under strict and lenient rules.

    Nothing is recorded, and no forecast is touched.

    Args:
        chosen: The slice.
        sums: What it adds up to.
        coverage: What became of its predictions, which may say that none has rules of another reading.
        spoken: Its forecasts in words.
        recount: What counts where its predictions are decided anew; by the record otherwise.
        as_of: The knowledge time on which other readings are evaluated; without it they are left out.
    """
    is_read_otherwise = coverage.read_otherwise != 0
    variants, missing = _variants(chosen, recount=recount, as_of=as_of, is_any=is_read_otherwise)
    return Spread(
        brier=mean_part("BRIER", sums.totals),
        tier=tier_at(sums.totals.clusters),
        lexicons=lines_of(sums, _lexicons(spoken)),
        variants=lines_of(sums, variants),
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
    chosen: Slice, *, recount: Recount | None, as_of: datetime | None, is_any: bool
) -> tuple[Sequence[_Reading], str]:
    if chosen.variant != RuleVersion.Variant.CENTRAL:
        return (), "The scorecard itself goes by another reading than the central one."
    if chosen.weighting is Weighting.AT_HORIZON:
        return (), "At a horizon only verdicts on record are scored."
    if as_of is None:
        return (), "No knowledge time was given to evaluate other readings on."
    readings = _readings(chosen) if is_any else {}
    affected: set[UUID] = set().union(*readings.values())
    if len(affected) > MOST_REPLAYED:
        return (), f"{len(affected)} predictions have other readings: too many to evaluate while somebody waits."
    if not affected:
        return (), ""
    # Predictions in which nothing is left of a slice change nothing; every reading is asked of one list of them.
    predictions = {one.pk: one for one in Prediction.objects.filter(pk__in=affected)}
    terms = list(_recorded(chosen, affected) if recount is None else _recounted(chosen, recount, affected))
    found = []
    for variant, held in readings.items():
        if held:
            chosen_ones = [predictions[pk] for pk in sorted(held)]
            other = recount_of(chosen, predictions=chosen_ones, as_of=as_of, variant=variant)
            before = [one for one in terms if one.prediction_id in held]
            found.append(_otherwise(variant, before=before, after=list(_recounted(chosen, other, held)), held=held))
    return found, ""


def _readings(chosen: Slice) -> dict[str, set[UUID]]:
    """The predictions of the slice whose rules have a reading of each variant."""
    asked = asked_forecasts(chosen).exclude(lexicon_entry__is_hedge=True).filter(prediction=OuterRef("prediction"))
    others = RuleVersion.objects.exclude(variant=RuleVersion.Variant.CENTRAL).filter(Exists(asked)).order_by()
    found: dict[str, set[UUID]] = {variant.value: set() for variant in VARIANTS}
    for variant, prediction in others.values_list("variant", "prediction").distinct()[: 2 * MOST_REPLAYED + 1]:
        found[variant].add(prediction)
    return found


def _recorded(chosen: Slice, predictions: Collection[UUID]) -> Iterator[_Term]:
    rows = standing_postings(chosen).filter(resolution__prediction__in=predictions)
    weighed = rows.annotate(its_weight=weight_of(chosen.weighting), prediction=F("resolution__prediction"))
    for row in weighed.values_list("prediction", "cluster", "level", "outcome", "its_weight"):
        if row[-1]:
            yield _Term._make(row)


def _recounted(chosen: Slice, recount: Recount, predictions: Collection[UUID]) -> Iterator[_Term]:
    for row in recount.rows:
        weight = weight_under(row, weighting=chosen.weighting)
        if row.prediction_id in predictions and weight:
            yield _Term(row.prediction_id, row.cluster, row.level, row.outcome, weight)


def _otherwise(name: str, *, before: list[_Term], after: list[_Term], held: Collection[UUID]) -> _Reading:
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


def line_under(
    chosen: Slice, *, name: str, sums: Sums, recount: Recount | None, other: Recount, held: Collection[UUID]
) -> SpreadLine:
    """
    Return the score of a slice with some of its predictions decided otherwise.

    Args:
        chosen: The slice.
        name: Of the way they are decided.
        sums: What the slice adds up to as it is.
        recount: What counts in it where its predictions are decided anew; by the record otherwise.
        other: What counts on those predictions instead.
        held: Which they are.
    """
    before = list(_recorded(chosen, held) if recount is None else _recounted(chosen, recount, held))
    reading = _otherwise(name, before=before, after=list(_recounted(chosen, other, held)), held=held)
    return lines_of(sums, [reading])[0]


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

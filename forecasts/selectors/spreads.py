"""How much a score hangs on how words are read, and on how rules are: the same forecasts under other readings."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from forecasts.models import Prediction, RuleVersion
from forecasts.scoring.intervals import Interval
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.statistics import UNITS, Totals, cell_of
from forecasts.scoring.tiers import Tier, tier_at

from .coverage import Coverage, asked_forecasts
from .recorded_coverage import standing_postings
from .recounts import Recount, recount_of, weight_under
from .slices import Slice, Weighting, weight_of
from .spoken import Spoken, plain, points_of

VARIANTS = (RuleVersion.Variant.STRICT, RuleVersion.Variant.LENIENT)
MOST_REPLAYED = 200


@dataclass(frozen=True, kw_only=True)
class SpreadLine:
    """
    The mean Brier score under another reading.

    `n_read` is how many the other reading has something to say about: forecasts whose words a lexicon knows, or
    predictions whose rules have such a reading; `n_changed` how many of those it changes. `version` is that of the lexicon.
    """

    name: str
    version: int | None
    n_read: int
    n_changed: int
    n: float
    n_clusters: int
    brier: float | None
    difference: float | None
    tier: Tier
    is_outside: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The score as it is, and under other readings; where one was not looked at, the reason."""

    brier: float | None
    interval: Interval | None
    tier: Tier
    lexicons: tuple[SpreadLine, ...]
    variants: tuple[SpreadLine, ...]
    variants_missing: str


class _Term(NamedTuple):
    """A forecast that counts, or several alike: what it adds to the sum of scores, to the weight and to the events."""

    prediction_id: UUID
    cluster: str
    level: int
    outcome: int
    weight: int

    @property
    def brier(self) -> int:
        return cell_of(self.level, self.outcome, weight=self.weight).brier


def spread_of(
    chosen: Slice,
    *,
    totals: Totals,
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
        totals: Its sums.
        coverage: What became of its predictions, which may say that none has rules of another reading.
        spoken: Its forecasts in words.
        recount: What counts where its predictions are decided anew; by the record otherwise.
        as_of: The knowledge time on which other readings are evaluated; without it they are left out.
    """
    is_read_otherwise = coverage.read_otherwise != 0
    variants, missing = _variants(chosen, totals=totals, recount=recount, as_of=as_of, is_any=is_read_otherwise)
    return Spread(
        brier=float(totals.mean("brier")) if totals.weight else None,
        interval=mean_brier_interval(totals) if totals.weight else None,
        tier=tier_at(totals.clusters),
        lexicons=tuple(_lexicons(totals, spoken=spoken)),
        variants=variants,
        variants_missing=missing,
    )


def _lexicons(totals: Totals, *, spoken: Sequence[Spoken]) -> Iterator[SpreadLine]:
    phrases = {one: plain(one.phrase) for one in spoken}
    for book, points in sorted(points_of(set(phrases.values())).items()):
        told = [(one, points[phrases[one]]) for one in spoken if phrases[one] in points]
        change = sum(_brier(one, level) - _brier(one, one.level) for one, level in told)
        yield _line(
            book.code,
            version=book.version,
            before=totals,
            change=change,
            n_read=sum(one.rows for one, _ in told),
            n_changed=sum(one.rows for one, level in told if level != one.level),
            what="forecast in words" if sum(one.rows for one, _ in told) == 1 else "forecasts in words",
        )


def _brier(one: Spoken, level: int) -> int:
    return cell_of(level, one.outcome, weight=one.weight).brier


def _variants(
    chosen: Slice, *, totals: Totals, recount: Recount | None, as_of: datetime | None, is_any: bool
) -> tuple[tuple[SpreadLine, ...], str]:
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
    lines = []
    for variant, held in readings.items():
        if held:
            other = recount_of(
                chosen, predictions=[predictions[pk] for pk in sorted(held)], as_of=as_of, variant=variant
            )
            before = [one for one in terms if one.prediction_id in held]
            lines.append(_variant(variant, totals, before=before, after=list(_recounted(chosen, other, held)), n_read=len(held),
                                  shared=_shared(chosen, recount=recount, held=held)))  # fmt: skip
    return tuple(lines), ""


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


def _shared(chosen: Slice, *, recount: Recount | None, held: Collection[UUID]) -> set[str]:
    """The events that forecasts on other predictions count for as well."""
    if recount is not None:
        return {row.cluster for row in recount.rows if row.prediction_id not in held}
    among = Prediction.objects.filter(pk__in=held).values("cluster_key")
    rows = standing_postings(chosen).filter(cluster__in=among).exclude(resolution__prediction__in=held)
    return set(rows.order_by().values_list("cluster", flat=True).distinct())


def _variant(
    variant: str, totals: Totals, *, before: list[_Term], after: list[_Term], n_read: int, shared: set[str]
) -> SpreadLine:
    change = sum(one.brier for one in after) - sum(one.brier for one in before)
    old, new = ({one.prediction_id: one.outcome for one in terms} for terms in (before, after))
    return _line(
        variant,
        before=totals,
        change=change,
        weight=sum(one.weight for one in after) - sum(one.weight for one in before),
        clusters=len(_events(after) - shared) - len(_events(before) - shared),
        n_read=n_read,
        n_changed=sum(old.get(pk) != new.get(pk) for pk in old.keys() | new.keys()),
        what="prediction" if n_read == 1 else "predictions",
    )


def line_under(
    chosen: Slice, *, name: str, totals: Totals, recount: Recount | None, other: Recount, held: Collection[UUID]
) -> SpreadLine:
    """
    Return the score of a slice with some of its predictions decided otherwise.

    Args:
        chosen: The slice.
        name: Of the way they are decided.
        totals: The sums of the slice as it is.
        recount: What counts in it where its predictions are decided anew; by the record otherwise.
        other: What counts on those predictions instead.
        held: Which they are.
    """
    terms = _recorded(chosen, held) if recount is None else _recounted(chosen, recount, held)
    after, shared = list(_recounted(chosen, other, held)), _shared(chosen, recount=recount, held=held)
    return _variant(name, totals, before=list(terms), after=after, n_read=len(held), shared=shared)


def _events(terms: Iterable[_Term]) -> set[str]:
    return {one.cluster for one in terms}


def _line(
    name: str,
    *,
    before: Totals,
    change: int,
    n_read: int,
    n_changed: int,
    what: str,
    version: int | None = None,
    weight: int = 0,
    clusters: int = 0,
) -> SpreadLine:
    """A score from the central sums and what another reading changes in them."""
    total, n = before.moments["brier"].total + change, before.weight + weight
    brier = float(Fraction(total, n * UNITS["brier"])) if n else None
    central = float(before.mean("brier")) if before.weight else None
    interval = mean_brier_interval(before) if before.weight else None
    tier = tier_at(before.clusters + clusters)
    return SpreadLine(
        name=name,
        version=version,
        n_read=n_read,
        n_changed=n_changed,
        n=n / WHOLE,
        n_clusters=before.clusters + clusters,
        brier=brier,
        difference=None if brier is None or central is None else brier - central,
        tier=tier,
        is_outside=brier is not None and interval is not None and not interval.low <= brier <= interval.high,
        text=_told(brier, central=central, n_read=n_read, n_changed=n_changed, what=what)
        + ("" if tier is tier_at(before.clusters) else f" The tier would be {tier.value}."),
    )


def _told(brier: float | None, *, central: float | None, n_read: int, n_changed: int, what: str) -> str:
    if brier is None or central is None:
        return f"It reads {n_read} {what}; there is nothing to compare."
    return f"It reads {n_read} {what} and changes {n_changed}: {brier:.4f} in place of {central:.4f}."

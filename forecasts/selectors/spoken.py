"""Which forecasts of a slice were given in words, read how; and which words only hedge."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Subquery

from forecasts.models import Forecast, LexiconEntry, Prediction
from forecasts.scoring.figures import Figure
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.lexicon import normalise_phrase
from forecasts.scoring.part_figures import absent_part, loss_totals, mean_part
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.thresholds import Absent, Missing

from .counting import SETTLED, is_in_time, share_of
from .coverage import asked_forecasts
from .recorded_coverage import settling_word, standing_postings
from .recounts import Recount, Stated, weight_under
from .slices import Slice, weight_of

MOST_SPOKEN = 20_000
WORDS = ("forecaster__slug", "forecaster__name", "lexicon_entry", "phrase", "low", "high")


class Spoken(NamedTuple):
    """Forecasts in the same words of the same forecaster, read alike, that came out alike on one event."""

    forecaster: str
    name: str
    entry: int | None
    phrase: str
    low: float | None
    high: float | None
    level: int
    outcome: int
    cluster: str
    weight: int
    rows: int


class Book(NamedTuple):
    """A version of a lexicon."""

    code: str
    version: int


TOO_MANY = Absent(
    Missing.TOO_MANY,
    f"More than {MOST_SPOKEN:,} forecasts in words: too many to look through while somebody waits. Narrow the slice.",
)


class Entries(NamedTuple):
    """The entries of lexicons that have a point, by key, and the keys of those that only hedge."""

    steps: Mapping[int, LexiconEntry]
    hedges: frozenset[int]


class Hedged(NamedTuple):
    """A forecast that only hedges: its level, the share that came true in basis points, None while open, and its event."""

    level: int
    outcome: int | None
    cluster: str


@dataclass(frozen=True, kw_only=True)
class Hedges:
    """
    Words that say only that something can happen: how many, how many were settled, how many of those happened.

    `share` is that share and `brier` the score at the lexicon's point. `n` and `n_settled` are None where they are too
    many to look through.
    """

    n: int | None
    n_settled: int | None
    happened: float
    share: Figure
    brier: Figure


def hedges_of(found: Sequence[Hedged] | None) -> Hedges:
    """
    Return what came of words that only hedge.

    Args:
        found: All of them; None where they are too many to look through.
    """
    if found is None:
        why = {name: absent_part(name, TOO_MANY) for name in ("HEDGES_HAPPENED", "HEDGES_BRIER")}
        return Hedges(n=None, n_settled=None, happened=0.0, share=why["HEDGES_HAPPENED"], brier=why["HEDGES_BRIER"])
    settled = [(one.cluster, one.level, one.outcome) for one in found if one.outcome is not None]
    # What came true is what a forecast of 0 would have lost.
    happened = loss_totals((cluster, outcome / BASIS_POINTS, WHOLE) for cluster, _, outcome in settled)
    scores = _totals(settled)
    return Hedges(
        n=len(found),
        n_settled=len(settled),
        happened=sum(outcome for *_, outcome in settled) / BASIS_POINTS,
        share=mean_part("HEDGES_HAPPENED", happened),
        brier=mean_part("HEDGES_BRIER", scores),
    )


def _totals(settled: Iterable[tuple[str, int, int]]) -> Totals:
    clusters: dict[str, Cell] = defaultdict(Cell)
    for cluster, level, outcome in settled:
        clusters[cluster] += cell_of(level, outcome)
    return Totals.of(clusters.values())


def plain(phrase: str) -> str:
    """The words as lexicons store them; as they were written where nothing but marks is left."""
    try:
        return normalise_phrase(phrase)
    except ValueError:
        return phrase.strip()


def spoken_in(chosen: Slice, *, recount: Recount | None) -> list[Spoken] | None:
    """
    The forecasts of a slice in words that count, those added up that are alike; one by one where they are counted anew.

    Returns:
        None where more than `MOST_SPOKEN` would have to be looked through.
    """
    return _recorded(chosen) if recount is None else list(_recounted(chosen, recount=recount))


def hedges_in(chosen: Slice, *, recount: Recount | None, entries: Entries) -> Hedges:
    """The words of a slice that only hedge, and what came of them."""
    found = _hedges(chosen, entries=entries) if recount is None else _recounted_hedges(chosen, recount=recount)
    return hedges_of(found)


def entries_of(spoken: Iterable[Spoken]) -> Entries:
    """Every entry of the lexicons that were read through, for a scale is known by all its steps; and every hedge."""
    used = {one.entry for one in spoken if one.entry}
    books = LexiconEntry.objects.filter(pk__in=used).values("lexicon")
    rows = LexiconEntry.objects.filter(Q(lexicon__in=books) | Q(is_hedge=True)).select_related("lexicon")
    found = {row.pk: row for row in rows}
    read = {found[pk].lexicon_id for pk in used}
    return Entries(
        steps={pk: row for pk, row in found.items() if row.lexicon_id in read and row.point is not None},
        hedges=frozenset(pk for pk, row in found.items() if row.is_hedge),
    )


def points_of(phrases: Collection[str]) -> Mapping[Book, Mapping[str, int]]:
    """By lexicon, its newest version, the points in basis points of those of the phrases that it knows."""
    if not phrases:
        return {}
    rows = LexiconEntry.objects.filter(phrase__in=phrases).exclude(point=None)
    points: dict[Book, dict[str, int]] = defaultdict(dict)
    for code, version, phrase, point in rows.values_list("lexicon__code", "lexicon__version", "phrase", "point"):
        points[Book(code, version)][phrase] = round((point or 0) * BASIS_POINTS)
    newest = {book.code: book for book in sorted(points)}
    return {book: points[book] for book in newest.values()}


def _recorded(chosen: Slice) -> list[Spoken] | None:
    rows = standing_postings(chosen).exclude(forecast__phrase="").order_by()
    weighed = rows.annotate(its_weight=weight_of(chosen.weighting))
    of = (*(f"forecast__{name}" for name in WORDS), "level", "outcome", "cluster", "its_weight")
    found = list(weighed.values_list(*of)[: MOST_SPOKEN + 1])
    if len(found) > MOST_SPOKEN:
        return None
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for *said, weight in found:
        sums = alike[tuple(said)]
        sums[0] += weight
        sums[1] += 1
    return [Spoken._make((*said, *sums)) for said, sums in alike.items() if sums[0]]


def _recounted(chosen: Slice, *, recount: Recount) -> Iterator[Spoken]:
    rows = {row.forecast_id: row for row in recount.rows}
    for one in recount.stated:
        row = rows.get(one.pk) if one.phrase else None
        weight = weight_under(row, weighting=chosen.weighting) if row else 0
        if row and weight:
            said = (one.forecaster, one.name, one.entry, one.phrase, one.low, one.high)
            yield Spoken._make((*said, row.level, row.outcome, row.cluster, weight, 1))


def _hedges(chosen: Slice, *, entries: Entries) -> list[Hedged] | None:
    words = settling_word(chosen)
    told: QuerySet[Any] = _made_as_hedges(chosen, entries=entries).annotate(
        **{name: Subquery(words.values(name)[:1]) for name in ("verdict", "share", "happened_at", "known_at")}
    )
    rows = list(told[: MOST_SPOKEN + 1])
    if len(rows) > MOST_SPOKEN:
        return None
    return [
        _hedged(one, share_of(one.verdict, one.share) if _is_early(one, (one.happened_at, one.known_at)) else None)
        for one in rows
    ]


def _made_as_hedges(chosen: Slice, *, entries: Entries) -> QuerySet[Forecast]:
    # By their keys: the database knows how many forecasts each entry has, and nothing of hedges.
    rows = (
        asked_forecasts(chosen)
        .filter(lexicon_entry__in=entries.hedges)
        .select_related("prediction__article")
        .order_by()
    )
    dated = (f"prediction__article__{name}" for name in ("published_at", "published_precision"))
    return rows.only("made_at", "probability", "prediction__cluster_key", "prediction__article", *dated)


def _hedged(one: Forecast, outcome: int | None) -> Hedged:
    return Hedged(round((one.probability or 0) * BASIS_POINTS), outcome, one.prediction.cluster_key)


def _is_early(one: Forecast, moments: Iterable[datetime | None]) -> bool:
    """Whether it was made before its outcome came about and could be known, as forecasts have to be that are scored."""
    known = [moment for moment in moments if moment is not None]
    return is_in_time(one.made_at, article=one.prediction.article, moments=known)


def _recounted_hedges(chosen: Slice, *, recount: Recount) -> list[Hedged] | None:
    made = [one for one in recount.stated if one.is_hedge and one.is_own and one.was_made_by(chosen.as_of)]
    if len(made) > MOST_SPOKEN:
        return None
    predictions = {one.pk: one for one in recount.predictions}
    return [_replayed_hedge(one, prediction=predictions.get(one.prediction_id), recount=recount) for one in made]


def _replayed_hedge(made: Stated, *, prediction: Prediction | None, recount: Recount) -> Hedged:
    level = round((made.probability or 0) * BASIS_POINTS)
    if prediction is None:
        return Hedged(level, None, "")
    one = recount.found[prediction.pk]
    is_told = one.verdict in SETTLED and one.known_at is not None
    moments = [moment for moment in (one.happened_at, one.known_at) if moment is not None]
    is_early = is_told and is_in_time(made.made_at, article=prediction.article, moments=moments)
    return Hedged(level, share_of(one.verdict, one.share) if is_early else None, prediction.cluster_key)

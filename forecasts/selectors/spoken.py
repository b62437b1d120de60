"""Which forecasts of a slice were given in words, read how; and which words only hedge."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet, Subquery

from forecasts.models import Forecast, LexiconEntry
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.lexicon import normalise_phrase
from forecasts.scoring.rules import brier_score

from .counting import SETTLED, is_in_time, share_of
from .coverage import asked_forecasts
from .recorded_coverage import settling_word, standing_postings
from .recounts import Recount, weight_under
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


@dataclass(frozen=True, kw_only=True)
class Hedges:
    """Words that say only that something can happen: how many, how many were settled, how many of those happened."""

    n: int = 0
    n_settled: int = 0
    happened: float = 0.0
    brier: float | None = None

    @property
    def share(self) -> float | None:
        """The share that happened; None where none was settled."""
        return self.happened / self.n_settled if self.n_settled else None


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


def hedges_in(chosen: Slice, *, recount: Recount | None) -> Hedges:
    """The words of a slice that only hedge, and what came of them."""
    return _hedges(chosen) if recount is None else _recounted_hedges(chosen, recount=recount)


def entries_of(spoken: Iterable[Spoken]) -> Mapping[int, LexiconEntry]:
    """Every entry of the lexicons that were read through: a scale is known by all its steps."""
    used = {one.entry for one in spoken if one.entry}
    if not used:
        return {}
    books = LexiconEntry.objects.filter(pk__in=used).values("lexicon")
    rows = LexiconEntry.objects.filter(lexicon__in=books).exclude(point=None).select_related("lexicon")
    return {row.pk: row for row in rows}


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
    rows = {row.forecast_id: row for row in recount.rows if weight_under(row, weighting=chosen.weighting)}
    words = Forecast.objects.filter(pk__in=list(rows)).exclude(phrase="").values_list("pk", *WORDS)
    for pk, *said in words:
        row = rows[pk]
        weight = weight_under(row, weighting=chosen.weighting)
        yield Spoken._make((*said, row.level, row.outcome, row.cluster, weight, 1))


def _hedges(chosen: Slice) -> Hedges:
    words = settling_word(chosen)
    made: QuerySet[Any] = _made_as_hedges(chosen).annotate(
        **{name: Subquery(words.values(name)[:1]) for name in ("verdict", "share", "happened_at", "known_at")}
    )
    return _hedged(
        (_point(one), share_of(one.verdict, one.share) if _is_early(one, (one.happened_at, one.known_at)) else None, 1)
        for one in made
    )


def _made_as_hedges(chosen: Slice) -> QuerySet[Forecast]:
    # By their keys: the database knows how many forecasts each entry has, and nothing of hedges.
    hedges = list(LexiconEntry.objects.filter(is_hedge=True).values_list("pk", flat=True))
    return asked_forecasts(chosen).filter(lexicon_entry__in=hedges).select_related("prediction__article").order_by()


def _point(one: Forecast) -> float:
    return float(one.probability or 0)


def _is_early(one: Forecast, moments: Iterable[datetime | None]) -> bool:
    """Whether it was made before its outcome came about and could be known, as forecasts have to be that are scored."""
    known = [moment for moment in moments if moment is not None]
    return is_in_time(one.made_at, article=one.prediction.article, moments=known)


def _recounted_hedges(chosen: Slice, *, recount: Recount) -> Hedges:
    found = []
    for made in _made_as_hedges(chosen):
        one = recount.found.get(made.prediction_id)
        is_told = one is not None and one.verdict in SETTLED and one.known_at is not None
        is_early = is_told and one is not None and _is_early(made, (one.happened_at, one.known_at))
        found.append((_point(made), share_of(one.verdict, one.share) if is_early and one else None, 1))
    return _hedged(found)


def _hedged(groups: Iterable[tuple[float, int | None, int]]) -> Hedges:
    """From point, share that came true in basis points (None while open), and number."""
    listed = list(groups)
    settled = [(point, share / BASIS_POINTS, number) for point, share, number in listed if share is not None]
    n = sum(number for *_, number in settled)
    scores = brier_score([point for point, _, _ in settled], [share for _, share, _ in settled]).tolist()
    total = sum(score * number for score, (*_, number) in zip(scores, settled, strict=True))
    return Hedges(
        n=sum(number for *_, number in listed),
        n_settled=n,
        happened=sum(share * number for _, share, number in settled),
        brier=total / n if n else None,
    )

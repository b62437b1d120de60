"""Which forecasts count under given outcomes, with what weight, and against what they are compared."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Value

from forecasts.models import Among, Article, Forecast, Forecaster, Posting, Prediction, Resolution, Verdict
from forecasts.scoring.weighting import equal_shares, horizon_shares

HALF = 5_000
BASIS_POINTS = 10_000
SHARES: Mapping[str, int] = {Verdict.YES: BASIS_POINTS, Verdict.NO: 0}
SETTLED = (Verdict.YES, Verdict.NO, Verdict.PARTLY)
REFERENCES = {Forecaster.Kind.MARKET: Posting.Reference.MARKET, Forecaster.Kind.CROWD: Posting.Reference.CROWD}


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a prediction came to.

    `share` is how much of it came true, in basis points; `moments` are when it came about and when that could be known.
    """

    share: int
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """
    One forecast that counts: its level, its reference and its outcome in basis points, weights in millionths.

    `lexicon_entry` is the reading of its words; 0 for a number.
    """

    forecast_id: UUID
    prediction_id: UUID
    cluster: str
    level: int
    outcome: int
    reference: int
    reference_kind: str
    weight: int
    horizon_weight: int
    is_first: bool
    is_last: bool
    scheduled_close_at: datetime | None
    lexicon_entry: int


class Made(NamedTuple):
    """
    A forecast as read; the level is None for a withdrawal, and the base rate, in basis points, where none was known.

    `is_among` marks those that were asked about.
    """

    pk: UUID
    prediction_id: UUID
    forecaster_id: UUID
    kind: str
    level: int | None
    made_at: datetime
    lexicon_entry: int
    base_rate: int | None
    is_among: bool


def counted(
    outcomes: Mapping[UUID, Outcome],
    *,
    predictions: Iterable[Prediction] | None = None,
    made: Mapping[UUID, Sequence[Made]] | None = None,
) -> list[Counted]:
    """
    Return the forecasts that count under the outcomes of their predictions.

    They are the forecaster's own, say more than that something can happen, and were made before the outcome came about
    and before it could be known. Of an article whose publication is known to the day or the month, that day or month
    has to be over by then. What a
    forecast is compared with is the latest one that a market, or else a crowd, had made by then; else the base rate of its
    topic that was recorded with it; else one half.

    Args:
        outcomes: By prediction; those of no outcome are left out.
        predictions: The same ones, or more, with their articles, where they are at hand; looked up otherwise.
        made: What `forecasts_made` returns of them, likewise.
    Returns:
        In the order of prediction, forecaster and time.
    """
    if made is None:
        made = forecasts_made(outcomes)
    # Of many predictions nobody said a number.
    rows = _dated(made) if predictions is None else predictions
    decided = [one for one in rows if one.pk in outcomes]
    return [
        one
        for prediction in sorted(decided, key=lambda row: row.pk)
        for one in _of_prediction(prediction, made=made.get(prediction.pk, ()), outcome=outcomes[prediction.pk])
    ]


def _dated(predictions: Iterable[UUID]) -> QuerySet[Prediction]:
    """The predictions as far as it takes to tell which forecasts on them were made in time."""
    of_article = ("article__published_at", "article__published_precision")
    rows = Prediction.objects.filter(Among("pk", predictions)).select_related("article")
    return rows.only("cluster_key", "issued_at", "scheduled_close_at", *of_article)


def scored_forecasts() -> QuerySet[Forecast]:
    """Forecasts, and withdrawals of them, that count once their outcome is known, if they were made in time."""
    return Forecast.objects.filter(is_scored=True).exclude(lexicon_entry__is_hedge=True)


def forecasts_made(
    predictions: Iterable[UUID], *, among: QuerySet[Forecast] | None = None
) -> Mapping[UUID, Sequence[Made]]:
    """
    Return the forecasts on predictions that count if they were made in time, withdrawals among them, in the order of time.

    Args:
        predictions: By their keys.
        among: Which of them to mark; none of them without it.
    """
    made: dict[UUID, list[Made]] = defaultdict(list)
    for row in _read(predictions, among=among):
        made[row.prediction_id].append(row)
    return made


def _read(predictions: Iterable[UUID], *, among: QuerySet[Forecast] | None) -> Iterable[Made]:
    rows = scored_forecasts().filter(Among("prediction", predictions)).order_by("made_at", "pk")
    mark = Value(False) if among is None else Exists(among.filter(pk=OuterRef("pk")))
    of = ("pk", "prediction_id", "forecaster_id", "forecaster__kind", "probability", "made_at", "lexicon_entry_id")
    for pk, about, who, kind, probability, made_at, entry, rate, is_among in rows.values_list(*of, "base_rate", mark):
        yield Made(pk, about, who, kind, _level(probability), made_at, entry or 0, _level(rate), is_among)


def _level(probability: Decimal | None) -> int | None:
    return None if probability is None else round(probability * BASIS_POINTS)


def _of_prediction(prediction: Prediction, *, made: Sequence[Made], outcome: Outcome) -> Iterable[Counted]:
    in_time = [row for row in made if is_in_time(row.made_at, article=prediction.article, moments=outcome.moments)]
    benchmarks: dict[str, list[Made]] = defaultdict(list)
    for row in in_time:
        if row.kind in REFERENCES and row.level is not None:
            benchmarks[row.kind].append(row)
    by_forecaster: dict[UUID, list[Made]] = defaultdict(list)
    for row in in_time:
        by_forecaster[row.forecaster_id].append(row)
    for forecaster_id in sorted(by_forecaster):
        yield from _of_forecaster(prediction, rows=by_forecaster[forecaster_id], benchmarks=benchmarks, outcome=outcome)


def is_in_time(made_at: datetime, *, article: Article | None, moments: Iterable[datetime]) -> bool:
    """Whether a forecast was made before any of the moments, for certain."""
    made_before = article.published_before() if article and made_at == article.published_at else None
    return all(made_at < moment if made_before is None else made_before <= moment for moment in moments)


def _of_forecaster(
    prediction: Prediction, *, rows: Sequence[Made], benchmarks: Mapping[str, list[Made]], outcome: Outcome
) -> Iterable[Counted]:
    stated = [(row, share) for row, share in zip(rows, _horizon(prediction, rows, outcome), strict=True)]
    stated = [(row, share) for row, share in stated if row.level is not None]
    weights = equal_shares(len(stated))
    for place, ((row, share), weight) in enumerate(zip(stated, weights, strict=True)):
        reference, kind = _reference(row, benchmarks=benchmarks)
        yield Counted(
            forecast_id=row.pk,
            prediction_id=row.prediction_id,
            cluster=prediction.cluster_key,
            level=row.level or 0,
            outcome=outcome.share,
            reference=reference,
            reference_kind=kind,
            weight=weight,
            horizon_weight=share,
            is_first=place == 0,
            is_last=place == len(stated) - 1,
            scheduled_close_at=prediction.scheduled_close_at,
            lexicon_entry=row.lexicon_entry,
        )


def _horizon(prediction: Prediction, rows: Sequence[Made], outcome: Outcome) -> Sequence[int]:
    """How long each stood, as a share of the time scheduled; nothing counts after the outcome could be known."""
    opens, closes = prediction.issued_at, prediction.scheduled_close_at
    if closes is None or closes <= opens:
        return [0] * len(rows)
    ends = min((*outcome.moments, closes))
    return horizon_shares([row.made_at for row in rows], opens=opens, closes=closes, ends=ends)


def _reference(row: Made, *, benchmarks: Mapping[str, list[Made]]) -> tuple[int, str]:
    for kind, name in REFERENCES.items():
        rivals = benchmarks.get(kind, ())
        place = bisect_right(rivals, row.made_at, key=attrgetter("made_at"))
        # Nobody is compared with themselves.
        while place and rivals[place - 1].forecaster_id == row.forecaster_id:
            place -= 1
        if place:
            return rivals[place - 1].level or 0, name
    if row.base_rate is not None:
        return row.base_rate, Posting.Reference.BASE_RATE
    return HALF, Posting.Reference.IGNORANCE


def outcomes_of(resolutions: Iterable[Resolution]) -> dict[UUID, Outcome]:
    """What predictions came to by their resolutions; annulled, ambiguous and open ones are left out."""
    return {
        one.prediction_id: Outcome(share, _moments(one.happened_at, one.known_at))
        for one in resolutions
        if (share := share_of(one.verdict, one.share)) is not None
    }


def share_of(verdict: str, share: Decimal | None) -> int | None:
    """How much came true under a verdict, in basis points; None where there is nothing to score."""
    if verdict == Verdict.PARTLY and share is not None:
        return round(share * BASIS_POINTS)
    return SHARES.get(verdict)


def _moments(*moments: datetime | None) -> tuple[datetime, ...]:
    return tuple(moment for moment in moments if moment is not None)

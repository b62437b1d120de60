"""The single forecasts behind a scorecard: the newest of them, since there may be millions."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from forecasts.models import Among, Posting, Resolution
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.rules import brier_score, log_score

from .counting import SETTLED, Counted
from .newest import among_the_last
from .recorded_coverage import last_words, standing_postings
from .recounts import Recount, weight_under
from .slices import Slice, predictions_in, weight_of

PLACES = 10  # As many as scores are recorded with.
MOST_SHOWN = 100
MOST_SORTED = 10_000
LOOKED_THROUGH = (200, 2_000, 20_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Call(NamedTuple):
    """One scored forecast: what was said, how much of it came true, and the score for it."""

    prediction_id: str
    title: str
    topic: str
    forecaster: str
    phrase: str
    probability: float
    outcome: float
    brier: float
    log: float
    cluster: str
    verdict: str
    state: str
    is_conditional: bool
    is_retrospective: bool
    weight: float = 1.0
    known_at: datetime | None = None


class Weighed(NamedTuple):
    """A forecast that counts where predictions are decided anew, and its weight in millionths."""

    row: Counted
    weight: int


class _Row(NamedTuple):
    """
    A forecast that counts, as it is read: level and outcome in basis points, the weight in millionths.

    `verdict` and `state` are the last word on its prediction.
    """

    prediction_id: str
    title: str
    topic: str
    condition: str
    forecaster: str
    phrase: str
    made_at: datetime
    level: int
    outcome: int
    cluster: str
    weight: int
    known_at: datetime | None
    is_retrospective: bool
    verdict: str
    state: str


_Told = _Row | tuple[Any, ...]
COLUMNS = (
    "resolution__prediction_id", "forecast__prediction__title", "forecast__prediction__topic__path",
    "forecast__prediction__condition", "forecast__forecaster__slug", "forecast__phrase", "forecast__made_at", "level",
    "outcome", "cluster", "now_weighs", "resolution__known_at", "resolution__is_retrospective",
)  # fmt: skip
LAST = ("last_verdict", "last_state")


def newest_calls(chosen: Slice, *, n_rows: int, recount: Recount | None = None) -> tuple[Call, ...]:
    """
    Return the forecasts of a slice that were scored last, `MOST_SHOWN` at most, the latest outcome first.

    Those of a slice with more than `MOST_SORTED` are looked for among the last 20,000 that were scored at all, and where
    these have too few of it, among its predictions that were decided last. The number of queries does not depend on how
    many there are.

    Args:
        chosen: The slice.
        n_rows: How many forecasts count in it, by the record.
        recount: What counts where its predictions are decided anew; by the record otherwise.
    """
    if recount is None:
        return _told(_recorded(chosen, n_rows=n_rows))
    newest = sorted(counting(chosen, recount=recount), key=partial(newest_first, recount=recount))
    return recounted_calls(newest[:MOST_SHOWN], recount=recount)


def recorded_calls(keys: QuerySet[Posting, Any], *, chosen: Slice) -> tuple[Call, ...]:
    """
    Return the forecasts behind some postings, the latest outcome first.

    Args:
        keys: What picks the postings, by their primary keys.
        chosen: The slice that they are of.
    """
    return _told(_of_keys(keys, chosen=chosen))


def recounted_calls(counting_rows: Sequence[Weighed], *, recount: Recount) -> tuple[Call, ...]:
    """Return the forecasts that count where predictions are decided anew, the latest outcome first."""
    return _told(_recounted(counting_rows, recount=recount))


def counting_postings(chosen: Slice) -> QuerySet[Posting]:
    """The postings of a slice that stand and weigh anything."""
    return standing_postings(chosen).annotate(now_weighs=weight_of(chosen.weighting)).filter(now_weighs__gt=0)


def counting(chosen: Slice, *, recount: Recount) -> list[Weighed]:
    """The forecasts that weigh anything where predictions are decided anew."""
    weighed = (Weighed(row, weight_under(row, weighting=chosen.weighting)) for row in recount.rows)
    return [one for one in weighed if one.weight > 0]


def newest_first(one: Weighed, *, recount: Recount) -> tuple[float, UUID]:
    """By what forecasts are sorted whose outcome was known last to come first."""
    known_at = recount.found[one.row.prediction_id].known_at
    return -(known_at.timestamp() if known_at else 0.0), one.row.forecast_id


def _told(found: Iterable[_Told]) -> tuple[Call, ...]:
    """From rows of `COLUMNS` and of `LAST`, the latest outcome first."""
    in_order = sorted(found, key=itemgetter(*map(_Row._fields.index, ("title", "prediction_id", "forecaster"))))
    made_at, known_at = map(_Row._fields.index, ("made_at", "known_at"))
    # Sorting keeps the order of what is alike.
    in_order.sort(key=itemgetter(made_at), reverse=True)
    in_order.sort(key=lambda row: row[known_at] or EPOCH, reverse=True)
    return tuple(map(_call, in_order))


def _recorded(chosen: Slice, *, n_rows: int) -> list[tuple[Any, ...]]:
    """Rows of `COLUMNS` and of `LAST`."""
    found = among_the_last(chosen, most=MOST_SHOWN) if n_rows >= MOST_SHOWN else []
    if len(found) == MOST_SHOWN:
        return found
    rows = counting_postings(chosen)
    if n_rows > MOST_SORTED and chosen.as_recorded is None:
        return _newest_of_many(rows, chosen=chosen)
    # Few are found first and sorted then: looked for in order, the whole table might be passed over for them.
    return _last_of(rows, chosen=chosen)


def _last_of(rows: QuerySet[Posting], *, chosen: Slice) -> list[tuple[Any, ...]]:
    return _of_keys(rows.order_by((F("pk") + 0).desc()).values("pk")[:MOST_SHOWN], chosen=chosen)


def _of_keys(keys: QuerySet[Posting, Any], *, chosen: Slice) -> list[tuple[Any, ...]]:
    shown = Posting.objects.filter(pk__in=keys).annotate(now_weighs=weight_of(chosen.weighting))
    return list(_with_words(shown, chosen=chosen).values_list(*COLUMNS, *LAST))


def _newest_of_many(rows: QuerySet[Posting], *, chosen: Slice) -> list[tuple[Any, ...]]:
    found = list(_among_the_last(_with_words(rows, chosen=chosen)))
    if len(found) == MOST_SHOWN:
        return found
    # Nothing of it was scored for long. One forecaster's rows are found by index; others by the fewer predictions.
    older = rows if chosen.forecaster else rows.filter(Among("resolution__prediction", _decided_last(chosen)))
    return _last_of(older, chosen=chosen)


def _decided_last(chosen: Slice) -> list[UUID]:
    """The predictions of a slice that were decided last; a posting may stand under an earlier word on one."""
    settled = Resolution.objects.filter(verdict__in=SETTLED, prediction__in=predictions_in(chosen).values("pk"))
    if chosen.retrospective is not None:
        settled = settled.filter(is_retrospective=chosen.retrospective)
    last = settled.order_by("-recorded_at", "-pk").values_list("prediction", flat=True)
    return list(dict.fromkeys(last[: 2 * MOST_SHOWN]))


def _with_words(rows: QuerySet[Posting], *, chosen: Slice) -> QuerySet[Posting]:
    """The postings with the last word on their predictions, verdict and state: the names in `LAST`."""
    last = last_words(chosen).filter(prediction=OuterRef("resolution__prediction"))
    return rows.annotate(
        last_verdict=Subquery(last.values("verdict")[:1]), last_state=Subquery(last.values("state")[:1])
    )


def _among_the_last(rows: QuerySet[Posting]) -> Iterator[tuple[Any, ...]]:
    """The newest of many, looked for from the end of the table on: the database would gather and sort them all."""
    end = _last_posting()
    left, before = MOST_SHOWN, 0
    for reach in LOOKED_THROUGH:
        part = Q(pk__gt=end - reach, pk__lte=end - before)
        # Their forecasts by name, or the database goes through all forecasts for them.
        forecasts = _forecasts_between(end - reach, end - before)
        narrowed = rows.filter(part).filter(Among("forecast", forecasts)).order_by("-pk")
        found = list(narrowed.values_list(*COLUMNS, *LAST)[:left])
        yield from found
        left, before = left - len(found), reach
        if not left:
            return


# Every answer about a large slice asks these two: written out, they take a third of the time.
def _last_posting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM forecasts_posting")
        return cursor.fetchone()[0] or 0


def _forecasts_between(after: int, up_to: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT forecast_id FROM forecasts_posting WHERE id > %s AND id <= %s", [after, up_to])
        return [key if isinstance(key, UUID) else UUID(key) for (key,) in cursor.fetchall()]


def _recounted(counting_rows: Sequence[Weighed], *, recount: Recount) -> Iterator[_Row]:
    stated = {one.pk: one for one in recount.stated}
    predictions = {one.pk: one for one in recount.predictions}
    for row, weight in counting_rows:
        made, prediction = stated[row.forecast_id], predictions[row.prediction_id]
        found = recount.found[prediction.pk]
        yield _Row(
            prediction_id=str(prediction.pk),
            title=prediction.title,
            topic=prediction.topic.path,
            condition=prediction.condition,
            forecaster=made.forecaster,
            phrase=made.phrase,
            made_at=made.made_at,
            level=row.level,
            outcome=row.outcome,
            cluster=row.cluster,
            weight=weight,
            known_at=found.known_at,
            is_retrospective=prediction.pk in recount.late,
            verdict=found.verdict,
            state=Resolution.State.FINAL.value,
        )


def _call(row: _Told) -> Call:
    # By place, in the order of the fields: every answer has a hundred.
    (prediction_id, title, topic, condition, forecaster, phrase, _, level, outcome, cluster, weight, known_at,
     is_retrospective, verdict, state) = row  # fmt: skip
    return Call(
        str(prediction_id),
        title,
        topic,
        forecaster,
        phrase,
        *_scored(level, outcome),
        cluster,
        verdict,
        state,
        bool(condition),
        is_retrospective,
        weight / WHOLE,
        known_at,
    )


@lru_cache(maxsize=20_000)
def _scored(level: int, outcome: int) -> tuple[float, float, float, float]:
    """Probability and outcome of so many basis points, and the Brier and the log score: few come up, again and again."""
    said, came = np.array([level]) / BASIS_POINTS, np.array([outcome]) / BASIS_POINTS
    brier, log = (float(score(said, came)[0]) for score in (brier_score, log_score))
    return float(said[0]), float(came[0]), round(brier, PLACES), round(log, PLACES)

"""The coverage of slices from the counts that are kept, with what was recorded since they were last counted."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from forecasts.models import ArticleAuthor, Forecast, Forecaster, Prediction, PredictionCounts, Uncounted

from .own_standings import own_counts_of
from .slices import Slice, predictions_in
from .standings import Counts, counts_of, standings_of
from .sums import KeptScope

# Where more wait to be counted, all are counted on demand instead of these one by one.
MOST_UNCOUNTED = 2_000


def kept_counts(chosen: Slice, *, scope: KeptScope | None) -> Counts | None:
    """
    The coverage of a slice from the counts that are kept; None where its predictions have to be counted.

    What was recorded since they were last counted is counted now.

    Args:
        chosen: The slice.
        scope: The one that holds its sums.
    """
    if scope is None:
        return None
    waiting = _waiting(chosen) if scope.are_marked else set()
    if waiting is None:
        return None
    total = Counter(scope.counts)
    if waiting:
        before = _counted_before(waiting, chosen=chosen)
        for pk, counts in _counted_now(waiting, chosen=chosen).items():
            total.update(counts)
            total.subtract(before.get(pk, {}))
    return total


def _counted_before(predictions: Collection[UUID], *, chosen: Slice) -> Mapping[UUID, Counts]:
    """What predictions added to the counts of a slice when they were last counted."""
    rows = PredictionCounts.objects.filter(prediction__in=predictions)
    if not chosen.forecaster:
        return dict(rows.values_list("prediction", "counts"))
    found = rows.values_list("prediction", "by_forecaster")
    return {pk: (by_forecaster or {}).get(chosen.forecaster, {}) for pk, by_forecaster in found}


def _counted_now(predictions: Collection[UUID], *, chosen: Slice) -> Mapping[UUID, Counts]:
    """What predictions add to the counts of a slice as they stand."""
    standings = standings_of(predictions)
    if not chosen.forecaster:
        return counts_of(standings)
    asked = dict(Forecaster.objects.filter(slug=chosen.forecaster).values_list("pk", "slug"))
    found = own_counts_of(standings, forecasters=asked)
    return {pk: by_forecaster[chosen.forecaster] for pk, by_forecaster in found.items()}


def _waiting(chosen: Slice) -> set[UUID] | None:
    """The predictions of a slice that wait to be counted; None where they are too many to look at."""
    # The marks first: the database does not know how few they are, and might go through all predictions instead.
    marked = _predictions(Uncounted.objects.all())
    if len(marked) <= MOST_UNCOUNTED:
        return set(_concerned(chosen).filter(pk__in=marked).values_list("pk", flat=True)) if marked else set()
    waiting = _predictions(uncounted_in(chosen))
    return waiting if len(waiting) <= MOST_UNCOUNTED else None


def _predictions(marks: QuerySet[Uncounted]) -> set[UUID]:
    """The predictions of some marks, of which one may have many; one more than are looked at where they are more."""
    return set(marks.order_by().values_list("prediction", flat=True).distinct()[: MOST_UNCOUNTED + 1])


def uncounted_in(chosen: Slice) -> QuerySet[Uncounted]:
    """What was recorded of the predictions of a slice since they were last counted."""
    return Uncounted.objects.filter(prediction__in=_concerned(chosen))


def _concerned(chosen: Slice) -> QuerySet[Prediction]:
    """The predictions that add to the counts of a slice that is kept: of a forecaster what they forecast, hold or wrote of."""
    if not chosen.forecaster:
        return predictions_in(chosen)
    who = Q(forecaster__slug=chosen.forecaster)
    forecast = Forecast.objects.filter(who, prediction=OuterRef("pk"))
    written = ArticleAuthor.objects.filter(who, article=OuterRef("article"))
    return Prediction.objects.filter(Q(holder__slug=chosen.forecaster) | _is_one_of(forecast) | _is_one_of(written))


def _is_one_of(rows: QuerySet) -> Q:
    # Asked whether it exists, PostgreSQL goes through all of whoever forecast much, to look up a few.
    return Q(IsNull(Subquery(rows.order_by().values("pk")[:1]), False))

"""How predictions stand, as counts that add up over any set of them; and what the kept ones come to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from forecasts.models import (
    Forecast,
    Forecaster,
    Posting,
    Prediction,
    PredictionCounts,
    Resolution,
    RuleVersion,
    Uncounted,
)

from .counting import SETTLED
from .coverage import AGAINST, Facts, names_under
from .slices import Slice, predictions_in
from .sums import KeptScope

Counts = Mapping[str, int]
Stated = Sequence[int]
# Where more wait to be counted, all are counted on demand instead of these one by one.
MOST_UNCOUNTED = 2_000
NO_WORD = ("", "", "", False)
IS_HEDGE = "lexicon_entry__is_hedge"


def counts_of(predictions: Collection[UUID]) -> dict[UUID, Counts]:
    """
    What each prediction adds to the coverage of the slices it belongs to, whoever forecast it but aggregates.

    The number of queries does not depend on how many they are.
    """
    chosen = list(predictions)
    return counts_given(chosen, stated=_stated(chosen), posted=_posted(chosen))


def counts_given(
    predictions: Collection[UUID], *, stated: Mapping[UUID, Stated], posted: Mapping[UUID, Counts]
) -> dict[UUID, Counts]:
    """
    What `counts_of` returns, where the forecasts have been counted already.

    Args:
        predictions: Some of them.
        stated: How many probabilities of their forecasters' own each has, how many that only hedge, and how many of
            all these were given in words.
        posted: How many forecasts count on each, by the name in `AGAINST` of what they are compared with.
    """
    last = Resolution.objects.current().filter(prediction__in=predictions)
    told = last.values_list("prediction", "verdict", "state", "side_value", "is_retrospective")
    words = {pk: (verdict, state, side, is_late) for pk, verdict, state, side, is_late in told}
    others = RuleVersion.objects.exclude(variant=RuleVersion.Variant.CENTRAL).filter(prediction__in=predictions)
    read_otherwise = set(others.values_list("prediction", flat=True))
    rows = Prediction.objects.filter(pk__in=predictions)
    return {
        pk: _counts(
            Facts(*words.get(pk, NO_WORD), bool(condition), basis, *_are_stated(stated[pk]), any(posted[pk].values())),
            n_asked=stated[pk][0],
            posted=posted[pk],
            more={
                "reported": attribution == Prediction.Attribution.REPORTED,
                "in_words": stated[pk][2] > 0,
                "read_otherwise": pk in read_otherwise,
            },
        )
        for pk, condition, basis, attribution in rows.values_list("pk", "condition", "deadline_basis", "attribution")
    }


def _are_stated(numbers: Stated) -> tuple[bool, bool]:
    own, hedges, _ = numbers
    return own > 0, hedges > 0


def _stated(predictions: Collection[UUID]) -> Mapping[UUID, Stated]:
    found: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    own = Forecast.objects.filter(prediction__in=predictions, is_scored=True).exclude(probability=None)
    own = own.exclude(forecaster__kind=Forecaster.Kind.AGGREGATE).order_by()
    counted = own.values_list("prediction", IS_HEDGE).annotate(n=Count("pk"), worded=Count("pk", filter=~Q(phrase="")))
    for pk, is_hedge, n, worded in counted:
        found[pk][bool(is_hedge)] += n
        found[pk][2] += worded
    return found


def _posted(predictions: Collection[UUID]) -> Mapping[UUID, Counts]:
    """How many forecasts count on each prediction, by what they are compared with."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.filter(resolution__prediction__in=predictions)
    rows = rows.exclude(forecast__forecaster__kind=Forecaster.Kind.AGGREGATE).order_by()
    for pk, kind, n in rows.values_list("resolution__prediction", "reference_kind").annotate(n=Sum("sign")):
        found[pk][AGAINST[kind]] = n
    return found


def _counts(facts: Facts, *, n_asked: int, posted: Counts, more: Mapping[str, bool]) -> Counts:
    counts = Counter(names_under(facts))
    counts.update({name: int(is_so) for name, is_so in more.items()})
    counts["forecasts_excluded"] = n_asked - sum(posted.values()) if facts.verdict in SETTLED else 0
    counts.update(posted)
    return +counts


def kept_counts(chosen: Slice, *, scope: KeptScope | None) -> Counts | None:
    """
    The coverage of a slice from the counts that are kept; None where its predictions have to be counted.

    What was recorded since they were last counted is counted now.

    Args:
        chosen: The slice.
        scope: The one that holds its sums.
    """
    if scope is None or chosen.forecaster:
        return None
    waiting = _waiting(chosen) if scope.are_marked else set()
    if waiting is None:
        return None
    total = Counter(scope.counts)
    if waiting:
        before = dict(PredictionCounts.objects.filter(prediction__in=waiting).values_list("prediction", "counts"))
        for pk, counts in counts_of(waiting).items():
            total.update(counts)
            total.subtract(before.get(pk, {}))
    return total


def _waiting(chosen: Slice) -> set[UUID] | None:
    """The predictions of a slice that wait to be counted; None where they are too many to look at."""
    # The marks first: the database does not know how few they are, and might go through all predictions instead.
    marked = set(Uncounted.objects.order_by().values_list("prediction", flat=True)[: MOST_UNCOUNTED + 1])
    if len(marked) <= MOST_UNCOUNTED:
        return set(predictions_in(chosen).filter(pk__in=marked).values_list("pk", flat=True)) if marked else set()
    waiting = set(uncounted_in(chosen).values_list("prediction", flat=True)[: MOST_UNCOUNTED + 1])
    return waiting if len(waiting) <= MOST_UNCOUNTED else None


def uncounted_in(chosen: Slice) -> QuerySet[Uncounted]:
    """What was recorded of the predictions of a slice since they were last counted."""
    return Uncounted.objects.filter(prediction__in=predictions_in(chosen))

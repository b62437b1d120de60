"""How predictions stand, as counts that add up over any set of them; and what the kept ones come to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet, Sum

from forecasts.models import Forecast, Posting, Prediction, PredictionCounts, Resolution, Uncounted, Verdict

from .slices import Slice, predictions_in
from .sums import kept_scope

Counts = Mapping[str, int]
NAMES = (
    "predictions", "resolved", "pending", "annulled", "ambiguous", "not_scored", "provisional", "retrospective",
    "reported",
)  # fmt: skip
ENDS = {"": "pending", Verdict.ANNULLED.value: "annulled", Verdict.AMBIGUOUS.value: "ambiguous"}
# Where more wait to be counted, all are counted on demand instead of these one by one.
MOST_UNCOUNTED = 2_000


def counts_of(predictions: Collection[UUID]) -> dict[UUID, Counts]:
    """
    What each prediction adds to the counts of its slices, whoever forecast it.

    Predictions without a probability of somebody's own are not scored; all others end in one way. Provisional and
    retrospective ones are counted by their forecasts that count.
    """
    chosen = list(predictions)
    asked = Forecast.objects.filter(prediction__in=chosen, is_scored=True).exclude(probability=None)
    scored = set(asked.order_by().values_list("prediction", flat=True).distinct())
    reported = Prediction.objects.filter(pk__in=chosen, attribution=Prediction.Attribution.REPORTED)
    others = set(reported.values_list("pk", flat=True))
    last = {one.prediction_id: one for one in Resolution.objects.current().filter(prediction__in=chosen)}
    calls = _calls(chosen)
    return {
        pk: _counts(last.get(pk), calls=calls[pk], is_scored=pk in scored, is_reported=pk in others) for pk in chosen
    }


def _calls(predictions: Iterable[UUID]) -> Mapping[UUID, Counter[bool]]:
    """How many forecasts count on each prediction, those of retrospective ones apart."""
    found: dict[UUID, Counter[bool]] = defaultdict(Counter)
    of = ("resolution__prediction", "resolution__is_retrospective")
    rows = Posting.objects.filter(resolution__prediction__in=list(predictions)).order_by().values_list(*of)
    for pk, is_late, n in rows.annotate(n=Sum("sign")):
        found[pk][is_late] += n
    return found


def _counts(last: Resolution | None, *, calls: Counter[bool], is_scored: bool, is_reported: bool) -> Counts:
    verdict = last.verdict if last else ""
    end = ENDS.get(verdict, "resolved")
    is_final = last is not None and last.state == Resolution.State.FINAL
    return {
        "predictions": 1,
        end if is_scored else "not_scored": 1,
        "provisional": 0 if is_final else calls.total(),
        "retrospective": calls[True],
        "reported": int(is_reported),
    }


def kept_counts(chosen: Slice) -> dict[str, int] | None:
    """
    How the predictions of a slice stand, from the counts that are kept; None where they have to be counted.

    What was recorded since they were last counted is counted now.
    """
    scope = None if chosen.forecaster else kept_scope(chosen)
    if scope is None:
        return None
    waiting = set(uncounted_in(chosen).values_list("prediction", flat=True)[: MOST_UNCOUNTED + 1])
    if len(waiting) > MOST_UNCOUNTED:
        return None
    before = dict(PredictionCounts.objects.filter(prediction__in=waiting).values_list("prediction", "counts"))
    total = Counter({name: scope.counts.get(name, 0) for name in NAMES})
    for pk, counts in counts_of(waiting).items():
        total.update(counts)
        total.subtract(before.get(pk, {}))
    return dict(total)


def uncounted_in(chosen: Slice) -> QuerySet[Uncounted]:
    """What was recorded of the predictions of a slice since they were last counted."""
    return Uncounted.objects.filter(prediction__in=predictions_in(chosen))

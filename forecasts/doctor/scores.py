"""Whether what counts is scored once, and every sum is that of its parts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter
from uuid import UUID

from django.db.models import Count, F, Q

from forecasts.models import Among, Posting, Resolution, Score
from forecasts.selectors.counting import SETTLED, Counted, counted, outcomes_of
from forecasts.services.rebuilds import check_scopes
from forecasts.services.scores import RULES, TERMS

BATCH = 1_000
terms_of = attrgetter(*TERMS)


def scored_in_time(*, now: datetime) -> Iterator[str]:
    """No forecast is scored that was made after the outcome came about or could be known."""
    late = Q(forecast__made_at__gte=F("resolution__happened_at")) | Q(forecast__made_at__gte=F("resolution__known_at"))
    for pk in Score.objects.filter(late).values_list("pk", flat=True):
        yield f"score {pk} is of a forecast that was made too late"
    other = Q(forecast__is_scored=False) | ~Q(forecast__prediction=F("resolution__prediction"))
    for pk in Score.objects.filter(other).values_list("pk", flat=True):
        yield f"score {pk} is of a forecast that does not count under its resolution"


def only_what_was_settled_is_scored(*, now: datetime) -> Iterator[str]:
    """What was annulled, ambiguous or reopened has no score, and no forecast has two under one rule."""
    for pk in Score.objects.exclude(resolution__verdict__in=SETTLED).values_list("pk", flat=True):
        yield f"score {pk} is of a verdict that is not scored"
    for pk in Posting.objects.exclude(resolution__verdict__in=SETTLED).values_list("pk", flat=True):
        yield f"posting {pk} is of a verdict that is not scored"
    twice = Score.objects.order_by().values("forecast", "resolution", "rule", "rule_version").annotate(n=Count("pk"))
    for row in twice.filter(n__gt=1):
        yield f"forecast {row['forecast']} has {row['n']} {row['rule']} scores under one resolution"


def what_counts_is_scored(*, now: datetime) -> Iterator[str]:
    """
    Under every verdict in force, the forecasts that count have one posting and one score of each rule.

    What is due may have a forecast that came after its verdict: the sweep scores that.
    """
    settled = Resolution.objects.current().filter(verdict__in=SETTLED, prediction__attempts=0)
    current = settled.exclude(prediction__next_check_at__lte=now).order_by("pk").iterator(BATCH)
    while batch := list(islice(current, BATCH)):
        yield from _faults(batch)


def _faults(batch: Sequence[Resolution]) -> Iterator[str]:
    cases = {one.forecast_id: one for one in counted(outcomes_of(batch))}
    standing = _standing(one.prediction_id for one in batch)
    for key in sorted({*cases, *standing}):
        if [terms_of(one) for one in standing.get(key, ())] != [terms_of(cases[key])] * (key in cases):
            yield f"forecast {key} has {len(standing.get(key, ()))} postings, or another than it counts with"
    yield from _unscored(batch, cases=cases.values())


def _standing(predictions: Iterable[UUID]) -> dict[UUID, list[Posting]]:
    found: dict[UUID, list[Posting]] = {}
    for one in Posting.objects.net().filter(Among("resolution__prediction", predictions)):
        found.setdefault(one.forecast_id, []).append(one)
    return found


def _unscored(batch: Sequence[Resolution], *, cases: Iterable[Counted]) -> Iterator[str]:
    under = {one.prediction_id: one.pk for one in batch}
    scores = Score.objects.filter(Among("resolution", under.values()))
    scored = set(scores.values_list("forecast", "resolution", "rule"))
    for one in cases:
        for rule in RULES:
            if (one.forecast_id, under[one.prediction_id], rule.value) not in scored:
                yield f"forecast {one.forecast_id} has no {rule.value} score under the verdict in force"


def nothing_counts_without_a_verdict(*, now: datetime) -> Iterator[str]:
    """No posting stands where no verdict in force is settled."""
    settled = Resolution.objects.current().filter(verdict__in=SETTLED).values("prediction")
    left = Posting.objects.net().exclude(resolution__prediction__in=settled)
    for pk in left.values_list("pk", flat=True):
        yield f"posting {pk} still counts, though no verdict in force is scored"


def sums_are_those_of_their_parts(*, now: datetime) -> Iterable[str]:
    """Every kept sum equals that of the postings and records it is made of."""
    return [f"{one.kind} {one.key}: the {one.what} differ from the postings" for one in check_scopes()]

"""Whether verdicts follow each other as they may, and predictions stand as their last verdict says."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Length, Trim

from forecasts.models import Evaluation, Forecast, Prediction, Resolution
from forecasts.services.verdicts import MIN_REASON

State = Resolution.State
# What may follow what; None is the beginning.
STEPS: dict[str | None, tuple[str, ...]] = {
    None: (State.PROPOSED, State.FINAL),
    State.PROPOSED: (State.PROPOSED, State.FINAL, State.DISPUTED, State.REOPENED),
    State.FINAL: (State.PROPOSED, State.FINAL, State.DISPUTED, State.REOPENED),
    State.DISPUTED: (State.PROPOSED, State.FINAL, State.REOPENED),
    State.REOPENED: (State.PROPOSED, State.FINAL),
}


def one_verdict_is_in_force(*, now: datetime) -> Iterator[str]:
    """Every prediction with resolutions has one that nothing supersedes; each supersedes the one before it."""
    current = Resolution.objects.current().order_by().values("prediction").annotate(n=Count("pk"))
    for row in current.filter(n__gt=1):
        yield f"prediction {row['prediction']} has {row['n']} verdicts in force"
    follows = Q(supersedes__prediction=F("prediction"), supersedes__number=F("number") - 1)
    for pk in Resolution.objects.filter(number__gt=1).exclude(follows).values_list("pk", flat=True):
        yield f"resolution {pk} does not supersede the one before it"


def predictions_stand_as_decided(*, now: datetime) -> Iterator[str]:
    """The state of a prediction is that of its last resolution: both were written together."""
    last = Resolution.objects.filter(prediction=OuterRef("pk")).order_by("-number")
    stands = Prediction.objects.annotate(
        last_state=Subquery(last.values("state")[:1]), last_verdict=Subquery(last.values("verdict")[:1])
    )
    undecided = Q(last_state=None) | Q(last_state=State.REOPENED)
    wanted = Case(When(undecided, then=Value(Prediction.Status.OPEN.value)), default=F("last_state"))
    verdict = Case(When(undecided, then=Value("")), default=F("last_verdict"))
    other_status = ~Q(status=F("wanted")) & ~Q(status=Prediction.Status.NEEDS_REVIEW)
    wrong = stands.annotate(wanted=wanted, said=verdict).filter(other_status | ~Q(verdict=F("said")))
    for pk, status, said in wrong.values_list("pk", "status", "verdict"):
        yield f"prediction {pk} stands at {status} ({said or 'open'}), which its last resolution does not say"


def nothing_is_decided_twice(*, now: datetime) -> Iterator[str]:
    """The machine records a verdict once for the same facts, and an answer of a rule only where it changed."""
    same = Q(
        actor=None,
        state=F("supersedes__state"),
        verdict=F("supersedes__verdict"),
        evaluation=F("supersedes__evaluation"),
    )
    for pk in Resolution.objects.filter(same).values_list("pk", flat=True):
        yield f"resolution {pk} says again what the one before it says"
    before = Evaluation.objects.filter(rule_version=OuterRef("rule_version"), number=OuterRef("number") - 1)
    again = Evaluation.objects.filter(digest=Subquery(before.values("digest")[:1]))
    for pk in again.values_list("pk", flat=True):
        yield f"evaluation {pk} gives the answer of the one before it"


def verdicts_take_allowed_steps(*, now: datetime) -> Iterator[str]:
    """A verdict is proposed, final, disputed or reopened only after what may come before it."""
    allowed = Q(pk=None)
    for before, after in STEPS.items():
        allowed |= Q(supersedes=None, state__in=after) if before is None else _step(before, after)
    for pk, state in Resolution.objects.exclude(allowed).values_list("pk", "state"):
        yield f"resolution {pk} cannot be {state} after what it supersedes"
    # The machine makes final only what it proposed, and never overturns what is final.
    by_machine = Resolution.objects.filter(actor=None)
    wrong = by_machine.filter(state=State.FINAL).exclude(supersedes__state=State.PROPOSED)
    overturned = by_machine.filter(supersedes__state=State.FINAL)
    for pk in (wrong | overturned).values_list("pk", flat=True):
        yield f"resolution {pk} takes a person, and names none"


def _step(before: str, after: tuple[str, ...]) -> Q:
    return Q(supersedes__state=before, state__in=after)


def nobody_decides_their_own(*, now: datetime) -> Iterator[str]:
    """Whoever resolves a prediction neither holds it nor forecast it, and says why."""
    for pk in own_verdicts().values_list("pk", flat=True):
        yield f"resolution {pk} is by the forecaster"
    unexplained = Resolution.objects.filter(actor__isnull=False).alias(n=Length(Trim("reason")))
    for pk in unexplained.filter(n__lt=MIN_REASON).values_list("pk", flat=True):
        yield f"resolution {pk} is by a person and gives no reason of {MIN_REASON} characters"


def own_verdicts() -> QuerySet[Resolution]:
    """Resolutions by whoever holds the prediction, or had forecast it by then; disputes are free."""
    earlier = Q(recorded_at__lt=OuterRef("recorded_at"))
    by_themselves = Q(recorded_at=OuterRef("recorded_at"), recorded_by=OuterRef("actor"))
    forecasts = Forecast.objects.filter(earlier | by_themselves, prediction=OuterRef("prediction"))
    forecast = Exists(forecasts.filter(forecaster__account=OuterRef("actor")))
    human = Resolution.objects.filter(actor__isnull=False).exclude(state=State.DISPUTED)
    return human.filter(Q(prediction__holder__account=F("actor")) | forecast)


def two_people_overturn(*, now: datetime) -> Iterator[str]:
    """A final verdict other than the one before it was proposed by somebody else first."""
    finals = Resolution.objects.filter(
        prediction=OuterRef("prediction"), state=State.FINAL, number__lt=OuterRef("number")
    )
    earlier = finals.order_by("-number")
    overturning = Resolution.objects.filter(state=State.FINAL).alias(
        was=Subquery(earlier.values("verdict")[:1]), was_share=Subquery(earlier.values("share")[:1])
    )
    other = overturning.filter(was__isnull=False).exclude(
        Q(verdict=F("was")) & (Q(share=F("was_share")) | Q(share=None, was_share=None))
    )
    confirmed = Q(supersedes__state=State.PROPOSED, supersedes__verdict=F("verdict")) & (
        ~Q(supersedes__actor=F("actor")) | Q(supersedes__actor=None)
    )
    for pk in other.exclude(confirmed).values_list("pk", flat=True):
        yield f"resolution {pk} overturns a final verdict on the word of one person"

"""The state of predictions: where they stand, and when the sweep looks at them again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, DateTimeField, Value, When

from forecasts.models import Among, Prediction, Resolution
from forecasts.selectors.resolutions import TOO_LATE
from forecasts.selectors.verdicts import Judged

from .predictions import MISSING_RULE

# A source's watermark moves by time too: what waits for it is looked at again.
COVERAGE_RETRY = timedelta(hours=1)
AT_ONCE = timedelta(microseconds=1)


@dataclass(frozen=True)
class Standpoint:
    """What the columns of a prediction say about its record."""

    status: str
    verdict: str
    review_reasons: tuple[str, ...]
    needs_confirmation: bool


@dataclass(frozen=True)
class State:
    """Where a prediction stands, and when it is next to be looked at; None for not before a fact comes in."""

    prediction_id: UUID
    standpoint: Standpoint
    next_check_at: datetime | None


def state_after(
    prediction: Prediction,
    *,
    last: Resolution | None,
    readings: list[Judged],
    central: Judged | None,
    doubts: list[str],
    now: datetime,
) -> State:
    """
    The state of a prediction after its rules were read.

    Args:
        last: The last word on it, the one just added included.
        readings: What each of its rules came to.
        central: What the central one came to; None where it has none.
        doubts: What speaks against the verdict in force.
    """
    in_force = None if last is None or last.state == Resolution.State.REOPENED else last
    reasons = doubts if in_force else _review_reasons(central)
    status = Prediction.Status(in_force.state) if in_force else Prediction.Status.OPEN
    is_proposed = in_force is not None and in_force.state == Resolution.State.PROPOSED
    standpoint = Standpoint(
        status=(Prediction.Status.NEEDS_REVIEW if {*reasons} - {TOO_LATE} else status).value,
        verdict=in_force.verdict if in_force else "",
        review_reasons=tuple(reasons),
        needs_confirmation=is_proposed and in_force is not None and in_force.finalises_at is None,
    )
    return State(prediction.pk, standpoint, _next_check(prediction, last=in_force, readings=readings, now=now))


def _review_reasons(central: Judged | None) -> list[str]:
    """Why an open prediction needs a person; empty when it only needs time or facts."""
    return [MISSING_RULE] if central is None else [reason.value for reason in central.outcome.review]


def _next_check(
    prediction: Prediction, *, last: Resolution | None, readings: list[Judged], now: datetime
) -> datetime | None:
    moments = [judged.outcome.next_check_at for judged in readings]
    if last and last.state == Resolution.State.PROPOSED and last.finalises_at:
        moments.append(max(last.finalises_at, now + AT_ONCE))
    if any(judged.outcome.awaits_coverage for judged in readings):
        moments.append(now + COVERAGE_RETRY)
    if prediction.attempts == 0:
        # Woken since the sweep claimed it, by a fact that came after the instant it is settled at.
        moments.append(prediction.next_check_at)
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def store_states(*, states: Iterable[State], now: datetime) -> None:
    """Store where predictions stand, one statement for all that stand alike."""
    alike: dict[Standpoint, list[State]] = defaultdict(list)
    for state in states:
        alike[state.standpoint].append(state)
    for standpoint, group in alike.items():
        Prediction.objects.filter(Among("pk", (state.prediction_id for state in group))).update(
            status=standpoint.status,
            verdict=standpoint.verdict,
            review_reasons=list(standpoint.review_reasons),
            needs_confirmation=standpoint.needs_confirmation,
            next_check_at=_by_prediction(group),
            checked_at=now,
            attempts=0,
            retry_at=None,
            last_error="",
        )


def _by_prediction(group: list[State]) -> Case:
    """The next check of each, as one expression."""
    moments: dict[datetime | None, list[UUID]] = defaultdict(list)
    for state in group:
        moments[state.next_check_at].append(state.prediction_id)
    known = {moment: keys for moment, keys in moments.items() if moment is not None}
    whens = [When(Among("pk", keys), then=Value(moment)) for moment, keys in known.items()]
    return Case(*whens, default=None, output_field=DateTimeField())

"""Where a verdict, its scores and the prediction's state meet in one transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion
from forecasts.rules import Move, ReasonCode, next_move
from forecasts.selectors.resolutions import current_resolution, current_rules, standing_of
from forecasts.selectors.verdicts import Judged, judge

from .predictions import MISSING_RULE
from .resolutions import append_resolution, record_evaluation
from .scores import score_resolution

# A source's watermark moves by time too: what waits for it is looked at again.
COVERAGE_RETRY = timedelta(hours=1)
CONTRADICTION = "CONTRADICTS_VERDICT"


@transaction.atomic
def settle_prediction(*, prediction_id: UUID, now: datetime) -> Resolution | None:
    """
    Evaluate a prediction's rules on what is known and bring its record up to date.

    Evaluations, resolution, scores and state are written together or not at all.

    Returns:
        The resolution that was added; None where the record stands.
    Raises:
        Prediction.DoesNotExist: There is no such prediction.
    """
    prediction = Prediction.objects.select_for_update().get(pk=prediction_id)
    readings = [(rule, judge(rule_version=rule, as_of=now)) for rule in current_rules(prediction=prediction)]
    evaluations = {rule.name: record_evaluation(rule_version=rule, judged=judged, now=now) for rule, judged in readings}
    central = next((judged for rule, judged in readings if rule.variant == RuleVersion.Variant.CENTRAL), None)
    added: Resolution | None = None
    doubts: list[str] = []
    if central is not None:
        added, doubts = _follow(prediction, judged=central, evaluation=evaluations[RuleVersion.CENTRAL_NAME], now=now)
    _store_state(prediction, readings=[judged for _, judged in readings], central=central, doubts=doubts, now=now)
    return added


def _follow(
    prediction: Prediction, *, judged: Judged, evaluation: Evaluation, now: datetime
) -> tuple[Resolution | None, list[str]]:
    """Carry out what the central rule's answer means for the record; doubts are reasons for review."""
    last = current_resolution(prediction=prediction)
    answer = judged.outcome.status.value
    move = next_move(standing=standing_of(last), answer=answer, may_finalise=judged.may_finalise, now=now)
    if move is Move.REVIEW:
        return None, [CONTRADICTION]
    if move is Move.KEEP:
        return None, []
    if move is Move.REOPEN:
        return _reopen(prediction, judged=judged, evaluation=evaluation, now=now), []
    state = Resolution.State.FINAL if move is Move.FINALISE else Resolution.State.PROPOSED
    window = judged.rule.policy.dispute_window if state == Resolution.State.PROPOSED and judged.may_finalise else None
    added = append_resolution(
        prediction=prediction,
        now=now,
        verdict=answer,
        state=state,
        reason_code=judged.outcome.reason.value,
        reason=judged.explanation,
        evaluation=evaluation,
        side_value=evaluation.side_value,
        happened_at=judged.happened_at,
        known_at=judged.known_at,
        finalises_at=None if window is None else now + window,
    )
    score_resolution(resolution=added, now=now)
    return added, []


def _in_force(last: Resolution | None) -> Resolution | None:
    return None if last is None or last.state == Resolution.State.REOPENED else last


def _reopen(prediction: Prediction, *, judged: Judged, evaluation: Evaluation, now: datetime) -> Resolution:
    return append_resolution(
        prediction=prediction,
        now=now,
        verdict="",
        state=Resolution.State.REOPENED,
        reason_code=judged.outcome.reason.value,
        reason=judged.explanation,
        evaluation=evaluation,
    )


def _store_state(
    prediction: Prediction, *, readings: list[Judged], central: Judged | None, doubts: list[str], now: datetime
) -> None:
    last = _in_force(current_resolution(prediction=prediction))
    reasons = doubts if last else _review_reasons(central)
    status = Prediction.Status(last.state) if last else Prediction.Status.OPEN
    is_proposed = last is not None and last.state == Resolution.State.PROPOSED
    Prediction.objects.filter(pk=prediction.pk).update(
        status=Prediction.Status.NEEDS_REVIEW if reasons else status,
        verdict=last.verdict if last else "",
        review_reasons=reasons,
        needs_confirmation=is_proposed and last is not None and last.finalises_at is None,
        next_check_at=_next_check(last, readings=readings, now=now),
        checked_at=now,
        attempts=0,
        last_error="",
    )


def _review_reasons(central: Judged | None) -> list[str]:
    """Why an open prediction needs a person; empty when it only needs time or facts."""
    return [MISSING_RULE] if central is None else [reason.value for reason in central.outcome.review]


def _next_check(last: Resolution | None, *, readings: list[Judged], now: datetime) -> datetime | None:
    moments = [judged.outcome.next_check_at for judged in readings]
    moments.append(last.finalises_at if last and last.state == Resolution.State.PROPOSED else None)
    if any(judged.outcome.reason is ReasonCode.AWAITING_COVERAGE for judged in readings):
        moments.append(now + COVERAGE_RETRY)
    return min((moment for moment in moments if moment is not None and moment > now), default=None)

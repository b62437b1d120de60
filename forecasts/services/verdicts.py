"""Verdicts by people: what waits in review, and what replaces an earlier verdict."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion, Verdict
from forecasts.selectors.judgements import answered_by
from forecasts.selectors.resolutions import current_resolution, current_rules, latest_evaluation

from .predictions import make_due
from .refusal import Moved, Problems, refuse
from .resolutions import append_resolution, checked_share
from .scores import score_predictions

CONFIRMED, DISPUTED, JUDGED, REOPENED = "CONFIRMED", "DISPUTED", "JUDGED", "REOPENED"
MIN_REASON = 10


@transaction.atomic
def record_verdict(
    *,
    prediction_id: UUID,
    verdict: str,
    reason: str,
    actor: User,
    now: datetime,
    share: object = None,
    happened_at: datetime | None = None,
    known_at: datetime | None = None,
    evidence_url: str = "",
    expected_number: int | None = None,
) -> Resolution:
    """
    Record a person's verdict: on what waits in review, or in place of an earlier one. Scores follow at once.

    Against a final verdict it is a proposal until another person confirms it.

    Args:
        share: For PARTLY, and for it alone: how much came true, between 0 and 1.
        expected_number: The number of the resolution the person saw; 0 when there was none.
    Raises:
        Refused: The verdict, share or reason is missing, or the person is the forecaster.
        Moved: The record changed meanwhile.
    """
    added = _append_verdict(
        prediction_id=prediction_id,
        verdict=verdict,
        reason=reason,
        actor=actor,
        now=now,
        share=share,
        happened_at=happened_at,
        known_at=known_at,
        evidence_url=evidence_url,
        expected_number=expected_number,
    )
    score_predictions(predictions=[prediction_id], now=now)
    return added


def _append_verdict(
    *,
    prediction_id: UUID,
    verdict: str,
    reason: str,
    actor: User,
    now: datetime,
    share: object = None,
    happened_at: datetime | None = None,
    known_at: datetime | None = None,
    evidence_url: str = "",
    expected_number: int | None = None,
) -> Resolution:
    prediction = Prediction.objects.select_for_update().get(pk=prediction_id)
    last = current_resolution(prediction=prediction)
    _check_verdict(
        prediction, verdict=verdict, reason=reason, actor=actor, now=now, known_at=known_at, happened_at=happened_at
    )
    if expected_number is not None and expected_number != (last.number if last else 0):
        told = f"The record changed since you opened it: it is now {last}. Look at it again before you decide."
        raise Moved({"verdict": [told]})
    part = checked_share(share, verdict=verdict)
    same = last if last is not None and (last.verdict, last.share) == (verdict, part) else None
    added = append_resolution(
        prediction=prediction,
        now=now,
        verdict=verdict,
        share=part,
        state=_state_of((verdict, part), prediction=prediction, last=last, actor=actor),
        reason_code=CONFIRMED if same else JUDGED,
        reason=reason.strip(),
        actor=actor,
        evaluation=same.evaluation if same else None,
        evidence_url=evidence_url,
        side_value=same.side_value if same else "",
        happened_at=happened_at or (same.happened_at if same else None),
        known_at=known_at or (same.known_at if same else None) or now,
    )
    _take_state(prediction, resolution=added, now=now)
    return added


@transaction.atomic
def append_verdict_once(
    *, prediction_id: UUID, actor: User, now: datetime, verdict: str, reason: str, **said: Any
) -> tuple[Resolution, bool]:
    """
    Append a person's verdict, unless it is the last word already: by the same person, in the same words.

    So a batch of verdicts can be sent again. The caller scores the prediction in the same transaction.

    Args:
        said: The rest of what `record_verdict` takes.
    Returns:
        The resolution, and whether it is new.
    Raises:
        Refused: `record_verdict` refuses it.
        Moved: The record changed meanwhile, and not by this verdict.
    """
    last = _last_word(prediction_id, actor=actor, among=(CONFIRMED, JUDGED))
    told = {"reason": reason.strip(), "verdict": verdict, "share": checked_share(said.get("share"), verdict=verdict)}
    told |= {name: said[name] for name in ("evidence_url", "happened_at", "known_at") if said.get(name) is not None}
    if last is not None and all(getattr(last, name) == value for name, value in told.items()):
        return last, False
    added = _append_verdict(prediction_id=prediction_id, actor=actor, now=now, verdict=verdict, reason=reason, **said)
    return added, True


def _last_word(prediction_id: UUID, *, actor: User, among: tuple[str, ...]) -> Resolution | None:
    """The resolution that stands, where it is this person's and has one of these reason codes; nobody adds another now."""
    prediction = Prediction.objects.select_for_update().get(pk=prediction_id)
    last = current_resolution(prediction=prediction)
    is_theirs = last is not None and last.actor_id == actor.pk and last.reason_code in among
    return last if is_theirs else None


def _state_of(
    answer: tuple[str, Decimal | None], *, prediction: Prediction, last: Resolution | None, actor: User
) -> Resolution.State:
    """
    Who decides alone, and where a second person has to confirm.

    A final verdict is only overturned by two people: one proposes, another confirms, whatever lies between. Whoever
    answered a question of the rule does not also confirm the verdict that rests on it.
    """
    if actor.pk in answered_by(prediction=prediction):
        return Resolution.State.PROPOSED
    finals = Resolution.objects.filter(prediction=prediction, state=Resolution.State.FINAL)
    final = finals.order_by("-number").first()
    if final is None or (final.verdict, final.share) == answer:
        return Resolution.State.FINAL
    is_proposed = last is not None and last.state == Resolution.State.PROPOSED and (last.verdict, last.share) == answer
    if not is_proposed or last is None:
        return Resolution.State.PROPOSED
    if last.actor_id == actor.pk:
        raise refuse("verdict", "You proposed this verdict against a final one: another editor has to confirm it.")
    return Resolution.State.FINAL


@transaction.atomic
def dispute(*, prediction_id: UUID, reason: str, actor: User, now: datetime, evidence_url: str = "") -> Resolution:
    """
    Question a verdict. The first dispute of the machine's verdict has it evaluated afresh; others wait for a person.

    Raises:
        Refused: There is no verdict to dispute, it is disputed already, or the reason is missing.
    """
    added = _append_dispute(prediction_id=prediction_id, reason=reason, actor=actor, now=now, evidence_url=evidence_url)
    score_predictions(predictions=[prediction_id], now=now)
    return added


def _append_dispute(*, prediction_id: UUID, reason: str, actor: User, now: datetime, evidence_url: str) -> Resolution:
    prediction = Prediction.objects.select_for_update().get(pk=prediction_id)
    last = current_resolution(prediction=prediction)
    if last is None or last.state == Resolution.State.REOPENED:
        raise refuse("reason", "There is no verdict to dispute.")
    if last.state == Resolution.State.DISPUTED:
        raise refuse("reason", f"It is disputed already, since {last.recorded_at:%Y-%m-%d}: {last.reason}")
    _check_reason(reason).raise_if_any()
    added = append_resolution(
        prediction=prediction,
        now=now,
        verdict=last.verdict,
        share=last.share,
        state=Resolution.State.DISPUTED,
        reason_code=DISPUTED,
        reason=reason.strip(),
        actor=actor,
        evaluation=last.evaluation,
        evidence_url=evidence_url,
        side_value=last.side_value,
        happened_at=last.happened_at,
        known_at=last.known_at,
    )
    _take_state(prediction, resolution=added, now=now)
    make_due(predictions=[prediction.pk], now=now)
    return added


@transaction.atomic
def append_dispute_once(
    *, prediction_id: UUID, reason: str, actor: User, now: datetime, evidence_url: str = ""
) -> tuple[Resolution, bool]:
    """
    Question a verdict, unless the same person does so already for the same reason.

    The caller scores the prediction in the same transaction.

    Returns:
        The resolution, and whether it is new.
    Raises:
        Refused: `dispute` refuses it.
    """
    last = _last_word(prediction_id, actor=actor, among=(DISPUTED,))
    if last is not None and (last.reason, last.evidence_url) == (reason.strip(), evidence_url):
        return last, False
    added = _append_dispute(prediction_id=prediction_id, reason=reason, actor=actor, now=now, evidence_url=evidence_url)
    return added, True


@transaction.atomic
def reopen(*, prediction_id: UUID, reason: str, actor: User, now: datetime) -> Resolution:
    """
    Withdraw a verdict on a person's word; the next sweep looks at the prediction afresh.

    Raises:
        Refused: There is no verdict, the reason is missing, or the person is the forecaster.
    """
    added = _append_reopening(prediction_id=prediction_id, reason=reason, actor=actor, now=now)
    score_predictions(predictions=[prediction_id], now=now)
    return added


def _append_reopening(*, prediction_id: UUID, reason: str, actor: User, now: datetime) -> Resolution:
    prediction = Prediction.objects.select_for_update().get(pk=prediction_id)
    last = current_resolution(prediction=prediction)
    if last is None or last.state == Resolution.State.REOPENED:
        raise refuse("verdict", "There is no verdict to withdraw.")
    _check_person(prediction, reason=reason, actor=actor).raise_if_any()
    added = append_resolution(
        prediction=prediction, now=now, verdict="", state=Resolution.State.REOPENED,
        reason_code=REOPENED, reason=reason.strip(), actor=actor,
    )  # fmt: skip
    _take_state(prediction, resolution=added, now=now)
    make_due(predictions=[prediction.pk], now=now)
    return added


@transaction.atomic
def append_reopening_once(*, prediction_id: UUID, reason: str, actor: User, now: datetime) -> tuple[Resolution, bool]:
    """
    Withdraw a verdict, unless the same person just did so for the same reason.

    The caller scores the prediction in the same transaction.

    Returns:
        The resolution, and whether it is new.
    Raises:
        Refused: `reopen` refuses it.
    """
    last = _last_word(prediction_id, actor=actor, among=(REOPENED,))
    if last is not None and last.reason == reason.strip():
        return last, False
    return _append_reopening(prediction_id=prediction_id, reason=reason, actor=actor, now=now), True


def _check_verdict(
    prediction: Prediction,
    *,
    verdict: str,
    reason: str,
    actor: User,
    now: datetime,
    known_at: datetime | None,
    happened_at: datetime | None,
) -> None:
    problems = _check_person(prediction, reason=reason, actor=actor)
    if verdict not in Verdict.values:
        problems.add("verdict", f"“{verdict}” is no verdict. Choose one of {', '.join(Verdict.values)}.")
    if verdict == Verdict.AMBIGUOUS and _is_condition_open(prediction):
        problems.add(
            "verdict",
            "Ambiguous is for the outcome, and whether the condition was met is not decided. A condition that cannot be "
            "decided leaves nothing to score: record Annulled.",
        )
    for field, moment in (("known_at", known_at), ("happened_at", happened_at)):
        if moment is not None and moment > now:
            problems.add(field, f"{moment:%Y-%m-%d %H:%M} UTC is in the future.")
    if known_at and happened_at and known_at < happened_at:
        problems.add("known_at", "It cannot be known before it happened.")
    problems.raise_if_any()


def _is_condition_open(prediction: Prediction) -> bool:
    central = next(iter(current_rules(prediction=prediction)), None)
    if central is None or central.variant != RuleVersion.Variant.CENTRAL:
        return False
    last = latest_evaluation(rule_version=central)
    return last is not None and last.status == Evaluation.Status.OPEN_CONDITION


def _check_person(prediction: Prediction, *, reason: str, actor: User) -> Problems:
    problems = _check_reason(reason)
    if prediction.forecasts.filter(forecaster__account=actor).exists() or prediction.holder.account_id == actor.pk:
        problems.add("verdict", "Nobody resolves their own prediction: ask another editor.")
    return problems


def _check_reason(reason: str) -> Problems:
    problems = Problems()
    if len(reason.strip()) < MIN_REASON:
        problems.add("reason", f"Give the reason in at least {MIN_REASON} characters: readers will see it.")
    return problems


def _take_state(prediction: Prediction, *, resolution: Resolution, now: datetime) -> None:
    is_open = resolution.state == Resolution.State.REOPENED
    # A fact that came in a moment ago is still to be looked at; what was only scheduled is not.
    is_woken = prediction.attempts == 0 and prediction.next_check_at is not None and prediction.next_check_at <= now
    Prediction.objects.filter(pk=prediction.pk).update(
        status=Prediction.Status.OPEN if is_open else Prediction.Status(resolution.state),
        verdict=resolution.verdict,
        review_reasons=[],
        needs_confirmation=resolution.state == Resolution.State.PROPOSED,
        next_check_at=prediction.next_check_at if is_woken else None,
        checked_at=now,
        attempts=0,
        retry_at=None,
        last_error="",
    )

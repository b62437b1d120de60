"""Where verdicts, their scores and the predictions' state meet in one transaction."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion
from forecasts.rules import Move, Standing, next_move
from forecasts.selectors.resolutions import (
    CONTRADICTION,
    TOO_LATE,
    current_resolutions,
    current_rules_of,
    standings,
)
from forecasts.selectors.verdicts import Judged, judge_all

from .resolutions import next_resolution, record_evaluations
from .scores import score_predictions
from .states import state_after, store_states

logger = structlog.get_logger(__name__)

DOUBTS = {Move.REVIEW: CONTRADICTION, Move.NOTE: TOO_LATE}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A prediction, what its rules came to, the central one's answer and evaluation, and how its record stands."""

    prediction: Prediction
    readings: list[Judged]
    central: tuple[Judged, Evaluation] | None
    last: Resolution | None
    standing: Standing | None


def settle_prediction(*, prediction_id: UUID, now: datetime) -> Resolution | None:
    """
    Evaluate a prediction's rules on what is known and bring its record up to date.

    Returns:
        The resolution that was added; None where the record stands.
    Raises:
        Prediction.DoesNotExist: There is no such prediction.
    """
    return next(iter(settle_predictions(prediction_ids=[prediction_id], now=now)), None)


@transaction.atomic
def settle_predictions(*, prediction_ids: Collection[UUID], now: datetime) -> list[Resolution]:
    """
    Evaluate the rules of several predictions on what is known and bring their records up to date.

    Evaluations, resolutions, scores and states of all of them are written together or not at all. The number of
    queries does not depend on how many they are.

    Returns:
        The resolutions that were added.
    Raises:
        Prediction.DoesNotExist: One of them is not there.
    """
    added, states = [], []
    cases = _cases(_locked(prediction_ids), now=now)
    for case in cases:
        resolution, doubts = _follow(case, now=now)
        added += [resolution] if resolution else []
        state = state_after(
            case.prediction,
            last=resolution or case.last,
            readings=case.readings,
            central=case.central[0] if case.central else None,
            doubts=doubts,
            now=now,
        )
        states.append(state)
    Resolution.objects.bulk_create(added)
    store_states(states=states, now=now)
    score_predictions(predictions=[state.prediction_id for state in states], now=now)
    _tell_of_flips({state.prediction_id: state.standpoint.review_reasons for state in states}, cases=cases)
    return added


def _tell_of_flips(reasons: Mapping[UUID, Collection[str]], *, cases: list[Case]) -> None:
    """Log how many verdicts are contradicted now that were not before."""
    found = [{*reasons[case.prediction.pk]} - {*case.prediction.review_reasons} for case in cases]
    counts = Counter(reason for new in found for reason in new)
    if counts[CONTRADICTION] or counts[TOO_LATE]:
        logger.warning("verdicts_contradicted", put_to_a_person=counts[CONTRADICTION], too_late=counts[TOO_LATE])


def _locked(prediction_ids: Collection[UUID]) -> list[Prediction]:
    found = list(Prediction.objects.select_for_update().filter(pk__in=prediction_ids).order_by("pk"))
    missing = set(prediction_ids) - {prediction.pk for prediction in found}
    if missing:
        raise Prediction.DoesNotExist(f"There is no prediction {min(missing)}.")
    return found


def _cases(predictions: list[Prediction], *, now: datetime) -> list[Case]:
    """Judge every rule in force and record what it came to."""
    current = current_rules_of(predictions=predictions)
    versions = [version for prediction in predictions for version in current[prediction.pk]]
    judged = dict(zip(versions, judge_all(rule_versions=versions, as_of=now), strict=True))
    evaluations = record_evaluations(readings=list(judged.items()), now=now)
    last = current_resolutions(predictions=predictions)
    standing = standings(resolutions=last.values())
    return [
        Case(
            prediction=prediction,
            readings=[judged[version] for version in current[prediction.pk]],
            central=_central(current[prediction.pk], judged=judged, evaluations=evaluations),
            last=last.get(prediction.pk),
            standing=standing.get(prediction.pk),
        )
        for prediction in predictions
    ]


def _central(
    versions: list[RuleVersion], *, judged: dict[RuleVersion, Judged], evaluations: Mapping[UUID, Evaluation]
) -> tuple[Judged, Evaluation] | None:
    central = next((version for version in versions if version.variant == RuleVersion.Variant.CENTRAL), None)
    return None if central is None else (judged[central], evaluations[central.pk])


def _follow(case: Case, *, now: datetime) -> tuple[Resolution | None, list[str]]:
    """The resolution that the central rule's answer asks for, not recorded yet, and reasons for review."""
    if case.central is None:
        return None, []
    judged, evaluation = case.central
    answer = judged.outcome.status.value
    move = next_move(
        standing=case.standing,
        answer=answer,
        may_finalise=judged.may_finalise,
        answered_at=evaluation.recorded_at,
        # What was put up for review in time stays there until a person has looked.
        reopen_for=timedelta.max if _is_doubted(case.prediction) else judged.rule.policy.reopen_for,
        now=now,
    )
    if move is Move.KEEP and _rests_on_other_facts(case):
        move = Move.PROPOSE
    if move in DOUBTS:
        return None, [DOUBTS[move]]
    if move is Move.KEEP:
        return None, []
    if move is Move.REOPEN:
        reopened = _next(
            case, judged=judged, evaluation=evaluation, verdict="", state=Resolution.State.REOPENED, now=now
        )
        return reopened, []
    state = Resolution.State.FINAL if move is Move.FINALISE else Resolution.State.PROPOSED
    window = judged.rule.policy.dispute_window if state == Resolution.State.PROPOSED and judged.may_finalise else None
    added = _next(
        case,
        judged=judged,
        evaluation=evaluation,
        verdict=answer,
        state=state,
        now=now,
        side_value=evaluation.side_value,
        happened_at=judged.happened_at,
        known_at=judged.known_at,
        finalises_at=None if window is None else now + window,
    )
    return added, []


def _is_doubted(prediction: Prediction) -> bool:
    return CONTRADICTION in prediction.review_reasons


def _rests_on_other_facts(case: Case) -> bool:
    """Whether a proposal of the machine is upheld by facts that put it at another time than those it was made on."""
    if case.central is None or case.last is None or case.standing is None or case.standing.by_person:
        return False
    judged, evaluation = case.central
    is_moved = (case.last.happened_at, case.last.known_at) != (judged.happened_at, judged.known_at)
    is_proposal = case.last.state == Resolution.State.PROPOSED and case.last.verdict == judged.outcome.status.value
    return is_proposal and is_moved and case.last.evaluation_id != evaluation.pk


def _next(case: Case, *, judged: Judged, now: datetime, **fields: Any) -> Resolution:
    return next_resolution(
        prediction=case.prediction,
        last=case.last,
        now=now,
        reason_code=judged.outcome.reason.value,
        reason=judged.explanation,
        **fields,
    )

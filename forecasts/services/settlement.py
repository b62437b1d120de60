"""Where verdicts, their scores and the predictions' state meet in one transaction."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from forecasts.models import Among, Evaluation, Prediction, Resolution, RuleVersion, Witness
from forecasts.rules import Move, Standing, next_move
from forecasts.selectors.resolutions import (
    CONTRADICTION,
    TOO_LATE,
    current_resolutions,
    latest_answers,
    rules_in_force,
    standings,
)
from forecasts.selectors.verdicts import Judged, judge_all

from .bulk import insert_rows
from .resolutions import next_evaluation, next_resolution, says_the_same, witnesses_of
from .scores import score_under
from .states import State, state_after, store_states

logger = structlog.get_logger(__name__)

# What settling reads of a prediction; it writes its state without reading it.
NEEDED = ("issued_at", "recorded_at", "sealed_at", "review_reasons", "next_check_at", "attempts")
DOUBTS = {Move.REVIEW: CONTRADICTION, Move.NOTE: TOO_LATE}


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    A prediction, what its rules came to, the central one's answer and evaluation, and how its record stands.

    `evaluations` and `witnesses` are those that are not recorded yet.
    """

    prediction: Prediction
    readings: list[Judged]
    central: tuple[Judged, Evaluation] | None
    last: Resolution | None
    standing: Standing | None
    evaluations: list[Evaluation]
    witnesses: list[Witness]


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is recorded of predictions: their rules, what these came to last, the last words, how they stand."""

    rules: Mapping[UUID, list[RuleVersion]]
    answers: Mapping[UUID, Evaluation]
    last: Mapping[UUID, Resolution]
    standings: Mapping[UUID, Standing]


@dataclass(kw_only=True)
class Writing:
    """What a batch is going to write."""

    evaluations: list[Evaluation] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    last: dict[UUID, Resolution | None] = field(default_factory=dict)
    states: list[State] = field(default_factory=list)


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
    predictions = _locked(prediction_ids)
    writing = Writing()
    for case in _cases(predictions, now=now):
        _decide(case, writing=writing, now=now)
    insert_rows(Evaluation, writing.evaluations)
    insert_rows(Witness, writing.witnesses)
    insert_rows(Resolution, writing.resolutions)
    store_states(states=writing.states, now=now)
    score_under(resolutions=writing.last, now=now)
    _tell_of_flips(predictions, states=writing.states)
    return writing.resolutions


def _decide(case: Case, *, writing: Writing, now: datetime) -> None:
    """Put what follows from a case to what is going to be written."""
    resolution, doubts = _follow(case, now=now)
    last = resolution or case.last
    state = state_after(
        case.prediction,
        last=last,
        readings=case.readings,
        central=case.central[0] if case.central else None,
        doubts=doubts,
        now=now,
    )
    writing.evaluations += case.evaluations
    writing.witnesses += case.witnesses
    writing.resolutions += [resolution] if resolution else []
    writing.last[case.prediction.pk] = last
    writing.states.append(state)


def _tell_of_flips(predictions: Sequence[Prediction], *, states: Sequence[State]) -> None:
    """Log how many verdicts are contradicted now that were not before."""
    found = [
        {*state.standpoint.review_reasons} - {*prediction.review_reasons}
        for prediction, state in zip(predictions, states, strict=True)
    ]
    counts = Counter(reason for new in found for reason in new)
    if counts[CONTRADICTION] or counts[TOO_LATE]:
        logger.warning("verdicts_contradicted", put_to_a_person=counts[CONTRADICTION], too_late=counts[TOO_LATE])


def _locked(prediction_ids: Collection[UUID]) -> list[Prediction]:
    rows = Prediction.objects.select_for_update().filter(Among("pk", prediction_ids)).only(*NEEDED)
    found = list(rows.order_by("pk"))
    missing = set(prediction_ids) - {prediction.pk for prediction in found}
    if missing:
        raise Prediction.DoesNotExist(f"There is no prediction {min(missing)}.")
    return found


def _cases(predictions: list[Prediction], *, now: datetime) -> Iterator[Case]:
    """Judge every rule in force: all is read at once, but only one prediction is in hand at a time."""
    rules = rules_in_force(predictions=predictions)
    versions = [version for prediction in predictions for version in rules[prediction.pk]]
    last = current_resolutions(predictions=predictions)
    record = Record(
        rules=rules,
        answers=latest_answers(rule_versions=versions),
        last=last,
        standings=standings(resolutions=last.values()),
    )
    judged = judge_all(rule_versions=versions, as_of=now)
    for prediction in predictions:
        readings = list(islice(judged, len(rules[prediction.pk])))
        yield _case(prediction, readings=readings, record=record, now=now)


def _case(prediction: Prediction, *, readings: list[Judged], record: Record, now: datetime) -> Case:
    evaluations, witnesses, central = [], [], None
    for version, judged in zip(record.rules[prediction.pk], readings, strict=True):
        stands = record.answers.get(version.pk)
        if stands is None or not says_the_same(stands, judged=judged):
            stands = next_evaluation(version, judged=judged, last=stands, now=now)
            evaluations.append(stands)
            witnesses += witnesses_of(stands, outcome=judged.outcome)
        if version.variant == RuleVersion.Variant.CENTRAL:
            central = judged, stands
    return Case(
        prediction=prediction,
        readings=readings,
        central=central,
        last=record.last.get(prediction.pk),
        standing=record.standings.get(prediction.pk),
        evaluations=evaluations,
        witnesses=witnesses,
    )


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
    is_proposal = case.last.state == Resolution.State.PROPOSED and case.last.verdict == judged.outcome.status.value
    if not is_proposal or case.last.evaluation_id == evaluation.pk:
        return False
    return (case.last.happened_at, case.last.known_at) != (judged.happened_at, judged.known_at)


def _next(case: Case, *, judged: Judged, now: datetime, **fields: Any) -> Resolution:
    return next_resolution(
        prediction=case.prediction,
        last=case.last,
        now=now,
        reason_code=judged.outcome.reason.value,
        reason=judged.explanation,
        **fields,
    )

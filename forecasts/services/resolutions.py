"""Writing evaluations and resolutions: rows that are added and superseded, never changed."""

import hashlib
import json
from datetime import datetime
from typing import Any

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion, Witness
from forecasts.rules import Outcome
from forecasts.selectors.resolutions import current_resolution, latest_evaluation
from forecasts.selectors.verdicts import Judged


def record_evaluation(*, rule_version: RuleVersion, judged: Judged, now: datetime) -> Evaluation:
    """Record what a rule came to, unless it is what its last evaluation says."""
    digest = _digest(judged)
    last = latest_evaluation(rule_version=rule_version)
    if last and last.digest == digest:
        return last
    outcome, happened = judged.outcome, judged.outcome.happened
    evaluation = Evaluation.objects.create(
        rule_version=rule_version,
        number=last.number + 1 if last else 1,
        as_of=judged.as_of,
        status=outcome.status.value,
        reason=outcome.reason.value,
        side_value=outcome.side_value.value if outcome.side_value else "",
        happened_from=happened.lo if happened else None,
        happened_until=happened.hi if happened else None,
        covered_to=outcome.covered_to,
        review=[reason.value for reason in outcome.review],
        may_finalise=judged.may_finalise,
        explanation=judged.explanation,
        trace=judged.trace,
        digest=digest,
        recorded_at=now,
    )
    Witness.objects.bulk_create(_witnesses(evaluation, outcome=outcome))
    return evaluation


def _digest(judged: Judged) -> str:
    """What makes two evaluations the same answer: everything but when it was asked."""
    outcome = judged.outcome
    parts = [
        outcome.status, outcome.reason, outcome.side_value, outcome.review, sorted(outcome.witnesses),
        sorted(outcome.possible), judged.may_finalise, str(outcome.happened),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _witnesses(evaluation: Evaluation, *, outcome: Outcome) -> list[Witness]:
    roles = dict.fromkeys(outcome.possible, Witness.Role.POSSIBLE) | dict.fromkeys(
        outcome.witnesses, Witness.Role.MATCH
    )
    return [Witness(evaluation=evaluation, role=role, **_fact(fact)) for fact, role in sorted(roles.items())]


def _fact(identifier: str) -> dict[str, object]:
    if identifier.startswith("observation:"):
        return {"observation_id": int(identifier.removeprefix("observation:"))}
    return {"event_version_id": identifier}


def append_resolution(*, prediction: Prediction, now: datetime, **fields: Any) -> Resolution:
    """
    Record the next word on a prediction; it supersedes the last one.

    The caller holds the prediction's row locked. Two callers that do not cannot both succeed, since a resolution is
    superseded once.
    """
    last = current_resolution(prediction=prediction)
    known_at = fields.get("known_at")
    return Resolution.objects.create(
        prediction=prediction,
        number=last.number + 1 if last else 1,
        supersedes=last,
        recorded_at=now,
        is_retrospective=known_at is not None and prediction.recorded_at > known_at,
        **fields,
    )

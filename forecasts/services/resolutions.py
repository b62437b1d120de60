"""Writing evaluations and resolutions: rows that are added and superseded, never changed."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion, Verdict, Witness
from forecasts.rules import Outcome
from forecasts.selectors.resolutions import current_resolution
from forecasts.selectors.verdicts import Judged

from .forecasts import parse_probability
from .refusal import refuse

# As `json.dumps` with this default, which makes an encoder each time.
_encoded = json.JSONEncoder(default=str).encode


def says_the_same(evaluation: Evaluation, *, judged: Judged) -> bool:
    """Whether what a rule comes to now is what it came to then."""
    return evaluation.digest == _digest(judged)


def next_evaluation(rule_version: RuleVersion, *, judged: Judged, last: Evaluation | None, now: datetime) -> Evaluation:
    """What a rule came to, not recorded yet."""
    outcome, happened = judged.outcome, judged.outcome.happened
    return Evaluation(
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
        digest=_digest(judged),
        recorded_at=now,
    )


def _digest(judged: Judged) -> str:
    """What makes two evaluations the same answer: everything but when it was asked."""
    outcome = judged.outcome
    parts = [
        outcome.status, outcome.reason, outcome.side_value, outcome.review, sorted(outcome.witnesses),
        sorted(outcome.possible), judged.may_finalise, str(outcome.happened),
    ]  # fmt: skip
    return hashlib.sha256(_encoded(parts).encode()).hexdigest()


def witnesses_of(evaluation: Evaluation, *, outcome: Outcome) -> list[Witness]:
    """The facts that an evaluation rests on or that might have decided it, not recorded yet."""
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
    added = next_resolution(prediction=prediction, last=last, now=now, **fields)
    added.save(force_insert=True)
    return added


def next_resolution(*, prediction: Prediction, last: Resolution | None, now: datetime, **fields: Any) -> Resolution:
    """The next word on a prediction, not recorded yet."""
    known_at = fields.get("known_at")
    return Resolution(
        prediction=prediction,
        number=last.number + 1 if last else 1,
        supersedes=last,
        recorded_at=now,
        is_retrospective=known_at is not None and prediction.held_since > known_at,
        **fields,
    )


def checked_share(share: object, *, verdict: str) -> Decimal | None:
    """
    Return how much came true in part, or None for any other verdict.

    Raises:
        Refused: Under the name `share`: it is missing, does not go with the verdict, or is no share.
    """
    is_missing = share in (None, "")
    if verdict != Verdict.PARTLY:
        if is_missing:
            return None
        raise refuse("share", f"A share goes with {Verdict.PARTLY.value} alone, not with {verdict}: leave it out.")
    if is_missing:
        raise refuse("share", "Say how much came true, between 0 and 1, such as 0.5 for a tie.")
    part = parse_probability(share, field="share")
    if part in (0, 1):
        whole = Verdict.YES if part else Verdict.NO
        raise refuse("share", f"A share of {part:f} is no part: record {whole.value}.")
    return part

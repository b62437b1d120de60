"""Logging a prediction whole: the claim, its rules and its first forecast, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.models import Prediction, RuleVersion

from .forecasts import Wording, record_forecast
from .predictions import ClaimDraft, record_prediction, record_rule
from .refusal import Refused
from .routing import change_routes


@dataclass(frozen=True)
class RuleDraft:
    """A rule to be recorded with a prediction."""

    rule: object
    variant: str = RuleVersion.Variant.CENTRAL
    name: str = ""
    description: str = ""


@transaction.atomic
def log_prediction(
    *,
    claim: ClaimDraft,
    now: datetime,
    rules: Sequence[RuleDraft] = (),
    wording: Wording | None = None,
    is_scored: bool = True,
    recorded_by: User | None = None,
    may_resolve: bool = False,
) -> tuple[Prediction, bool]:
    """
    Record a claim with its rules and its holder's forecast in one transaction; running it again adds nothing.

    Returns:
        The prediction, and whether it is new.
    Raises:
        Refused: Any part is refused; then nothing is stored. A field of a rule is named with the rule's place, counted
            from 0: `rules.1.rule`.
    """
    if rules:
        # Before the claim: who holds it and waits for the routes, while who holds those waits for it, waits in a circle.
        change_routes()
    prediction, is_new = record_prediction(claim=claim, now=now, recorded_by=recorded_by)
    for number, draft in enumerate(rules):
        try:
            record_rule(
                prediction=prediction,
                rule=draft.rule,
                variant=draft.variant,
                name=draft.name,
                description=draft.description,
                now=now,
                recorded_by=recorded_by,
                may_resolve=may_resolve,
            )
        except Refused as refusal:
            raise _placed(refusal, number=number) from None
    if wording is not None:
        record_forecast(
            prediction=prediction,
            forecaster=prediction.holder,
            wording=wording,
            made_at=prediction.issued_at,
            now=now,
            is_scored=is_scored,
            recorded_by=recorded_by,
        )
    return prediction, is_new


def _placed(refusal: Refused, *, number: int) -> Refused:
    """The refusal of one rule, under the names its fields have among all that was given: rules.1.name."""
    return Refused({f"rules.{number}.{field}": told for field, told in refusal.message_dict.items()})

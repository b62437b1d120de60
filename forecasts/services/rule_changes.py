"""Whether the criteria of a claim may still be changed: not quietly, once there is something to choose a verdict by."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q

from forecasts import rules
from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion, Verdict
from forecasts.selectors.knowledge import knowledge
from forecasts.selectors.verdicts import judge, judge_draft

from .refusal import Problems

MIN_REASON = 10
CORRECTION_TIME = timedelta(days=1)


def check_change(
    rule: RuleVersion,
    *,
    criteria: rules.Rule,
    description: str,
    recorded_by: User | None,
    may_resolve: bool,
    now: datetime,
) -> None:
    """
    Check that a central rule may be replaced by other criteria.

    For a day it may be corrected freely, unless facts bear on it. After that new criteria could choose the verdict:
    they need somebody who may resolve predictions, has no stake in this one, and says why.

    Args:
        rule: The version in force.
        criteria: What it is to be replaced by.
        description: What the new version says of itself.
        recorded_by: Who replaces it.
        may_resolve: Whether they may resolve predictions.
    Raises:
        Refused: The time for free corrections is over, and one of these is missing.
    """
    fixed = _why_fixed(rule, criteria=criteria, now=now)
    if not fixed:
        return
    problems = Problems()
    if not may_resolve:
        problems.add(
            "rule",
            f"{fixed}, so other criteria could choose the verdict: only somebody who may resolve predictions can "
            "change them. Another reading, STRICT or LENIENT, can be added at any time.",
        )
    if recorded_by is not None and _has_a_stake(recorded_by, prediction=rule.prediction):
        problems.add("rule", f"{fixed}: nobody changes the criteria of their own prediction now.")
    if len(description.strip()) < MIN_REASON:
        problems.add("description", f"{fixed}: say in at least {MIN_REASON} characters why the criteria change.")
    problems.raise_if_any()


def _why_fixed(rule: RuleVersion, *, criteria: rules.Rule, now: datetime) -> str:
    """Why criteria are no longer free to change, as the beginning of a sentence; empty while they are."""
    versions = RuleVersion.objects.filter(prediction=rule.prediction_id, name=rule.name)
    first = versions.order_by("version").values_list("recorded_at", flat=True)[0]
    if _were_facts_found(rule) or any(_bears(outcome) for outcome in _outcomes(rule, criteria=criteria, now=now)):
        return "Facts that bear on this rule are known already"
    if now - first > CORRECTION_TIME:
        return f"This rule has stood since {first:%Y-%m-%d}, and what has not happened is known too"
    return ""


def _were_facts_found(rule: RuleVersion) -> bool:
    """Whether any version came to an answer, an event was found that bears on one, or a person gave a verdict."""
    answers = Q(status__in=Verdict.values) | Q(witnesses__isnull=False)
    versions = Q(rule_version__prediction=rule.prediction_id, rule_version__name=rule.name)
    by_rule = Evaluation.objects.filter(versions & answers).exists()
    return by_rule or Resolution.objects.filter(prediction=rule.prediction_id).exists()


def _outcomes(rule: RuleVersion, *, criteria: rules.Rule, now: datetime) -> Iterator[rules.Outcome]:
    """What the old and the new criteria come to on what is recorded, whether or not a sweep has seen it."""
    # Nothing can bear on a stored rule that this version cannot read.
    with suppress(rules.RuleError):
        yield judge(rule_version=rule, as_of=now).outcome
    facts = knowledge(publication=rule.prediction.issued_at, keys=rules.rule_keys(criteria), as_of=now)
    yield judge_draft(rule=criteria, facts=facts, label="the new rule").outcome


def _bears(outcome: rules.Outcome) -> bool:
    return outcome.status.value in Verdict.values or bool(outcome.witnesses or outcome.possible)


def _has_a_stake(account: User, *, prediction: Prediction) -> bool:
    return (
        prediction.holder.account_id == account.pk or prediction.forecasts.filter(forecaster__account=account).exists()
    )

"""Whether the criteria of a claim may still be changed: not quietly, once facts that bear on them are known."""

from django.contrib.auth.models import User
from django.db.models import Q

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion

from .refusal import Problems

MIN_REASON = 10


def check_change(
    rule: RuleVersion, *, description: str, recorded_by: User | None, may_resolve: bool, prediction: Prediction
) -> None:
    """
    Check that a central rule may be replaced by other criteria.

    Before anything is known it may be corrected freely. After that new criteria could choose the verdict: they need
    somebody who may resolve predictions, has no stake in this one, and says why.

    Args:
        rule: The version in force.
        description: What the new version says of itself.
        recorded_by: Who replaces it.
        may_resolve: Whether they may resolve predictions.
    Raises:
        Refused: Facts are known, and one of these is missing.
    """
    if not are_facts_known(rule):
        return
    problems = Problems()
    if not may_resolve:
        problems.add(
            "rule",
            "Facts that bear on this rule are known already, so other criteria could choose the verdict: only somebody "
            "who may resolve predictions can change them. Another reading, STRICT or LENIENT, can be added at any time.",
        )
    if recorded_by is not None and _has_a_stake(recorded_by, prediction=prediction):
        problems.add("rule", "Nobody changes the criteria of their own prediction once facts are known.")
    if len(description.strip()) < MIN_REASON:
        problems.add(
            "description", f"Facts are known already: say in at least {MIN_REASON} characters why the criteria change."
        )
    problems.raise_if_any()


def are_facts_known(rule: RuleVersion) -> bool:
    """Whether the rule has come to an answer, or an event was found that bears on it, or a person gave a verdict."""
    answers = Q(status__in=["YES", "NO", "ANNULLED"]) | Q(witnesses__isnull=False)
    by_rule = Evaluation.objects.filter(rule_version=rule).filter(answers).exists()
    return by_rule or Resolution.objects.filter(prediction=rule.prediction_id).exists()


def _has_a_stake(account: User, *, prediction: Prediction) -> bool:
    return (
        prediction.holder.account_id == account.pk or prediction.forecasts.filter(forecaster__account=account).exists()
    )

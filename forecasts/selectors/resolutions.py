"""The last word on predictions and rules."""

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion


def current_resolution(*, prediction: Prediction) -> Resolution | None:
    """The resolution that nothing supersedes; None before the first."""
    return Resolution.objects.filter(prediction=prediction).order_by("-number").first()


def latest_evaluation(*, rule_version: RuleVersion) -> Evaluation | None:
    """What a rule version came to last; None before the first sweep."""
    return Evaluation.objects.filter(rule_version=rule_version).order_by("-number").first()


def current_rules(*, prediction: Prediction) -> list[RuleVersion]:
    """The newest version of each reading, the central one first."""
    newest = {rule.name: rule for rule in RuleVersion.objects.filter(prediction=prediction).order_by("name", "version")}
    return sorted(
        newest.values(), key=lambda rule: (rule.name != RuleVersion.CENTRAL_NAME, rule.recorded_at, rule.name)
    )

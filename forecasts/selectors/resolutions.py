"""The last word on predictions and rules."""

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion
from forecasts.rules import Standing


def current_resolution(*, prediction: Prediction) -> Resolution | None:
    """The resolution that nothing supersedes; None before the first."""
    return Resolution.objects.filter(prediction=prediction).order_by("-number").first()


def standing_of(resolution: Resolution | None) -> Standing | None:
    """The record as the lifecycle needs it; None where no verdict is in force."""
    if resolution is None or resolution.state == Resolution.State.REOPENED:
        return None
    is_disputed = resolution.state == Resolution.State.DISPUTED
    decided = resolution.supersedes if is_disputed and resolution.supersedes else resolution
    disputes = Resolution.objects.filter(prediction=resolution.prediction_id, state=Resolution.State.DISPUTED)
    return Standing(
        verdict=resolution.verdict,
        state=resolution.state,
        by_person=decided.actor_id is not None,
        finalises_at=resolution.finalises_at,
        n_disputes=disputes.count() if is_disputed else 0,
    )


def latest_evaluation(*, rule_version: RuleVersion) -> Evaluation | None:
    """What a rule version came to last; None before the first sweep."""
    return Evaluation.objects.filter(rule_version=rule_version).order_by("-number").first()


def current_rules(*, prediction: Prediction) -> list[RuleVersion]:
    """The newest version of each reading, the central one first."""
    newest = {rule.name: rule for rule in RuleVersion.objects.filter(prediction=prediction).order_by("name", "version")}
    return sorted(
        newest.values(), key=lambda rule: (rule.name != RuleVersion.CENTRAL_NAME, rule.recorded_at, rule.name)
    )

"""What the page of a prediction shows besides its claim: readings with their answers, verdicts and forecasts."""

from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import NoReverseMatch, reverse

from forecasts import rules
from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion, Witness
from forecasts.selectors.judgements import questions_in
from forecasts.selectors.resolutions import current_rules

from .wording import in_words, verdict_badge, waiting_for


@dataclass(frozen=True)
class Reading:
    """One reading of the claim with what it came to last."""

    rule: RuleVersion
    words: str
    evaluation: Evaluation | None
    reason: str


def details_of(prediction: Prediction) -> dict[str, object]:
    """The template's context for one prediction."""
    history = list(
        Resolution.objects.filter(prediction=prediction)
        .select_related("actor", "evaluation__rule_version")
        .order_by("-number")
    )
    current = current_rules(prediction=prediction)
    questions = questions_in(versions=current)
    prefetch_related_objects([one.answer for one in questions if one.answer], "actor")
    return {
        "prediction": prediction,
        "badge": verdict_badge(prediction),
        "waiting_for": waiting_for(prediction),
        "last": history[0] if history else None,
        "readings": _readings(current),
        "questions": questions,
        "history": [(resolution, in_words(resolution.reason_code)) for resolution in history],
        "forecasts": prediction.forecasts.select_related("forecaster", "lexicon_entry__lexicon").order_by(
            "made_at", "pk"
        ),
        "public_url": public_url("prediction", prediction.pk),
    }


def public_url(name: str, key: object) -> str:
    """The address readers know a row by; empty where the site has no such page."""
    try:
        return reverse(f"pages:{name}", args=[key])
    except NoReverseMatch:
        return ""


def _readings(found: list[RuleVersion]) -> list[Reading]:
    facts = Prefetch("witnesses", Witness.objects.select_related("event_version", "observation").order_by("role", "pk"))
    answers = Evaluation.objects.filter(rule_version__in=found).order_by("number").prefetch_related(facts)
    last = {answer.rule_version_id: answer for answer in answers}
    return [_reading(rule, evaluation=last.get(rule.pk)) for rule in found]


def _reading(rule: RuleVersion, *, evaluation: Evaluation | None) -> Reading:
    words = rules.rule_in_words(rules.recorded_rule(rule.rule))
    return Reading(
        rule=rule, words=words, evaluation=evaluation, reason=in_words(evaluation.reason) if evaluation else ""
    )

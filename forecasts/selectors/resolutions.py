"""The last word on predictions and rules, for one or for many with one query."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, prefetch_related_objects

from forecasts.models import Among, Evaluation, Prediction, Resolution, RuleVersion
from forecasts.rules import Standing

# Why a verdict in force is doubted: the first asks a person, the second is only a note.
CONTRADICTION, TOO_LATE = "CONTRADICTS_VERDICT", "TOO_LATE_TO_REOPEN"


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A verdict in force, and what its prediction's central rule says by now instead."""

    prediction: Prediction
    resolution: Resolution
    evaluation: Evaluation


def contradicted(reason: str = CONTRADICTION) -> QuerySet[Prediction]:
    """Predictions whose verdict the rule contradicts: those put to a person, or those for which it is too late."""
    return Prediction.objects.filter(review_reasons=[reason])


def flips(*, predictions: QuerySet[Prediction]) -> list[Flip]:
    """What the rule says instead of the verdict on each of these contradicted predictions, in their order."""
    rows = list(predictions.select_related("holder"))
    verdicts = current_resolutions(predictions=rows)
    central = {pk: versions[0] for pk, versions in current_rules_of(predictions=rows).items() if versions}
    answers = latest_evaluations(rule_versions=list(central.values()))
    return [
        Flip(prediction=row, resolution=verdicts[row.pk], evaluation=answers[central[row.pk].pk])
        for row in rows
        if row.pk in verdicts and row.pk in central and central[row.pk].pk in answers
    ]


def current_resolution(*, prediction: Prediction) -> Resolution | None:
    """The resolution that nothing supersedes; None before the first."""
    return Resolution.objects.filter(prediction=prediction).order_by("-number").first()


def current_resolutions(*, predictions: Collection[Prediction]) -> Mapping[UUID, Resolution]:
    """The resolution that nothing supersedes, by prediction; those without one are left out."""
    current = Resolution.objects.current().filter(Among("prediction", (one.pk for one in predictions)))
    return {resolution.prediction_id: resolution for resolution in current}


def standings(*, resolutions: Iterable[Resolution]) -> Mapping[UUID, Standing]:
    """The record of each prediction as the lifecycle needs it; left out where no verdict is in force."""
    in_force = [one for one in resolutions if one.state != Resolution.State.REOPENED]
    disputed = [one for one in in_force if one.state == Resolution.State.DISPUTED]
    prefetch_related_objects(disputed, "supersedes")
    disputes = Resolution.objects.filter(
        prediction__in=[one.prediction_id for one in disputed], state=Resolution.State.DISPUTED
    )
    n_disputes = Counter(disputes.values_list("prediction", flat=True))
    return {one.prediction_id: _standing(one, n_disputes=n_disputes[one.prediction_id]) for one in in_force}


def _standing(resolution: Resolution, *, n_disputes: int) -> Standing:
    is_disputed = resolution.state == Resolution.State.DISPUTED
    decided = resolution.supersedes if is_disputed and resolution.supersedes else resolution
    return Standing(
        verdict=resolution.verdict,
        state=resolution.state,
        by_person=decided.actor_id is not None,
        rests_on_rule=decided.evaluation_id is not None,
        decided_at=decided.recorded_at,
        finalises_at=resolution.finalises_at,
        n_disputes=n_disputes,
    )


def latest_evaluation(*, rule_version: RuleVersion) -> Evaluation | None:
    """What a rule version came to last; None before the first sweep."""
    return Evaluation.objects.filter(rule_version=rule_version).order_by("-number").first()


def latest_evaluations(*, rule_versions: Collection[RuleVersion]) -> Mapping[UUID, Evaluation]:
    """What each rule version came to last, without explanation and trace; those not evaluated are left out."""
    last = _latest(rule_versions).defer("explanation", "trace")
    return {evaluation.rule_version_id: evaluation for evaluation in last}


def latest_answers(*, rule_versions: Collection[RuleVersion]) -> Mapping[UUID, Evaluation]:
    """As `latest_evaluations`, but only with what tells whether an answer is another one, and what hangs on it."""
    last = _latest(rule_versions).only("rule_version_id", "number", "digest", "side_value", "recorded_at")
    return {evaluation.rule_version_id: evaluation for evaluation in last}


def _latest(rule_versions: Iterable[RuleVersion]) -> QuerySet[Evaluation]:
    newest = Evaluation.objects.filter(rule_version=OuterRef("rule_version")).order_by("-number").values("number")
    asked = Among("rule_version", (version.pk for version in rule_versions))
    return Evaluation.objects.filter(asked, number=Subquery(newest[:1]))


def current_rules(*, prediction: Prediction) -> list[RuleVersion]:
    """The newest version of each reading, the central one first."""
    return current_rules_of(predictions=[prediction])[prediction.pk]


def current_rules_of(*, predictions: Iterable[Prediction]) -> Mapping[UUID, list[RuleVersion]]:
    """The newest version of each reading of each prediction, the central one first."""
    return _newest(predictions, rows=RuleVersion.objects.all())


def rules_in_force(*, predictions: Iterable[Prediction]) -> Mapping[UUID, list[RuleVersion]]:
    """As `current_rules_of`, without what the rules say: whoever judges by them may have read that before."""
    return _newest(predictions, rows=RuleVersion.objects.defer("rule", "description"))


def _newest(predictions: Iterable[Prediction], *, rows: QuerySet[RuleVersion]) -> Mapping[UUID, list[RuleVersion]]:
    given = {prediction.pk: prediction for prediction in predictions}
    newest: dict[UUID, dict[str, RuleVersion]] = defaultdict(dict)
    for rule in rows.filter(Among("prediction", given)).order_by("version"):
        rule.prediction = given[rule.prediction_id]
        newest[rule.prediction_id][rule.name] = rule
    return {pk: sorted(newest[pk].values(), key=_place) for pk in given}


def every_rule(*, prediction: Prediction) -> tuple[list[RuleVersion], list[RuleVersion]]:
    """What `current_rules` returns, and the earlier versions of the central rule, the last one first."""
    newest: dict[str, RuleVersion] = {}
    earlier: list[RuleVersion] = []
    for rule in RuleVersion.objects.filter(prediction=prediction).order_by("version"):
        if rule.name == RuleVersion.CENTRAL_NAME and rule.name in newest:
            earlier.insert(0, newest[rule.name])
        newest[rule.name] = rule
    return sorted(newest.values(), key=_place), earlier


def _place(rule: RuleVersion) -> tuple:
    return rule.name != RuleVersion.CENTRAL_NAME, rule.recorded_at, rule.name

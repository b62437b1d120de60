"""What a reader is shown of predictions: one line of each in lists, and everything about one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from forecasts import rules
from forecasts.models import (
    Evaluation,
    Forecast,
    LedgerEntry,
    Milestone,
    Prediction,
    Redaction,
    Resolution,
    RuleKey,
    RuleVersion,
    Score,
    Witness,
)

from .judgements import Question, questions_in
from .ledger_receipts import leaf_of, noted_entry
from .redactions import redactions_in
from .resolutions import every_rule
from .sealed import seal_of


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A prediction as a list shows it, with its holder's last probability."""

    prediction: Prediction
    forecast: Forecast | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One reading of a prediction's criteria, and what it came to last."""

    rule: RuleVersion
    in_words: str
    evaluation: Evaluation | None
    witnesses: tuple[Witness, ...]

    @property
    def rule_json(self) -> str:
        """The rule as it was recorded, laid out for reading."""
        return json.dumps(self.rule.rule, indent=2, ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class ForecastLine:
    """One forecast with its scores under the current verdict; None where it has none."""

    forecast: Forecast
    brier: float | None
    log: float | None


@dataclass(frozen=True, kw_only=True)
class PredictionPage:
    """
    One prediction with all that bears on it. Readings: the central first; resolutions: the newest first.

    `entry` is the one of the ledger that holds the claim; None where it is from before the ledger. `seal` is the
    commitment that it was revealed from; empty where it was recorded openly. `redactions` say what was taken out of it.
    """

    prediction: Prediction
    readings: tuple[Reading, ...]
    forecasts: tuple[ForecastLine, ...]
    resolutions: tuple[Resolution, ...]
    milestones: tuple[Milestone, ...]
    contrasts: tuple[Prediction, ...]
    questions: tuple[Question, ...] = ()
    superseded: tuple[Reading, ...] = ()
    entry: LedgerEntry | None = None
    seal: str = ""
    redactions: tuple[Redaction, ...] = ()

    @property
    def resolution(self) -> Resolution | None:
        """The verdict that stands; None while the prediction is open."""
        last = self.resolutions[0] if self.resolutions else None
        return last if last and last.verdict else None

    @property
    def central(self) -> Reading | None:
        """The reading that decides; None where no rule is recorded."""
        return next((one for one in self.readings if one.rule.variant == RuleVersion.Variant.CENTRAL), None)

    @property
    def holder_line(self) -> ForecastLine | None:
        """The last forecast of whoever holds the claim."""
        own = [line for line in self.forecasts if line.forecast.forecaster_id == self.prediction.holder_id]
        return own[-1] if own else None


def claims(predictions: QuerySet[Prediction]) -> tuple[Claim, ...]:
    """Return the predictions as lines of a list, in their order, with two queries."""
    forecasts = Prefetch("forecasts", Forecast.objects.order_by("made_at", "pk"))
    rows = predictions.select_related("holder", "topic", "article").prefetch_related(forecasts)
    return tuple(Claim(prediction=row, forecast=_last_of_holder(row)) for row in rows)


def _last_of_holder(prediction: Prediction) -> Forecast | None:
    own = [one for one in prediction.forecasts.all() if one.forecaster_id == prediction.holder_id]
    return own[-1] if own else None


def prediction_page(*, prediction_id: UUID) -> PredictionPage:
    """
    Return everything a reader is shown about one prediction.

    Raises:
        Prediction.DoesNotExist: There is no such prediction.
    """
    related = ("article__outlet", "holder", "topic", "contrasts_with")
    prediction = Prediction.objects.select_related(*related).get(pk=prediction_id)
    current, earlier = every_rule(prediction=prediction)
    readings = tuple(_readings([*current, *earlier]))
    resolutions = Resolution.objects.filter(prediction=prediction).select_related("evaluation__rule_version")
    return PredictionPage(
        prediction=prediction,
        readings=readings[: len(current)],
        forecasts=tuple(_forecast_lines(prediction)),
        resolutions=tuple(resolutions.order_by("-number")),
        milestones=tuple(_milestones(readings[:1])),
        contrasts=_contrasts(prediction),
        questions=tuple(questions_in(versions=current)),
        superseded=readings[len(current) :],
        entry=noted_entry(leaf_of("prediction", prediction.pk)),
        redactions=tuple(redactions_in("prediction", prediction)),
        seal=seal_of(prediction=prediction) if prediction.sealed_at else "",
    )


def _readings(rules_read: list[RuleVersion]) -> Iterable[Reading]:
    newer = Evaluation.objects.filter(rule_version=OuterRef("rule_version"), number__gt=OuterRef("number"))
    latest = Evaluation.objects.filter(rule_version__in=rules_read).exclude(Exists(newer))
    witnesses = Witness.objects.select_related("event_version__event__source", "observation__source").prefetch_related(
        "event_version__event__evidence"
    )
    found = {row.rule_version_id: row for row in latest.prefetch_related(Prefetch("witnesses", witnesses))}
    for rule in rules_read:
        evaluation = found.get(rule.pk)
        facts = sorted(evaluation.witnesses.all(), key=_in_order) if evaluation else ()
        yield Reading(rule=rule, in_words=_in_words(rule), evaluation=evaluation, witnesses=tuple(facts))


def _in_order(witness: Witness) -> tuple[str, datetime, int]:
    return witness.role, happened_at(witness), witness.pk


def happened_at(witness: Witness) -> datetime:
    """When the event happened, or the day that the value is of."""
    if witness.event_version is not None:
        return witness.event_version.occurred_from
    if witness.observation is not None:
        return datetime.combine(witness.observation.valid_on, time(), tzinfo=UTC)
    raise ValueError(f"witness {witness.pk} is neither an event nor a value")


def _in_words(rule: RuleVersion) -> str:
    try:
        return rules.rule_in_words(rules.recorded_rule(rule.rule))
    except rules.RuleError:
        # Stored under an older language: its JSON is still shown.
        return ""


def _forecast_lines(prediction: Prediction) -> Iterable[ForecastLine]:
    scores: dict[tuple[UUID, str], float] = {}
    for score in Score.objects.current().filter(forecast__prediction=prediction).order_by("rule_version", "pk"):
        scores[score.forecast_id, score.rule] = float(score.value)
    related = ("forecaster", "lexicon_entry__lexicon")
    for row in prediction.forecasts.select_related(*related).order_by("made_at", "pk"):
        yield ForecastLine(
            forecast=row, brier=scores.get((row.pk, Score.Rule.BRIER)), log=scores.get((row.pk, Score.Rule.LOG))
        )


def _milestones(readings: tuple[Reading, ...]) -> Iterable[Milestone]:
    named = RuleKey.objects.filter(rule_version__in=[one.rule for one in readings], key__startswith="milestone:")
    keys = [key.removeprefix("milestone:") for key in named.values_list("key", flat=True)]
    newest = {row.key: row for row in Milestone.objects.filter(key__in=keys).order_by("key", "version")}
    return sorted(newest.values(), key=lambda milestone: milestone.occurs_at)


def _contrasts(prediction: Prediction) -> tuple[Prediction, ...]:
    """The predictions that say what happens in the other case, whichever of the two names the other."""
    partner = (prediction.contrasts_with,) if prediction.contrasts_with else ()
    return partner + tuple(prediction.contrasted_by.order_by("title", "pk"))

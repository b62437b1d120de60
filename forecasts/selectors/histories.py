"""Everything that ever happened to one prediction, in the order in which it was recorded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from forecasts.models import Evaluation, Forecast, Judgement, Prediction, Resolution, RuleVersion

MACHINE, PERSON = "MACHINE", "PERSON"


class Step(StrEnum):
    """What was recorded, in the order in which things of one instant follow each other."""

    PREDICTION = "PREDICTION"
    RULE = "RULE"
    FORECAST = "FORECAST"
    EVALUATION = "EVALUATION"
    JUDGEMENT = "JUDGEMENT"
    RESOLUTION = "RESOLUTION"
    DISPUTE = "DISPUTE"


ORDER = {step: place for place, step in enumerate(Step)}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    One thing that was recorded about a prediction.

    Attributes:
        number: Counts the entries of its step; that of a rule is its version.
        value: What it came to: a probability, a verdict, an answer; empty where it has none.
        said: A sentence about it.
        actor: MACHINE or PERSON.
        happened_at: When what it tells happened; a forecast when it was made.
        known_at: When it could be known.
    """

    step: Step
    id: UUID
    number: int
    value: str
    said: str
    actor: str
    recorded_at: datetime
    happened_at: datetime | None = None
    known_at: datetime | None = None


def history_of(*, prediction: Prediction) -> list[Entry]:
    """Return what was recorded about a prediction: claim, rules, forecasts, evaluations, answers, verdicts, disputes."""
    entries = [_logged(prediction), *_rules(prediction), *_forecasts(prediction), *_evaluations(prediction)]
    entries += [*_judgements(prediction), *_resolutions(prediction)]
    # A verdict that rests on an evaluation comes after it, though both were recorded at one instant.
    return sorted(entries, key=lambda entry: (entry.recorded_at, ORDER[entry.step], entry.number, str(entry.id)))


def _logged(prediction: Prediction) -> Entry:
    return Entry(
        step=Step.PREDICTION,
        id=prediction.pk,
        number=1,
        value="",
        said=prediction.statement,
        actor=PERSON,
        recorded_at=prediction.recorded_at,
        happened_at=prediction.issued_at,
        known_at=prediction.issued_at,
    )


def _rules(prediction: Prediction) -> Iterator[Entry]:
    for row in RuleVersion.objects.filter(prediction=prediction).defer("rule"):
        yield Entry(
            step=Step.RULE,
            id=row.pk,
            number=row.version,
            value=row.name,
            said=row.description,
            actor=PERSON,
            recorded_at=row.recorded_at,
        )


def _forecasts(prediction: Prediction) -> Iterator[Entry]:
    rows = Forecast.objects.filter(prediction=prediction).select_related("forecaster").order_by("made_at", "pk")
    for number, row in enumerate(rows, start=1):
        value = "" if row.probability is None else f"{row.probability:.4f}"
        said = f"{row.forecaster}: {row.phrase}" if row.phrase else str(row.forecaster)
        yield Entry(
            step=Step.FORECAST,
            id=row.pk,
            number=number,
            value=value,
            said=said,
            actor=PERSON,
            recorded_at=row.recorded_at,
            happened_at=row.made_at,
            known_at=row.made_at,
        )


def _evaluations(prediction: Prediction) -> Iterator[Entry]:
    for row in Evaluation.objects.filter(rule_version__prediction=prediction).defer("trace"):
        yield Entry(
            step=Step.EVALUATION,
            id=row.pk,
            number=row.number,
            value=row.status,
            said=row.explanation,
            actor=MACHINE,
            recorded_at=row.recorded_at,
            happened_at=row.happened_from,
            known_at=row.as_of,
        )


def _judgements(prediction: Prediction) -> Iterator[Entry]:
    for row in Judgement.objects.filter(rule_version__prediction=prediction):
        yield Entry(
            step=Step.JUDGEMENT,
            id=row.pk,
            number=row.number,
            value=row.answer,
            said=row.reason,
            actor=PERSON,
            recorded_at=row.recorded_at,
            known_at=row.known_at,
        )


def _resolutions(prediction: Prediction) -> Iterator[Entry]:
    for row in Resolution.objects.filter(prediction=prediction):
        is_dispute = row.state == Resolution.State.DISPUTED
        yield Entry(
            step=Step.DISPUTE if is_dispute else Step.RESOLUTION,
            id=row.pk,
            number=row.number,
            value=f"{row.verdict} {row.state}".strip(),
            said=row.reason,
            actor=MACHINE if row.actor_id is None else PERSON,
            recorded_at=row.recorded_at,
            happened_at=row.happened_at,
            known_at=row.known_at,
        )

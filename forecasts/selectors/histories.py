"""Everything that ever happened to one prediction, in the order in which it was recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import FirstValue, RowNumber

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


class Mark(NamedTuple):
    """An entry by which a history goes on: its step, and the id of its row."""

    step: str
    id: UUID


class NothingThere(LookupError):
    """The history has no such entry."""


class _Place(NamedTuple):
    """Where an entry comes: by when it was recorded, things of one instant by their steps, then by `within` and the id."""

    recorded_at: datetime
    order: int
    within: Any
    id: str


class _Kind(NamedTuple):
    """The rows of a step, the column that orders those of one instant, and what makes entries of them."""

    step: Step
    rows: QuerySet[Any]
    within: str
    entry: Callable[[Any], Entry]

    def place(self, row: Any) -> _Place:
        return _Place(row.recorded_at, ORDER[self.step], getattr(row, self.within), str(row.pk))

    def after(self, place: _Place | None) -> QuerySet[Any]:
        """The rows that come after a place, in their order."""
        rows = self.rows.order_by("recorded_at", self.within, "pk")
        if place is None:
            return rows
        later, at_once = Q(recorded_at__gt=place.recorded_at), Q(recorded_at=place.recorded_at)
        if ORDER[self.step] > place.order:
            return rows.filter(later | at_once)
        if ORDER[self.step] < place.order:
            return rows.filter(later)
        behind = Q(**{f"{self.within}__gt": place.within}) | Q(**{self.within: place.within}, pk__gt=place.id)
        return rows.filter(later | at_once & behind)


def history_of(*, prediction: Prediction, after: Mark | None, most: int) -> list[Entry]:
    """
    Return what was recorded about a prediction: claim, rules, forecasts, evaluations, answers, verdicts, disputes.

    Args:
        after: The entry after which to go on; None for the beginning.
        most: How many entries to return at the most; of each step no more are read.
    Raises:
        NothingThere: There is no entry to go on after.
    """
    kinds = _kinds(prediction)
    place = after and _place_at(after, kinds=kinds)
    found = [(kind.place(row), kind, row) for kind in kinds for row in kind.after(place)[:most]]
    page = sorted(found, key=itemgetter(0))[:most]
    _count_forecasts([row for _, kind, row in page if kind.step is Step.FORECAST], of=prediction)
    return [kind.entry(row) for _, kind, row in page]


def _place_at(mark: Mark, *, kinds: list[_Kind]) -> _Place:
    for kind in kinds:
        if kind.step == mark.step and (row := kind.rows.filter(pk=mark.id).first()):
            return kind.place(row)
    raise NothingThere


def _kinds(prediction: Prediction) -> list[_Kind]:
    resolutions = Resolution.objects.filter(prediction=prediction)
    disputed = Q(state=Resolution.State.DISPUTED)
    forecasts = Forecast.objects.filter(prediction=prediction).select_related("forecaster")
    of_rules = {"rule_version__prediction": prediction}
    return [
        _Kind(Step.PREDICTION, Prediction.objects.filter(pk=prediction.pk), "issued_at", _logged),
        _Kind(Step.RULE, RuleVersion.objects.filter(prediction=prediction).defer("rule"), "version", _rule),
        _Kind(Step.FORECAST, forecasts, "made_at", _forecast),
        _Kind(Step.EVALUATION, Evaluation.objects.filter(**of_rules).defer("trace"), "number", _evaluation),
        _Kind(Step.JUDGEMENT, Judgement.objects.filter(**of_rules), "number", _judgement),
        # A verdict that rests on an evaluation comes after it, though both were recorded at one instant.
        _Kind(Step.RESOLUTION, resolutions.exclude(disputed), "number", _resolution),
        _Kind(Step.DISPUTE, resolutions.filter(disputed), "number", _resolution),
    ]


def _count_forecasts(rows: list[Any], *, of: Prediction) -> None:
    """Give each row its `number` among all forecasts on the prediction, by when they were made."""
    if not rows:
        return
    # What is chosen by a window is chosen after all were counted; by the key itself it would be before.
    counted = Forecast.objects.filter(prediction=of).annotate(
        number=Window(RowNumber(), order_by=[F("made_at"), F("pk")]),
        itself=Window(FirstValue("pk"), partition_by=[F("pk")]),
    )
    numbers = dict(counted.filter(itself__in=[row.pk for row in rows]).values_list("pk", "number"))
    for row in rows:
        row.number = numbers[row.pk]


def _logged(row: Prediction) -> Entry:
    return Entry(
        step=Step.PREDICTION,
        id=row.pk,
        number=1,
        value="",
        said=row.statement,
        actor=PERSON,
        recorded_at=row.recorded_at,
        happened_at=row.issued_at,
        known_at=row.issued_at,
    )


def _rule(row: RuleVersion) -> Entry:
    return Entry(
        step=Step.RULE,
        id=row.pk,
        number=row.version,
        value=row.name,
        said=row.description,
        actor=PERSON,
        recorded_at=row.recorded_at,
    )


def _forecast(row: Any) -> Entry:
    return Entry(
        step=Step.FORECAST,
        id=row.pk,
        number=row.number,
        value="" if row.probability is None else f"{row.probability:.4f}",
        said=f"{row.forecaster}: {row.phrase}" if row.phrase else str(row.forecaster),
        actor=PERSON,
        recorded_at=row.recorded_at,
        happened_at=row.made_at,
        known_at=row.made_at,
    )


def _evaluation(row: Evaluation) -> Entry:
    return Entry(
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


def _judgement(row: Judgement) -> Entry:
    return Entry(
        step=Step.JUDGEMENT,
        id=row.pk,
        number=row.number,
        value=row.answer,
        said=row.reason,
        actor=PERSON,
        recorded_at=row.recorded_at,
        known_at=row.known_at,
    )


def _resolution(row: Resolution) -> Entry:
    is_dispute = row.state == Resolution.State.DISPUTED
    return Entry(
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

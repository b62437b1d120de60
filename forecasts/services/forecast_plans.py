"""What a part of a file of forecasts comes to, given what is recorded: what is new, and what is refused and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import User

from forecasts.feeds import ForecastRow, Person, problem
from forecasts.models import Forecast, Forecaster, Prediction, Resolution, Verdict

from .articles import SLUG, TOPIC_PATH
from .import_reports import ImportReport, Tally
from .predictions import LONGEST_CLUSTER_KEY
from .refusal import Problems, Refused
from .resolutions import checked_share, next_resolution

IMPORTED = "IMPORTED"
OWN_ANSWER = (
    "The outcome comes from you, and nobody resolves their own prediction: let somebody else import one of the two."
)
SETTLED = (Verdict.YES, Verdict.NO, Verdict.PARTLY)
Question = tuple[str, str]
Answer = tuple[str, Decimal | None]
Made = tuple[UUID, UUID, datetime]


@dataclass(frozen=True)
class ForecastImportReport(ImportReport):
    """
    What became of the forecasts of a file.

    `predictions` and `verdicts` count those that were new, `rounded` the new forecasts that were finer than the grid.
    `caution` is what the numbers of a preview do not know.
    """

    predictions: int
    verdicts: int
    rounded: int
    caution: str = ""


class ForecastTally(Tally):
    """Counts what becomes of forecasts and of their questions."""

    def __init__(self) -> None:
        super().__init__()
        self.predictions = self.verdicts = self.rounded = 0

    def take(self, other: Tally) -> None:
        """Add what another counted."""
        super().take(other)
        if isinstance(other, ForecastTally):
            self.predictions += other.predictions
            self.verdicts += other.verdicts
            self.rounded += other.rounded

    def report(self) -> ForecastImportReport:
        plain = super().report()
        return ForecastImportReport(
            **vars(plain), predictions=self.predictions, verdicts=self.verdicts, rounded=self.rounded
        )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who imports, when, and under which topic falls what names none."""

    actor: User
    topic: str
    now: datetime


@dataclass
class Plan:
    """
    Rows to be added, none of them stored yet.

    `topics` has the path of each new prediction, `own` those that the importer forecasts on, `answered` those that the
    importer gave the last verdict on.
    """

    people: dict[str, Forecaster]
    predictions: dict[Question, Prediction]
    recorded: dict[UUID, Prediction]
    answers: dict[UUID, Answer]
    made: dict[Made, Decimal | None]
    own: set[UUID]
    answered: set[UUID]
    new_people: list[Forecaster] = field(default_factory=list)
    topics: dict[UUID, str] = field(default_factory=dict)
    new_predictions: list[Prediction] = field(default_factory=list)
    forecasts: list[Forecast] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)
    tally: ForecastTally = field(default_factory=ForecastTally)


def question_of(row: ForecastRow) -> Question:
    """What the question of a row is known by: who asks it, and its statement."""
    return row.asker.slug, row.statement


def plan_forecasts(rows: Sequence[ForecastRow], *, origin: Origin) -> Plan:
    """
    Return what the rows come to; those that cannot be recorded are counted in its tally.

    What is recorded of their questions is locked. The number of queries does not depend on how many rows they are.
    """
    plan = _what_is_recorded(rows, origin=origin)
    for row in rows:
        try:
            _check(row, origin=origin)
            _take(row, plan=plan, origin=origin)
        except Refused as refused:
            said = refused.message_dict.items()
            plan.tally.refuse(*(problem(row.line, name, message) for name, found in said for message in found))
    return plan


def _what_is_recorded(rows: Sequence[ForecastRow], *, origin: Origin) -> Plan:
    people = _people({person.slug for row in rows for person in (row.asker, row.forecaster)})
    asked = Prediction.objects.filter(
        article=None,
        holder__in=[people[slug] for slug in {row.asker.slug for row in rows} if slug in people],
        statement__in={row.statement for row in rows},
    )
    # In one order, so that two imports never wait for each other.
    locked = list(asked.select_for_update(of=("self",)).select_related("holder").order_by("pk"))
    last = list(Resolution.objects.current().filter(prediction__in=locked).defer("reason"))
    return Plan(
        people=people,
        predictions={(one.holder.slug, one.statement): one for one in locked},
        recorded={one.pk: one for one in locked},
        answers={one.prediction_id: (one.verdict, one.share) for one in last},
        made=_made(rows, predictions=locked, people=people.values()),
        own=_own(locked, actor=origin.actor),
        answered={one.prediction_id for one in last if one.verdict and one.actor_id == origin.actor.pk},
    )


def _people(slugs: Collection[str]) -> dict[str, Forecaster]:
    return {one.slug: one for one in Forecaster.objects.filter(slug__in=slugs).select_related("account")}


def _made(
    rows: Iterable[ForecastRow], *, predictions: Sequence[Prediction], people: Collection[Forecaster]
) -> dict[Made, Decimal | None]:
    """The recorded forecasts of these people on these predictions at the moments of the rows."""
    found = Forecast.objects.filter(
        prediction__in=predictions, forecaster__in=list(people), made_at__in={row.made_at for row in rows}
    )
    rows_of = found.values_list("prediction", "forecaster", "made_at", "probability")
    return {(prediction, forecaster, made_at): value for prediction, forecaster, made_at, value in rows_of}


def _own(predictions: Sequence[Prediction], *, actor: User) -> set[UUID]:
    """The predictions that the importer forecasts on."""
    own = Forecast.objects.filter(prediction__in=predictions, forecaster__account=actor)
    return set(own.values_list("prediction", flat=True))


def _check(row: ForecastRow, *, origin: Origin) -> None:
    """
    Raises:
        Refused: The row cannot be right whatever is recorded.
    """
    problems = Problems()
    for name, person in (("asker", row.asker), ("forecaster", row.forecaster)):
        if not SLUG.fullmatch(person.slug) or len(person.slug) > 100:
            problems.add(name, f"“{person.slug[:40]}” is no short name: use lowercase letters, digits and hyphens.")
    topic = row.topic or origin.topic
    if not TOPIC_PATH.fullmatch(topic):
        problems.add("topic", f"“{topic[:40]}” is no topic: use lowercase words joined by slashes, like aid/military.")
    for name, moment in {"made_at": row.made_at, "opens_at": row.opens_at, **_moments(row)}.items():
        if moment is not None and moment > origin.now:
            problems.add(name, f"{moment:%Y-%m-%d %H:%M} UTC is in the future.")
    _check_verdict(row, problems=problems)
    problems.raise_if_any()


def _moments(row: ForecastRow) -> dict[str, datetime | None]:
    return {"happened_at": row.happened_at, "known_at": row.known_at}


def _check_verdict(row: ForecastRow, *, problems: Problems) -> None:
    if row.verdict in SETTLED and row.known_at is None:
        problems.add("known_at", "Say when the outcome could be known: forecasts made later earn nothing.")
    if row.known_at and row.happened_at and row.known_at < row.happened_at:
        problems.add("known_at", "It cannot be known before it happened.")
    try:
        checked_share(row.share, verdict=row.verdict or "an open question")
    except Refused as refused:
        problems.extend("share", refused.message_dict["share"])


def _take(row: ForecastRow, *, plan: Plan, origin: Origin) -> None:
    """
    Add what is new of a row to the plan.

    Raises:
        Refused: Something else is recorded, or an earlier row says something else.
    """
    known = plan.predictions.get(question_of(row))
    forecaster = plan.people.get(row.forecaster.slug)
    _check_against(row, known=known, forecaster=forecaster, plan=plan, origin=origin)
    prediction = known or _new_prediction(row, plan=plan, origin=origin)
    is_new = _take_forecast(row, prediction=prediction, plan=plan, origin=origin)
    is_decided = _take_verdict(row, prediction=prediction, plan=plan, origin=origin)
    if is_new or is_decided:
        plan.tally.new += 1
        plan.touched.add(prediction.pk)
    else:
        plan.tally.unchanged += 1


def _check_against(
    row: ForecastRow, *, known: Prediction | None, forecaster: Forecaster | None, plan: Plan, origin: Origin
) -> None:
    problems = Problems()
    owners = [plan.people.get(person.slug) for person in (row.asker, row.forecaster)]
    if row.verdict and (
        (known and known.pk in plan.own) or any(one and one.account_id == origin.actor.pk for one in owners)
    ):
        problems.add("verdict", "Nobody resolves their own prediction: let somebody else import it.")
    if known is not None:
        if known.condition != row.condition:
            problems.add("condition", f"This statement is recorded with the condition “{known.condition}”.")
        _check_answer(row, answer=plan.answers.get(known.pk), problems=problems)
    if known is not None and forecaster is not None:
        made = (known.pk, forecaster.pk, row.made_at)
        if made not in plan.made and known.pk in plan.answered and forecaster.account_id == origin.actor.pk:
            problems.add("forecaster", OWN_ANSWER)
        if made in plan.made and plan.made[made] != row.probability:
            told = "a withdrawal" if plan.made[made] is None else f"the probability {plan.made[made]}"
            problems.add("probability", f"For that instant {told} is recorded; it cannot be changed. Give a later one.")
    problems.raise_if_any()


def _check_answer(row: ForecastRow, *, answer: Answer | None, problems: Problems) -> None:
    if not row.verdict or answer is None or answer == (row.verdict, row.share):
        return
    if answer[0]:
        told = answer[0] if answer[1] is None else f"{answer[0]} ({answer[1].normalize():f})"
        problems.add("verdict", f"The verdict on record is {told}. Another one is for people to record, with a reason.")
    else:
        problems.add("verdict", "The verdict was withdrawn: a person has to look before there is another one.")


def _new_prediction(row: ForecastRow, *, plan: Plan, origin: Origin) -> Prediction:
    prediction = Prediction(
        holder=_person(row.asker, plan=plan, origin=origin),
        title=row.title,
        statement=row.statement,
        outcome=row.statement,
        condition=row.condition,
        issued_at=row.opens_at or row.made_at,
        scheduled_close_at=row.closes_at,
        cluster_key=row.cluster[:LONGEST_CLUSTER_KEY],
        recorded_at=origin.now,
        recorded_by=origin.actor,
    )
    plan.predictions[question_of(row)] = prediction
    plan.topics[prediction.pk] = row.topic or origin.topic
    plan.new_predictions.append(prediction)
    plan.tally.predictions += 1
    return prediction


def _person(person: Person, *, plan: Plan, origin: Origin) -> Forecaster:
    if person.slug not in plan.people:
        one = Forecaster(slug=person.slug, name=person.name, kind=person.kind, recorded_at=origin.now)
        plan.people[person.slug] = one
        plan.new_people.append(one)
    return plan.people[person.slug]


def _take_forecast(row: ForecastRow, *, prediction: Prediction, plan: Plan, origin: Origin) -> bool:
    forecaster = _person(row.forecaster, plan=plan, origin=origin)
    made = (prediction.pk, forecaster.pk, row.made_at)
    if made in plan.made:
        return False
    plan.made[made] = row.probability
    if forecaster.account_id == origin.actor.pk:
        plan.own.add(prediction.pk)
    plan.tally.rounded += bool(row.given)
    plan.forecasts.append(
        Forecast(
            prediction=prediction,
            forecaster=forecaster,
            probability=row.probability,
            basis=f"Given as {row.given}." if row.given else "",
            made_at=row.made_at,
            recorded_at=origin.now,
            recorded_by=origin.actor,
        )
    )
    return True


def _take_verdict(row: ForecastRow, *, prediction: Prediction, plan: Plan, origin: Origin) -> bool:
    if not row.verdict or prediction.pk in plan.answers:
        return False
    plan.answers[prediction.pk] = (row.verdict, row.share)
    plan.answered.add(prediction.pk)
    plan.tally.verdicts += 1
    resolution = next_resolution(
        prediction=prediction,
        last=None,
        now=origin.now,
        verdict=row.verdict,
        share=row.share,
        state=Resolution.State.FINAL,
        reason_code=IMPORTED,
        reason=row.reason,
        actor=origin.actor,
        evidence_url=row.evidence_url,
        happened_at=row.happened_at,
        known_at=row.known_at or origin.now,
    )
    plan.resolutions.append(resolution)
    return True

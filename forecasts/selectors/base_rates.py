"""What share of earlier claims on a topic had come true by the time of a forecast: what it is compared with for want of better."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import accumulate
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Sum

from forecasts.models import Among, Article, Prediction, Resolution, TopicOutcomes
from forecasts.scoring.base_rates import MIN_CASES, base_rate
from forecasts.scoring.levels import BASIS_POINTS

from .counting import SETTLED, share_of

Said = tuple[UUID, datetime]


class KnownOutcome(NamedTuple):
    """On which day, in UTC, the outcome of a prediction could be known, and how much came true, in basis points."""

    known_on: date
    came_true: int


class BaseRate(NamedTuple):
    """The rate, how many earlier claims it is made of, and the path of their topic; all empty where they were too few."""

    rate: Decimal | None
    cases: int | None
    topic: str


UNKNOWN: Final = BaseRate(None, None, "")
NONE_BESIDE: Final[Mapping[UUID, KnownOutcome]] = MappingProxyType({})


class _Place(NamedTuple):
    """Where a prediction belongs, as far as its base rate hangs on it: its topic, its article's date, its own outcome."""

    topic: str
    published_at: datetime | None
    precision: str | None
    own: KnownOutcome | None

    def day_of(self, made_at: datetime) -> date:
        """The day by whose start an outcome had to be known, so that whoever spoke at an instant could know it for certain."""
        day = made_at.astimezone(UTC).date()
        is_of_article = made_at == self.published_at and self.precision == Article.Precision.MONTH
        return day.replace(day=1) if is_of_article else day


class _History:
    """The outcomes of a topic, and of all below it, by the day on which they could be known."""

    def __init__(self, days: Mapping[date, list[int]]) -> None:
        self.days = sorted(days)
        self.numbers = [0, *accumulate(days[day][0] for day in self.days)]
        self.came_true = [0, *accumulate(days[day][1] for day in self.days)]

    def before(self, day: date) -> tuple[int, int]:
        """How many could be known before a day, and how much of them came true."""
        place = bisect_left(self.days, day)
        return self.numbers[place], self.came_true[place]


def lineage(topic: str) -> list[str]:
    """The paths of a topic and of every topic above it, the nearest first."""
    steps = topic.split("/")
    return ["/".join(steps[:depth]) for depth in range(len(steps), 0, -1)]


def known_outcomes(predictions: Collection[UUID]) -> dict[UUID, KnownOutcome]:
    """Of the predictions that were settled and of which it is said when that could be known: when, and what they came to."""
    last = Resolution.objects.current().filter(Among("prediction", predictions), verdict__in=SETTLED)
    return outcomes_under(last.only("prediction", "verdict", "share", "known_at"))


def outcomes_under(resolutions: Iterable[Resolution]) -> dict[UUID, KnownOutcome]:
    """The outcomes of predictions under verdicts; where one settles nothing, or does not say when it could be known, none."""
    return {
        one.prediction_id: KnownOutcome(one.known_at.astimezone(UTC).date(), came_true)
        for one in resolutions
        if one.known_at is not None and (came_true := share_of(one.verdict, one.share)) is not None
    }


def base_rates(said: Collection[Said], *, beside: Mapping[UUID, KnownOutcome] = NONE_BESIDE) -> dict[Said, BaseRate]:
    """
    Return what share of earlier claims had come true by each forecast, on the nearest topic on the way up with enough of them.

    Earlier are those whose outcome could be known before the day on which the forecast was made began, in UTC; of an
    article that is dated by its month, before that month. Counted is what is on record now. A prediction is never counted
    for itself. Three queries at most, however many forecasts there are; no more is read of a topic than one row for all
    days before the first of them, and one for each day from there to the last.

    Args:
        said: The prediction, and when the forecast was made, of each.
        beside: By prediction, outcomes of this transaction, recorded and not counted yet.
    Returns:
        For each, `UNKNOWN` where no topic has as many as `MIN_CASES`.
    """
    if not said:
        return {}
    places = _places({pk for pk, _ in said} | beside.keys(), beside=beside)
    asked = {one: (places[one[0]], places[one[0]].day_of(one[1])) for one in said}
    days = [day for _, day in asked.values()]
    topics = {path for place, _ in asked.values() for path in lineage(place.topic)}
    histories = _histories(topics, first=min(days), last=max(days), more=_more(beside, places=places))
    # Of a crowd many speak on one day: what they are all compared with is worked out once.
    alike = {one: (place.topic, place.own, day) for one, (place, day) in asked.items()}
    rates = {key: _nearest(*key, histories=histories) for key in set(alike.values())}
    return {one: rates[key] for one, key in alike.items()}


def _places(predictions: Collection[UUID], *, beside: Mapping[UUID, KnownOutcome]) -> dict[UUID, _Place]:
    rows = Prediction.objects.filter(Among("pk", predictions))
    of_article = ("article__published_at", "article__published_precision")
    found = rows.values_list("pk", "topic__path", *of_article, "counts__known_on", "counts__came_true")
    return {
        pk: _Place(topic, published_at, precision, beside.get(pk) or (KnownOutcome(*own) if own[0] else None))
        for pk, topic, published_at, precision, *own in found
    }


def _more(
    beside: Mapping[UUID, KnownOutcome], *, places: Mapping[UUID, _Place]
) -> Iterator[tuple[str, date, int, int]]:
    for pk, outcome in beside.items():
        for path in lineage(places[pk].topic):
            yield path, outcome.known_on, 1, outcome.came_true


def _histories(
    topics: Collection[str], *, first: date, last: date, more: Iterable[tuple[str, date, int, int]]
) -> Mapping[str, _History]:
    days: dict[str, dict[date, list[int]]] = {path: defaultdict(lambda: [0, 0]) for path in topics}
    rows = TopicOutcomes.objects.filter(topic__path__in=topics)
    earlier = rows.filter(known_on__lt=first).order_by().values_list("topic__path")
    summed = earlier.annotate(n=Sum("number"), total=Sum("came_true"))
    counted = [(path, date.min, number, came_true) for path, number, came_true in summed]
    if first < last:
        since = rows.filter(known_on__gte=first, known_on__lt=last)
        counted += since.values_list("topic__path", "known_on", "number", "came_true")
    for path, day, number, came_true in (*counted, *more):
        if path in days:
            days[path][day][0] += number
            days[path][day][1] += came_true
    return {path: _History(found) for path, found in days.items()}


def _nearest(topic: str, own: KnownOutcome | None, day: date, *, histories: Mapping[str, _History]) -> BaseRate:
    for path in lineage(topic):
        cases, came_true = histories[path].before(day)
        if own and own.known_on < day:
            cases, came_true = cases - 1, came_true - own.came_true
        if cases >= MIN_CASES:
            return BaseRate(Decimal(base_rate(came_true, cases)) / BASIS_POINTS, cases, path)
    return UNKNOWN

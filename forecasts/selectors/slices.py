"""Which forecasts a figure is about, and how they are weighted."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least

from forecasts.models import WHOLE, Forecast, Forecaster, Posting, Prediction, RuleVersion

DAY = 86_400


class Weighting(StrEnum):
    """How a forecaster's unit of weight on a prediction is spent on their forecasts."""

    PER_PREDICTION = "PER_PREDICTION"
    FIRST = "FIRST"
    LAST = "LAST"
    TIME_WEIGHTED = "TIME_WEIGHTED"
    AT_HORIZON = "AT_HORIZON"


@dataclass(frozen=True, kw_only=True)
class Slice:
    """
    Which forecasts a scorecard is about; what is left empty does not narrow it.

    `as_of` asks what was known at an instant, `as_recorded` what the database held then. `due_to` leaves out
    what was bound to be decided later: of such predictions only those that came true early are resolved. `lead_days_min` and
    `lead_days_max` bound the days from a forecast to its outcome; `horizon_days` is for `AT_HORIZON`: the forecast
    that stood so many days before the scheduled close. What aggregates say counts only where it is asked for, by
    `aggregates` or by naming one as the forecaster: it is said already.
    """

    forecaster: str = ""
    article: str = ""
    outlet: str = ""
    topic: str = ""
    issued_from: datetime | None = None
    issued_to: datetime | None = None
    due_to: datetime | None = None
    lead_days_min: float | None = None
    lead_days_max: float | None = None
    conditional: bool | None = None
    attribution: str = ""
    retrospective: bool | None = None
    verbal: bool | None = None
    variant: str = RuleVersion.Variant.CENTRAL.value
    weighting: Weighting = Weighting.PER_PREDICTION
    horizon_days: float | None = None
    as_of: datetime | None = None
    as_recorded: datetime | None = None
    aggregates: bool = False

    def has_lead(self, made_at: datetime, known_at: datetime) -> bool:
        """Whether so long from a forecast to its outcome is what the slice asks for."""
        days = (known_at - made_at).total_seconds() / DAY
        least, most = self.lead_days_min, self.lead_days_max
        return (least is None or days >= least) and (most is None or days <= most)

    @property
    def is_replayed(self) -> bool:
        """Whether predictions are decided anew: the verdicts on record are not what is asked for."""
        return self.as_of is not None or self.variant != RuleVersion.Variant.CENTRAL

    def is_narrowed_by(self) -> frozenset[str]:
        """The names of the fields that differ from what they are when nothing is asked."""
        return frozenset(field.name for field in fields(self) if getattr(self, field.name) != field.default)


def clashing(chosen: Slice) -> tuple[str, ...]:
    """The fields of a slice that do not go with others of it; none where it can be answered."""
    at_horizon, is_replayed = chosen.weighting is Weighting.AT_HORIZON, chosen.is_replayed
    rules = {
        "horizon_days": at_horizon != (chosen.horizon_days is not None),
        "weighting": at_horizon and is_replayed,
        "as_recorded": is_replayed and chosen.as_recorded is not None,
    }
    return tuple(name for name, is_wrong in rules.items() if is_wrong)


def predictions_in(chosen: Slice) -> QuerySet[Prediction]:
    """The predictions of a slice, whoever forecast them."""
    return Prediction.objects.filter(_of_prediction(chosen))


def forecasts_in(chosen: Slice) -> QuerySet[Forecast]:
    """The forecasts of a slice, whether they were ever scored or not."""
    return Forecast.objects.filter(_of_forecast(chosen), _of_prediction(chosen, "prediction__"))


def postings_in(chosen: Slice) -> QuerySet[Posting]:
    """The postings of a slice, those taken back included: sums must use their sign."""
    rows = Posting.objects.filter(
        _of_forecast(chosen, "forecast__"), _of_prediction(chosen, "forecast__prediction__"), _of_posting(chosen)
    )
    return _standing_at_horizon(rows, chosen) if chosen.weighting is Weighting.AT_HORIZON else rows


def _of_prediction(chosen: Slice, prefix: str = "") -> Q:
    """What a slice asks of a prediction that is reached through the prefix."""
    asked: dict[str, object] = {}
    if chosen.article:
        asked["article"] = UUID(chosen.article)
    if chosen.outlet:
        asked["article__outlet__slug"] = chosen.outlet
    if chosen.issued_from:
        asked["issued_at__gte"] = chosen.issued_from
    if chosen.issued_to:
        asked["issued_at__lt"] = chosen.issued_to
    if chosen.due_to:
        asked["scheduled_close_at__lt"] = chosen.due_to
    if chosen.attribution:
        asked["attribution"] = chosen.attribution
    found = Q(**{f"{prefix}{name}": value for name, value in asked.items()})
    if chosen.topic:
        at, below = f"{prefix}topic__path", f"{prefix}topic__path__startswith"
        found &= Q(**{at: chosen.topic}) | Q(**{below: f"{chosen.topic}/"})
    if chosen.conditional is not None:
        without = Q(**{f"{prefix}condition": ""})
        found &= ~without if chosen.conditional else without
    return found


def _of_forecast(chosen: Slice, prefix: str = "") -> Q:
    found = Q()
    if chosen.forecaster:
        found = Q(**{f"{prefix}forecaster__slug": chosen.forecaster})
    elif not chosen.aggregates:
        aggregates = Forecaster.objects.filter(kind=Forecaster.Kind.AGGREGATE)
        found = ~Q(**{f"{prefix}forecaster__in": aggregates.values("pk")})
    if chosen.verbal is not None:
        in_numbers = Q(**{f"{prefix}phrase": ""})
        found &= ~in_numbers if chosen.verbal else in_numbers
    return found


def _of_posting(chosen: Slice) -> Q:
    found = Q()
    if chosen.retrospective is not None:
        found &= Q(resolution__is_retrospective=chosen.retrospective)
    if chosen.lead_days_min is not None:
        found &= Q(resolution__known_at__gte=F("forecast__made_at") + timedelta(days=chosen.lead_days_min))
    if chosen.lead_days_max is not None:
        found &= Q(resolution__known_at__lte=F("forecast__made_at") + timedelta(days=chosen.lead_days_max))
    if chosen.as_recorded is not None:
        found &= Q(recorded_at__lte=chosen.as_recorded)
    return found


def _standing_at_horizon(rows: QuerySet[Posting], chosen: Slice) -> QuerySet[Posting]:
    """The forecast of each forecaster that stood so many days before the scheduled close, unless it was withdrawn by then."""
    before = timedelta(days=chosen.horizon_days or 0)
    recorded = Q() if chosen.as_recorded is None else Q(recorded_at__lte=chosen.as_recorded)
    taking_back = Posting.objects.filter(recorded, takes_back=OuterRef("pk"))
    same = Posting.objects.filter(
        recorded,
        ~Exists(taking_back),
        sign=1,
        resolution=OuterRef("resolution"),
        forecast__forecaster=OuterRef("forecast__forecaster"),
        forecast__made_at__lte=F("scheduled_close_at") - before,
    )
    latest = same.order_by("-forecast__made_at").values("forecast__made_at")[:1]
    return rows.filter(~Exists(_withdrawals(before=before).filter(recorded)), forecast__made_at=Subquery(latest))


def _withdrawals(*, before: timedelta) -> QuerySet[Forecast]:
    """Of a posting's forecast: those made after it, early enough before the scheduled close and before the outcome."""
    happened = Coalesce(OuterRef("resolution__happened_at"), OuterRef("resolution__known_at"))
    return Forecast.objects.filter(
        prediction=OuterRef("forecast__prediction"),
        forecaster=OuterRef("forecast__forecaster"),
        probability=None,
        is_scored=True,
        made_at__gt=OuterRef("forecast__made_at"),
        made_at__lt=Least(happened, OuterRef("resolution__known_at")),
        made_at__lte=OuterRef("scheduled_close_at") - before,
    )


def weight_of(weighting: Weighting) -> Combinable:
    """The weight of a posting under a weighting, in millionths."""
    whole, nothing = Value(WHOLE), Value(0)
    match weighting:
        case Weighting.PER_PREDICTION:
            return F("weight")
        case Weighting.TIME_WEIGHTED:
            return F("horizon_weight")
        case Weighting.FIRST:
            return Case(When(is_first=True, then=whole), default=nothing)
        case Weighting.LAST:
            return Case(When(is_last=True, then=whole), default=nothing)
        case Weighting.AT_HORIZON:
            return whole

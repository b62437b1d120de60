"""What lists can be narrowed by. An unknown name or value is an error, never ignored."""

from typing import Any
from uuid import UUID

import django_filters as filters  # type: ignore[import-untyped]  # It ships no types.
from django import forms
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from forecasts.models import (
    EventVersion,
    Forecaster,
    Prediction,
    Resolution,
    RuleVersion,
    Score,
    Source,
    Topic,
    Verdict,
    Witness,
)
from forecasts.selectors.queries import NotAQuery, read_query
from forecasts.selectors.search import matching

from .fields import DAY, INSTANT, plain_error, read_day, read_instant


class _InstantFormField(forms.Field):
    def to_python(self, value: Any) -> Any:
        return read_instant(value) if value else None


class _DayFormField(forms.Field):
    def to_python(self, value: Any) -> Any:
        return read_day(value) if value else None


class _WordsFormField(forms.Field):
    def to_python(self, value: Any) -> Any:
        try:
            return read_query(value) if value else None
        except NotAQuery as error:
            raise plain_error(error) from None


@extend_schema_field(OpenApiTypes.STR)
class WordsFilter(filters.Filter):
    """Rows that hold what is searched for."""

    field_class = _WordsFormField

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return matching(qs, query=value, kind=self.kind) if value else qs


@extend_schema_field(INSTANT)
class InstantFilter(filters.Filter):
    field_class = _InstantFormField


@extend_schema_field(DAY)
class DayFilter(filters.Filter):
    field_class = _DayFormField


class TextFilter(filters.CharFilter):
    """Rows with exactly this text."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        extend_schema_field({"type": "string", "minLength": 1, "maxLength": max_length})(self)


@extend_schema_field(OpenApiTypes.BOOL)
class YesNoFilter(filters.TypedChoiceFilter):
    """`true` or `false`, and nothing else."""

    def __init__(self, **kwargs: Any) -> None:
        choices = (("true", "true"), ("false", "false"))
        super().__init__(choices=choices, coerce=lambda text: text == "true", **kwargs)


@extend_schema_field(OpenApiTypes.STR)
class NameFilter(filters.ModelChoiceFilter):
    """A recorded thing by its name."""

    def __init__(self, *, model: Any, column: str, **kwargs: Any) -> None:
        unknown = f"There is no {model._meta.verbose_name} “%(value)s”."
        super().__init__(
            queryset=model.objects.all(), to_field_name=column, error_messages={"invalid_choice": unknown}, **kwargs
        )


class TopicFilter(NameFilter):
    """A topic and all below it; `field_name` leads to the topic."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(model=Topic, column="path", **kwargs)

    def filter(self, qs: QuerySet[Any], value: Topic | None) -> QuerySet[Any]:
        if value is None:
            return qs
        # By their keys: how many rows have these the database knows, and of a path at a joined table it cannot tell.
        below = Topic.objects.under(value.path).values_list("pk", flat=True)
        return qs.filter(**{f"{self.field_name}__in": list(below)})


class BelowFilter(TextFilter):
    """Rows whose JSON list of paths holds the path or one below it."""

    def __init__(self, *, separator: str, **kwargs: Any) -> None:
        self.separator = separator
        super().__init__(max_length=200, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        # The list as text, since SQLite cannot ask a JSON list what it contains.
        name = f"{self.field_name}_text"
        rows = qs.alias(**{name: Cast(self.field_name, TextField())})
        start = f'"{value.replace(chr(34), "")}'
        return rows.filter(
            Q(**{f"{name}__contains": f'{start}"'}) | Q(**{f"{name}__contains": f"{start}{self.separator}"})
        )


def forecaster_at(field_name: str) -> NameFilter:
    """Narrow by the slug of a forecaster."""
    return NameFilter(model=Forecaster, column="slug", field_name=field_name)


class Narrowing(filters.FilterSet):
    """What a list can be narrowed by. Only what is asked for is made ready: to copy every filter takes longer than to read a row."""

    base_filters: dict[str, Any]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.base_filters = {name: one for name, one in self.base_filters.items() if name in (data or ())}
        super().__init__(data, *args, **kwargs)


class ArticleFilter(Narrowing):
    outlet = forecaster_at("outlet")
    author = forecaster_at("authors")
    published_from = InstantFilter(field_name="published_at", lookup_expr="gte")
    published_to = InstantFilter(field_name="published_at", lookup_expr="lt")
    q = WordsFilter(kind="article")


class ForecasterFilter(Narrowing):
    kind = filters.ChoiceFilter(choices=Forecaster.Kind.choices)


class TopicListFilter(Narrowing):
    under = TextFilter(method="filter_under", max_length=200)

    def filter_under(self, rows: Any, name: str, value: str) -> Any:
        return rows.under(value)


class PredictionFilter(Narrowing):
    forecaster = forecaster_at("holder")
    topic = TopicFilter(field_name="topic")
    article = filters.UUIDFilter()
    status = filters.ChoiceFilter(choices=Prediction.Status.choices)
    verdict = filters.ChoiceFilter(choices=Verdict.choices)
    attribution = filters.ChoiceFilter(choices=Prediction.Attribution.choices)
    conditional = YesNoFilter(method="filter_conditional")
    issued_from = InstantFilter(field_name="issued_at", lookup_expr="gte")
    issued_to = InstantFilter(field_name="issued_at", lookup_expr="lt")
    q = WordsFilter(kind="prediction")

    def filter_conditional(self, rows: Any, name: str, value: bool) -> Any:
        return rows.exclude(condition="") if value else rows.filter(condition="")


class RuleFilter(Narrowing):
    prediction = filters.UUIDFilter()
    variant = filters.ChoiceFilter(choices=RuleVersion.Variant.choices)


class ForecastFilter(Narrowing):
    forecaster = forecaster_at("forecaster")
    prediction = filters.UUIDFilter()
    topic = TopicFilter(field_name="prediction__topic")
    scored = YesNoFilter(field_name="is_scored")


class SealedFilter(Narrowing):
    forecaster = forecaster_at("forecaster")
    reveal_from = InstantFilter(field_name="reveal_by", lookup_expr="gte")
    reveal_to = InstantFilter(field_name="reveal_by", lookup_expr="lt")


class LexiconFilter(Narrowing):
    code = TextFilter(max_length=60)


class EventFilter(Narrowing):
    source = NameFilter(model=Source, column="slug", field_name="event__source")
    event_type = TextFilter(max_length=40)
    topic = BelowFilter(field_name="topics", separator="/")
    actor = BelowFilter(field_name="actors", separator=".")
    recipient = BelowFilter(field_name="recipients", separator=".")
    status = filters.ChoiceFilter(choices=EventVersion.Status.choices)
    occurred_from = InstantFilter(method="filter_from")
    occurred_to = InstantFilter(field_name="occurred_from", lookup_expr="lt")

    def filter_from(self, rows: Any, name: str, value: Any) -> Any:
        """Those that may have occurred at the instant or later: an interval excludes its end."""
        is_instant = Q(occurred_until=F("occurred_from"), occurred_from__gte=value)
        return rows.filter(Q(occurred_until__gt=value) | is_instant)


class ObservationFilter(Narrowing):
    source = NameFilter(model=Source, column="slug", field_name="source")
    series = TextFilter(max_length=120)
    valid_from = DayFilter(field_name="valid_on", lookup_expr="gte")
    valid_to = DayFilter(field_name="valid_on", lookup_expr="lt")


class SourceFilter(Narrowing):
    group = TextFilter(max_length=60)


class ResolutionFilter(Narrowing):
    prediction = filters.UUIDFilter()
    verdict = filters.ChoiceFilter(choices=Verdict.choices)
    state = filters.ChoiceFilter(choices=Resolution.State.choices)
    current = YesNoFilter(field_name="is_current")
    event = filters.UUIDFilter(method="filter_event")

    def filter_event(self, rows: Any, name: str, value: UUID) -> Any:
        """Those that rest on an event, or that it might have decided."""
        return rows.filter(evaluation__in=_evaluations_with(value))


class DisputeFilter(Narrowing):
    prediction = filters.UUIDFilter()
    current = YesNoFilter(field_name="is_current")


class EvaluationFilter(Narrowing):
    rule = filters.UUIDFilter(field_name="rule_version")
    prediction = filters.UUIDFilter(field_name="rule_version__prediction")
    event = filters.UUIDFilter(method="filter_event")

    def filter_event(self, rows: Any, name: str, value: UUID) -> Any:
        """Those among whose facts an event is."""
        return rows.filter(pk__in=_evaluations_with(value))


def _evaluations_with(event: UUID) -> QuerySet[Any]:
    return Witness.objects.filter(event_version__event=event).values("evaluation")


class ScoreFilter(Narrowing):
    forecaster = forecaster_at("forecast__forecaster")
    prediction = filters.UUIDFilter(field_name="forecast__prediction")
    forecast = filters.UUIDFilter()
    rule = filters.ChoiceFilter(choices=Score.Rule.choices)
    current = YesNoFilter(field_name="is_current")

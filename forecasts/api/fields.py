"""Fields of requests: stricter than the framework's, and with messages that say what to do."""

from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db.models import Model
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasts import feeds
from forecasts.models import Article, Entity, Event, Forecaster, Prediction, Sealed, Source, Topic
from forecasts.selectors.statements import prepared

MAX_NEAR, MAX_KNOWN, LONGEST_NUMBER = 3, 2000, 40


def read_instant(text: object) -> datetime:
    """
    Read an RFC 3339 time with its offset, as UTC.

    Raises:
        ValidationError: It has another shape, names no real time, or lies outside 1800 to 2200.
    """
    return _read(feeds.read_instant, text)


def read_day(text: object) -> date:
    """
    Read a date, year first.

    Raises:
        ValidationError: It has another shape, is not in the calendar, or lies outside 1800 to 2200.
    """
    return _read(feeds.read_day, text)


def _read(reader: Any, text: object) -> Any:
    try:
        return reader(text)
    except ValueError as error:
        raise plain_error(error) from None


def plain_error(error: Exception) -> ValidationError:
    """What a reader says of a value, in whose words a % is nothing but a %."""
    return ValidationError("%(told)s", params={"told": str(error)})


YEARS = "(18|19|20|21)[0-9]{2}"
INSTANT = {
    "type": "string",
    "format": "date-time",
    "pattern": f"^{YEARS}-[0-9]{{2}}-[0-9]{{2}}[Tt][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\\.[0-9]{{1,6}})?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$",
}
DAY = {"type": "string", "format": "date", "pattern": f"^{YEARS}-[0-9]{{2}}-[0-9]{{2}}$"}


@extend_schema_field(INSTANT)
class InstantField(serializers.Field):
    """RFC 3339 with an offset; a local time is refused."""

    def to_internal_value(self, data: Any) -> datetime:
        return _reading(read_instant, data)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(DAY)
class DayField(serializers.Field):
    """A date, year first."""

    def to_internal_value(self, data: Any) -> date:
        return _reading(read_day, data)

    def to_representation(self, value: Any) -> Any:
        return value


def _reading(read: Any, data: Any) -> Any:
    try:
        return read(data)
    except ValidationError as error:
        raise serializers.ValidationError(error.messages) from None


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": "^(0(\\.[0-9]{1,4})?|1(\\.0{1,4})?)$", "examples": ["0.7"]},
            {"type": "number", "minimum": 0, "maximum": 1},
        ],
        "description": "From 0 to 1 with at most four decimals; a decimal string or a number.",
    }
)
class RawProbabilityField(serializers.Field):
    """A probability as it was sent; the service reads it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict | list) or len(str(data)) > LONGEST_NUMBER:
            raise serializers.ValidationError("This is no probability. Give a number from 0 to 1, such as 0.7.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OpenApiTypes.URI)
class WebAddressField(serializers.CharField):
    """An address that begins with http:// or https:// and names a host."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1000, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not feeds.is_web_address(text):
            raise serializers.ValidationError(f"“{text[:80]}” is no web address: begin with http:// or https://.")
        return text


class CodeField(serializers.ChoiceField):
    """One of some codes, each with what it means."""

    default_error_messages = {"invalid_choice": "“{input}” is not among the choices: {codes}."}

    def fail(self, key: str, **details: Any) -> NoReturn:
        super().fail(key, codes=", ".join(map(str, self.choices)), **details)


class _NamedField(serializers.Field):
    """A recorded thing by its name; an unknown name is answered with the names near it."""

    model: type[Model]
    column: str
    thing: str

    def to_internal_value(self, data: Any) -> Any:
        found = self.found(data) if isinstance(data, str) else None
        if found is None:
            known = self.model._default_manager.order_by(self.column).values_list(self.column, flat=True)[:MAX_KNOWN]
            raise serializers.ValidationError(
                f"There is no {self.thing} “{str(data)[:80]}”.{near(str(data), known=known)}"
            )
        return found

    def to_representation(self, value: Any) -> Any:
        return getattr(value, self.column)

    def found(self, name: str) -> Any:
        """What is recorded under a name; None where nothing is."""
        return self.model._default_manager.filter(**{self.column: name}).first()


class _ByNameAlone(_NamedField):
    """Its name, where that is all that is needed of it: whether it is recorded is asked without making a row."""

    def to_representation(self, value: Any) -> Any:
        return value

    def found(self, name: str) -> str | None:
        statement = f"SELECT {self.column} FROM {self.model._meta.db_table} WHERE {self.column} = %s"  # noqa: S608 no name from outside
        with prepared() as cursor:
            cursor.execute(statement, [name])
            row = cursor.fetchone()
        return row and str(row[0])


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": r"^-?[0-9]{1,16}(\.[0-9]{1,8})?$", "examples": ["83.48"]},
            {"type": "number", "minimum": -(10**16), "maximum": 10**16},
        ],
        "description": "With at most eight decimals; a decimal string or a number.",
    }
)
class ValueField(serializers.DecimalField):
    """The value of a series."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=8, **kwargs)


class NameField(serializers.CharField):
    """A name of the shape that the service reads; it says what is wrong with another."""

    def __init__(self, *, shape: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        described: Any = {"type": "string", "minLength": 1, "maxLength": kwargs["max_length"], "pattern": f"^{shape}$"}
        extend_schema_field(described)(self)  # type: ignore[type-var]  # Typed for classes; instances hold it too.


def near(name: str, *, known: Iterable[str]) -> str:
    """A sentence with the names nearest to a wrong one; empty when none is near."""
    close = get_close_matches(name[:100], list(known), n=MAX_NEAR, cutoff=0.5)
    return f" Near it: {', '.join(close)}." if close else ""


@extend_schema_field(OpenApiTypes.STR)
class ForecasterField(_NamedField):
    model, column, thing = Forecaster, "slug", "forecaster"


@extend_schema_field(OpenApiTypes.STR)
class TopicField(_NamedField):
    model, column, thing = Topic, "path", "topic"


class ForecasterName(_ByNameAlone, ForecasterField):
    """The slug of a recorded forecaster."""


class TopicName(_ByNameAlone, TopicField):
    """The path of a recorded topic."""


@extend_schema_field(OpenApiTypes.STR)
class SourceField(_NamedField):
    model, column, thing = Source, "slug", "source"


@extend_schema_field(OpenApiTypes.STR)
class EntityField(_NamedField):
    model, column, thing = Entity, "path", "entity"


@extend_schema_field(OpenApiTypes.STR)
class SealedField(_NamedField):
    model, column, thing = Sealed, "commitment", "sealed item"


class _RecordedField(serializers.UUIDField):
    """A recorded thing by its id."""

    model: type[Model]
    thing: str

    def to_internal_value(self, data: Any) -> Any:
        primary_key = super().to_internal_value(data)
        found = self.model._default_manager.filter(pk=primary_key).first()
        if found is None:
            raise serializers.ValidationError(f"There is no {self.thing} {primary_key}.")
        return found


class ArticleField(_RecordedField):
    model, thing = Article, "article"


class PredictionField(_RecordedField):
    model, thing = Prediction, "prediction"


class EventField(_RecordedField):
    model, thing = Event, "event"

"""
Showing rows by a serializer that is taken apart once.

The framework makes the fields of a serializer anew for each answer, which takes longer than to read a row by them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Manager
from rest_framework import serializers

Reader = Callable[[Any], Any]
# Their values in Python are as they are shown.
AS_THEY_ARE = (serializers.CharField, serializers.BooleanField, serializers.IntegerField, serializers.UUIDField)


@cache
def shown_by(kind: type[serializers.Serializer]) -> Callable[[Any], dict[str, Any]]:
    """What shows a row as an instance of the serializer does that has neither context nor fields left out."""
    fields = {name: field for name, field in kind().fields.items() if not field.write_only}
    columns = _columns(kind)
    plain = {name: column for name, field in fields.items() if (column := _plain_column(field, columns=columns))}
    readers = [(name, _reader(field, columns=columns)) for name, field in fields.items() if name not in plain]
    in_order, values_of = dict.fromkeys(fields), _values_of(list(plain.values()))

    def show(row: Any) -> dict[str, Any]:
        shown: dict[str, Any] = in_order.copy()
        shown.update(zip(plain, values_of(row), strict=True))
        for name, read in readers:
            try:
                shown[name] = read(row)
            except serializers.SkipField:
                # What a row was read without is left out, as the framework does.
                del shown[name]
        return shown

    return show


def _values_of(columns: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """What reads several columns of a row at once."""
    if len(columns) < 2:
        return lambda row: [getattr(row, column) for column in columns]
    return attrgetter(*columns)


def _plain_column(field: Any, *, columns: Mapping[str, str]) -> str | None:
    """The column whose value in Python is what the field shows; none where there is more to it."""
    source = str(field.source)
    if source not in columns:
        return None
    if isinstance(field, serializers.PrimaryKeyRelatedField) and field.pk_field is None:
        return columns[source]
    return source if type(field) in AS_THEY_ARE else None


def _columns(kind: type[serializers.Serializer]) -> Mapping[str, str]:
    """The columns of the serializer's table: what each is named as a field, and as the value itself."""
    model = getattr(getattr(kind, "Meta", None), "model", None)
    return {column.name: column.attname for column in model._meta.concrete_fields} if model else {}


def _reader(field: Any, *, columns: Mapping[str, str]) -> Reader:
    get = attrgetter(field.source) if field.source in columns else _finding(field)
    if type(field) in AS_THEY_ARE:
        return get
    show = _showing(field)

    def read(row: Any) -> Any:
        value = get(row)
        return None if value is None else show(value)

    return read


def _finding(field: Any) -> Reader:
    """What finds the value of a field that is no column: through other rows, or a property."""
    if isinstance(field, serializers.ListSerializer):
        return _of_many(field)
    if field.source == "*" or isinstance(field, serializers.SerializerMethodField):
        return field.get_attribute
    source, find = str(field.source), attrgetter(field.source)

    def get(row: Any) -> Any:
        try:
            value = row[source] if type(row) is dict and source in row else find(row)
        except (AttributeError, ObjectDoesNotExist):
            return field.get_attribute(row)
        # The framework calls methods, and knows which.
        return field.get_attribute(row) if callable(value) else value

    return get


def read_before(relation: str) -> str:
    """
    What the rows of a relation are called on a row, as a list, where they were read for many rows at once.

    The framework's own place for them is a queryset, made anew for every row, which takes longer than all the rest.
    """
    return f"read_{relation}"


def _of_many(field: Any) -> Reader:
    name = read_before(field.source)

    def get(row: Any) -> Any:
        if type(row) is dict and field.source in row:
            return row[field.source]
        rows = getattr(row, name, None)
        return field.get_attribute(row) if rows is None else rows

    return get


def _showing(field: Any) -> Reader:
    one: Any = field.child if isinstance(field, serializers.ListSerializer) else field
    if getattr(type(one), "comes_as_shown", False):
        return _as_it_is
    # Only a serializer that shows rows in the framework's own way can be taken apart.
    if not hasattr(type(one), "shows_rows"):
        return _showing_value(field)
    kind: Any = type(one)
    show = shown_by(kind)
    return show if one is field else _each(show)


def _showing_value(field: Any) -> Reader:
    if type(field) is serializers.DateTimeField:
        return _instant
    if isinstance(field, serializers.ChoiceField) and all(type(choice) is str for choice in field.choices):
        return partial(_choice, show=field.to_representation)
    show: Reader = field.to_representation
    return show


def _choice(value: Any, *, show: Reader) -> Any:
    """A choice among texts: a text as it is, whether it is among them or not, a member of an enumeration as its text."""
    return value if type(value) is str else show(value)


def _as_it_is(value: Any) -> Any:
    """What was made in the shape in which it is shown, since there is much of it."""
    return value


def _each(show: Reader) -> Reader:
    def read(rows: Any) -> list[Any]:
        return [show(row) for row in (rows.all() if isinstance(rows, Manager) else rows)]

    return read


def _instant(value: datetime) -> str:
    """As the framework writes an instant, without asking each time what zone it is to be told in."""
    told = value if value.tzinfo is UTC else value.astimezone(UTC)
    return f"{told.isoformat().removesuffix('+00:00')}Z"

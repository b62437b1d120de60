"""
Showing rows by a serializer that is taken apart once.

The framework makes the fields of a serializer anew for each answer, which takes longer than to read a row by them.
"""

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from django.db.models import Manager
from rest_framework import serializers

Reader = Callable[[Any], Any]
# Their values in Python are as they are shown.
AS_THEY_ARE = (serializers.CharField, serializers.BooleanField, serializers.IntegerField, serializers.UUIDField)


@cache
def shown_by(kind: type[serializers.Serializer]) -> Callable[[Any], dict[str, Any]]:
    """What shows a row as an instance of the serializer does that has neither context nor fields left out."""
    serializer = kind()
    columns = _columns(kind)
    readers = [
        (name, _reader(field, columns=columns)) for name, field in serializer.fields.items() if not field.write_only
    ]

    def show(row: Any) -> dict[str, Any]:
        shown = {}
        for name, read in readers:
            try:
                shown[name] = read(row)
            except serializers.SkipField:
                # What a row was read without is left out, as the framework does.
                continue
        return shown

    return show


def _columns(kind: type[serializers.Serializer]) -> Mapping[str, str]:
    """The columns of the serializer's table: what each is named as a field, and as the value itself."""
    model = getattr(getattr(kind, "Meta", None), "model", None)
    return {column.name: column.attname for column in model._meta.concrete_fields} if model else {}


def _reader(field: Any, *, columns: Mapping[str, str]) -> Reader:
    if (
        isinstance(field, serializers.PrimaryKeyRelatedField)
        and str(field.source) in columns
        and field.pk_field is None
    ):
        return attrgetter(columns[str(field.source)])
    get = attrgetter(field.source) if field.source in columns else field.get_attribute
    if type(field) in AS_THEY_ARE:
        return get
    show = _showing(field)

    def read(row: Any) -> Any:
        value = get(row)
        return None if value is None else show(value)

    return read


def _showing(field: Any) -> Reader:
    one: Any = field.child if isinstance(field, serializers.ListSerializer) else field
    # Only a serializer that shows rows in the framework's own way can be taken apart.
    if not hasattr(type(one), "shows_rows"):
        return field.to_representation
    kind: Any = type(one)
    show = shown_by(kind)
    return show if one is field else _each(show)


def _each(show: Reader) -> Reader:
    def read(rows: Any) -> list[Any]:
        return [show(row) for row in (rows.all() if isinstance(rows, Manager) else rows)]

    return read

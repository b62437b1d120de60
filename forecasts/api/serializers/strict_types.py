"""Values of the type that a field asks for: no number from a text, no text from a number, no truth from a word."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rest_framework import serializers

NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([Ee][+-]?[0-9]{1,3})?", re.ASCII)
WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
LONGEST_VALUE = 40

# A kind of field, whether a value is of its type, and what to give.
Kind = tuple[type[serializers.Field[Any, Any, Any, Any]], Callable[[Any], object], str]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    is_whole_float = isinstance(value, float) and value.is_integer()
    return is_whole_float or (isinstance(value, int) and not isinstance(value, bool))


IN_JSON: tuple[Kind, ...] = (
    (serializers.BooleanField, lambda value: isinstance(value, bool), "true or false, without quotes"),
    (serializers.IntegerField, _is_whole, "a whole number, without quotes"),
    (serializers.FloatField, _is_number, "a number, without quotes"),
    (serializers.CharField, lambda value: isinstance(value, str), "a text, in quotes"),
)
IN_QUERIES: tuple[Kind, ...] = (
    (serializers.BooleanField, lambda text: text in ("true", "false"), "true or false"),
    (serializers.IntegerField, WHOLE.fullmatch, "a whole number"),
    (serializers.FloatField, NUMBER.fullmatch, "a number, such as 7 or 0.5"),
)


def mistyped(data: object, *, fields: Mapping[str, Any], kinds: tuple[Kind, ...]) -> dict[str, Any]:
    """What is wrong with each value of another type than its field asks for; a null is left to the field."""
    if not isinstance(data, Mapping):
        return {}
    return {
        name: fault
        for name, value in data.items()
        if name in fields and value is not None and (fault := _fault(value, field=fields[name], kinds=kinds))
    }


def _fault(value: Any, *, field: Any, kinds: tuple[Kind, ...]) -> Any:
    if isinstance(field, serializers.ListField):
        return dict(_faults_in(value, child=field.child, kinds=kinds)) if isinstance(value, list) else None
    for kind, is_of_type, wanted in kinds:
        if isinstance(field, kind):
            return None if is_of_type(value) else [f"“{str(value)[:LONGEST_VALUE]}” will not do: give {wanted}."]
    return None


def _faults_in(values: list[Any], *, child: Any, kinds: tuple[Kind, ...]) -> Iterator[tuple[int, Any]]:
    for index, value in enumerate(values):
        if fault := _fault(value, field=child, kinds=kinds):
            yield index, fault

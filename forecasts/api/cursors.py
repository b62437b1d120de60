"""Cursors: a place in an order, as a text that says where a list goes on."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import DateTimeField
from rest_framework.exceptions import ValidationError

from forecasts.feeds.strict_json import is_unstorable

FIRST_YEAR, LAST_YEAR = 1800, 2200
LARGEST_NUMBER = 2**63 - 1


def write_cursor(values: Iterable[Any], *, of: str) -> str:
    """The values of a place as a cursor; `of` names the order that they are a place in."""
    text = json.dumps([of, *(value if isinstance(value, int) else str(value) for value in values)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *, of: str, fields: Sequence[Any]) -> list[Any]:
    """
    The values of a cursor, each as the field of a model reads it.

    Raises:
        ValidationError: It is no cursor, or one of another order.
    """
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
    is_ours = isinstance(position, list) and len(position) == len(fields) + 1 and position[0] == of
    if not is_ours or not all(_is_plain(value) for value in position):
        raise bad_cursor()
    return [_value(field, given) for field, given in zip(fields, position[1:], strict=True)]


def _is_plain(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    return isinstance(value, str) and not is_unstorable(value)


def _value(field: Any, given: object) -> Any:
    if isinstance(field, DateTimeField):
        return _moment(given)
    try:
        return field.to_python(given)
    except (FieldError, ValueError, TypeError):
        raise bad_cursor() from None


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise bad_cursor() from None
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise bad_cursor()
    return moment


def bad_cursor() -> ValidationError:
    """The error for a text that no page gave."""
    return ValidationError(
        {"cursor": ["This is no cursor of ours, or one of another ordering. Start without one, and follow `next`."]}
    )

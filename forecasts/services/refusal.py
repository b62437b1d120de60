"""How a service says no: one error per field, each with what was wrong, the value and what to do."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError

DEADLOCK = "40P01"


class Refused(ValidationError):
    """
    The input was not recorded.

    `message_dict` maps a field's name to its messages; forms and the API show them beside the field.
    """


class Moved(Refused):
    """The input was not recorded, because what it replaces changed since it was looked at."""


class Problems:
    """Collects what is wrong with an input, so that all of it is said at once."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, field: str, message: str) -> None:
        self._found.setdefault(field, []).append(message)

    def add_fault(self, field: str, message: str) -> None:
        """Add a message, unless it is empty: then nothing was wrong."""
        if message:
            self.add(field, message)

    def extend(self, field: str, messages: Iterable[str]) -> None:
        for message in messages:
            self.add(field, message)

    def raise_if_any(self) -> None:
        """
        Raises:
            Refused: Something was added.
        """
        if self._found:
            raise Refused(self._found)


def refuse(field: str, message: str) -> Refused:
    """The error for one field."""
    return Refused({field: [message]})


def is_constraint(error: IntegrityError, *names: str) -> bool:
    """Whether the database refused because of one of these named constraints, or these columns on SQLite."""
    return any(name in str(error) for name in names)


def is_deadlock(error: OperationalError) -> bool:
    """Whether the database ended the transaction because several waited for each other in a circle."""
    return getattr(error.__cause__, "sqlstate", "") == DEADLOCK

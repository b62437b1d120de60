"""The feed of changes: everything in the order of becoming visible, to be read on from any place in it."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from forecasts.models import Change

LARGEST = 2**63 - 1
SHAPE = re.compile(r"([0-9]{1,19})-([0-9]{1,19})-([0-9]{1,19})", re.ASCII)
BY_NUMBER = {Change.Kind.OBSERVATION, Change.Kind.SCORE, Change.Kind.REDACTION}
BY_NAME = {
    Change.Kind.FORECASTER,
    Change.Kind.TOPIC,
    Change.Kind.LEXICON,
    Change.Kind.SOURCE,
    Change.Kind.COVERAGE,
    Change.Kind.ENTITY,
    Change.Kind.MEMBERSHIP,
    Change.Kind.MILESTONE,
    Change.Kind.SEALED,
    Change.Kind.UNSEALING,
}
COLUMNS = "id, era, transaction_number, kind, action, key, noted_at"
# A transaction that still runs may write below whatever a later one wrote: nothing past it is given out yet. What
# another cluster wrote, before this database was copied here, is complete.
IS_COMPLETE = {
    "postgresql": (
        "(transaction_number < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        " OR era <> (SELECT system_identifier FROM pg_control_system()))"
    ),
    "sqlite": "TRUE",  # Whoever writes is alone, so that ids come in the order of the commits.
}


class NoPosition(ValueError):
    """A text that names no place in the feed."""


@dataclass(frozen=True, order=True)
class Position:
    """A place in the feed, just after one change."""

    era: int = 0
    transaction: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.era}-{self.transaction}-{self.id}"

    @classmethod
    def read(cls, text: str) -> "Position":
        """
        Raises:
            NoPosition: The text was not written by this class.
        """
        found = SHAPE.fullmatch(text)
        numbers = [int(number) for number in found.groups()] if found else [LARGEST + 1]
        if max(numbers) > LARGEST:
            raise NoPosition(f"“{text[:80]}” is no place in this feed. Start without one, and follow `next`.")
        return cls(*numbers)


BEGINNING = Position()


def changes_after(*, position: Position, limit: int) -> list[Change]:
    """
    Return the changes that come next after a place in the feed, the earliest first.

    Whatever becomes visible later comes later in the feed, so that who goes on from the last one misses nothing.
    """
    sql = (
        f"SELECT {COLUMNS} FROM forecasts_change "  # noqa: S608 — our own names; the values are parameters.
        f"WHERE (era, transaction_number, id) > (%s, %s, %s) AND {IS_COMPLETE[connection.vendor]} "
        "ORDER BY era, transaction_number, id LIMIT %s"
    )
    return list(Change.objects.raw(sql, [position.era, position.transaction, position.id, limit]))


def last_position() -> Position:
    """The place after everything that is told by now."""
    sql = (
        f"SELECT {COLUMNS} FROM forecasts_change WHERE {IS_COMPLETE[connection.vendor]} "  # noqa: S608 — as above
        "ORDER BY era DESC, transaction_number DESC, id DESC LIMIT 1"
    )
    return next((position_of(change) for change in Change.objects.raw(sql)), BEGINNING)


def position_of(change: Change) -> Position:
    """The place just after a change."""
    return Position(change.era, change.transaction_number, change.id)


def name_of(change: Change) -> str:
    """What the row is found by, in one form on every database: a slug, a path, a number or a UUID."""
    return change.key if change.kind in BY_NAME | BY_NUMBER else str(UUID(change.key))

"""What something was made of: the statements that asked the database for it, and a digest of what they gave."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from django.db import DatabaseError, InternalError, connection, transaction

from .statements import prepared

MOST_STATEMENTS, LONGEST_QUESTION = 16, 100_000
READING = ("SELECT", "WITH")
NO_MORE = "'no more'"

Made = TypeVar("Made")


class Statement(NamedTuple):
    """A statement as it was asked, with its values, and how many columns it gave."""

    sql: str
    values: Any
    width: int


@dataclass(frozen=True)
class Readings:
    """
    All that was read of the database for something, at one instant.

    Attributes:
        question: The one statement that asks for all of it again, with every value in its place.
        digest: What it came to.
    """

    question: str
    digest: str

    @property
    def size(self) -> int:
        """How many letters the question has."""
        return len(self.question)

    def still_hold(self) -> bool:
        """Whether the same would be read now."""
        try:
            return _digest(self.question) == self.digest
        except DatabaseError:  # such as a table that a migration changed meanwhile
            return False


def made_of_one_instant(
    make: Callable[[], Made], *, is_wanted: Callable[[Made], bool] = lambda _: True
) -> tuple[Made, Readings | None]:
    """
    Make something that hangs on nothing but what is read for it, as the database stands at one instant.

    Not within a transaction.

    Args:
        make: Makes it.
        is_wanted: Whether the readings of what was made are of any use.

    Returns:
        What was made, and its readings; none where they are not wanted, or it was asked for in too many words to ask again.
    """
    noted: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        noted.append(Statement(sql, params, len(context["cursor"].description or ())))
        return result

    with _one_instant():
        with connection.execute_wrapper(note):
            made = make()
        question = _question(noted) if is_wanted(made) else None
        return made, None if question is None else Readings(question, _digest(question))


@contextmanager
def _one_instant() -> Iterator[None]:
    """A transaction that only reads, all of it as the database stands at one instant."""
    if connection.vendor == "sqlite":
        with _snapshot_of_sqlite(), _reading_only():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _reading_only() -> Iterator[None]:
    # Counted afterwards: to forbid writing makes SQLite plan every statement of the connection anew.
    before = connection.connection.total_changes
    yield
    if connection.connection.total_changes != before:
        raise InternalError("What is made for readers wrote something, in a read-only transaction.")


@contextmanager
def _snapshot_of_sqlite() -> Iterator[None]:
    with connection.cursor() as cursor:
        # By hand: a transaction of Django takes the lock of whoever writes as it begins.
        cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _question(noted: Iterable[Statement]) -> str | None:
    """What asks for the rows of all, in their order; None where that takes too many words, or does more than to ask."""
    # At one instant the same statement gives the same rows.
    asked = tuple({(one.sql, repr(one.values)): one for one in noted}.values())
    if len(asked) > MOST_STATEMENTS or not all(one.sql.lstrip("( \n\t").startswith(READING) for one in asked):
        return None
    if sum(len(one.sql) for one in asked) + sum(len(repr(one.values)) for one in asked) > LONGEST_QUESTION:
        return None
    tell = _as_text if connection.vendor == "sqlite" else _as_digest
    with connection.cursor() as cursor:
        told = [text for one in asked if (text := tell(cursor, one)) is not None]
    return f"SELECT {', '.join([*told, NO_MORE])}" if len(told) == len(asked) else None


def _as_digest(cursor: Any, asked: Statement) -> str:
    """SQL for a digest of all rows that a statement gives on PostgreSQL: each of their values as bytes, with its length before it."""
    sql = cursor.mogrify(asked.sql, asked.values)
    # What was asked just now, by ourselves, with its values in place.
    return f"(SELECT coalesce(md5(string_agg(record_send(q), '')), 'nothing') FROM ({sql}) q)"  # noqa: S608 no value, and no name from outside


def _as_text(cursor: Any, asked: Statement) -> str | None:
    """
    SQL for all rows that a statement gives on SQLite, as text that tells each of their values; None where no text does.

    With its values in place: SQLite plans a statement anew for values that it might be planned by.
    """
    values = asked.values or ()
    if any("\0" in one for one in values if isinstance(one, str)):
        return None
    sql = asked.sql if asked.values is None else asked.sql % _quoted(cursor, values)
    names = [f"c{place}" for place in range(asked.width)]
    row = " || ',' || ".join(f"quote({name})" for name in names)
    return f"(WITH q({', '.join(names)}) AS ({sql}) SELECT coalesce(group_concat({row}, ';'), 'nothing') FROM q)"  # noqa: S608 values as SQLite quotes them, and no name from outside


def _quoted(cursor: Any, values: Any) -> tuple[str, ...]:
    if not values:
        return ()
    cursor.execute(f"SELECT {', '.join(['quote(%s)'] * len(values))}", values)
    return tuple(cursor.fetchone())


def _digest(question: str) -> str:
    # Whoever made something asks what it was made of at every write elsewhere, and most of that would be planning.
    with prepared() as cursor:
        cursor.execute(question)
        return sha256(repr(cursor.fetchall()).encode()).hexdigest()

"""What something was made of: the statements that asked the database for it, and a digest of what they gave."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, TypeVar

from django.db import DatabaseError, InternalError, connection, transaction

from .statements import prepared

MOST_STATEMENTS, LONGEST_QUESTION = 16, 100_000
READING = ("SELECT", "WITH")
NO_MORE = "'no more'"

Made = TypeVar("Made")
# A statement with its values; the values are none where they are in it.
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Readings:
    """
    All that was read of the database for something, at one instant.

    Attributes:
        question: The statements that ask for all of it again. On PostgreSQL that is one, which answers with a digest.
        digest: What it came to.
    """

    question: tuple[Statement, ...]
    digest: str

    @cached_property
    def size(self) -> int:
        """How many letters the question has, roughly."""
        return _size(self.question)

    def still_hold(self) -> bool:
        """Whether the same would be read now."""
        try:
            with _snapshot_of_sqlite() if len(self.question) > 1 else nullcontext():
                return _digest(self.question) == self.digest
        except DatabaseError:  # such as a table that a migration changed meanwhile
            return False


def made_of_one_instant(make: Callable[[], Made]) -> tuple[Made, Readings | None]:
    """
    Make something that hangs on nothing but what is read for it, as the database stands at one instant.

    Not within a transaction.

    Returns:
        What was made, and its readings; none where it was asked for in too many words to ask again.
    """
    noted: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        noted.append((sql, params))
        return execute(sql, params, many, context)

    with _one_instant():
        with connection.execute_wrapper(note):
            made = make()
        question = _question(noted)
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


def _question(noted: Iterable[Statement]) -> tuple[Statement, ...] | None:
    """What asks for the rows of all, in their order; None where that takes too many words, or does more than to ask."""
    # At one instant the same statement gives the same rows.
    asked = tuple({(sql, repr(params)): (sql, params) for sql, params in noted}.values())
    if len(asked) > MOST_STATEMENTS or not all(sql.lstrip("( \n\t").startswith(READING) for sql, _ in asked):
        return None
    question = asked if connection.vendor == "sqlite" else (_joined(asked),)
    return question if _size(question) <= LONGEST_QUESTION else None


def _joined(noted: Sequence[Statement]) -> Statement:
    """One statement for the digest of the rows of all; a row as text tells each of its values."""
    with connection.cursor() as cursor:
        asked = [cursor.mogrify(sql, params) for sql, params in noted]
    # What was asked just now, by ourselves, with its values in place.
    digests = [f"(SELECT coalesce(md5(string_agg(q::text, ',')), 'nothing') FROM ({sql}) q)" for sql in asked]  # noqa: S608 no value, and no name from outside
    return f"SELECT concat_ws(',', {', '.join([*digests, NO_MORE])})", None


def _size(question: Sequence[Statement]) -> int:
    return sum(len(sql) + (len(repr(params)) if params else 0) for sql, params in question)


def _digest(question: Sequence[Statement]) -> str:
    digest = sha256()
    # Whoever made something asks what it was made of at every write elsewhere, and most of that would be planning.
    with prepared() as cursor:
        for sql, params in question:
            cursor.execute(sql, params)
            digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()

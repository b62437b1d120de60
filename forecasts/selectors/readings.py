"""What something was made of: the statements that asked the database for it, and a digest of what they gave."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction

MOST_STATEMENTS, LONGEST_QUESTION = 12, 100_000

Made = TypeVar("Made")


@dataclass(frozen=True)
class Readings:
    """
    All that was read of the database for something, at one instant.

    Attributes:
        question: A statement that asks for all of it again, and answers with its digest.
        digest: What it came to.
    """

    question: str
    digest: str

    def still_hold(self) -> bool:
        """Whether the same would be read now."""
        try:
            return _digest(self.question) == self.digest
        except DatabaseError:  # such as a table that a migration changed meanwhile
            return False


def made_of_one_instant(make: Callable[[], Made]) -> tuple[Made, Readings | None]:
    """
    Make something that hangs on nothing but what is read for it, as the database stands at one instant.

    PostgreSQL only, and not within a transaction.

    Returns:
        What was made, and its readings; none where it was asked for in too many words to ask again.
    """
    noted: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        noted.append((sql, params))
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connection.execute_wrapper(note):
            made = make()
        question = _question(noted)
        return made, Readings(question, _digest(question)) if question else None


def _question(noted: list[tuple[str, Any]]) -> str | None:
    """One statement for the digest of the rows of all, in their order; a row as text tells each of its values."""
    if len(noted) > MOST_STATEMENTS:
        return None
    with connection.cursor() as cursor:
        asked = [cursor.mogrify(sql, params) for sql, params in noted]
    # What was asked just now, by ourselves, with its values in place.
    digests = [f"(SELECT coalesce(md5(string_agg(q::text, ',')), 'nothing') FROM ({sql}) q)" for sql in asked]  # noqa: S608
    question = f"SELECT concat_ws(',', {', '.join(digests)})"
    return question if len(question) <= LONGEST_QUESTION else None


def _digest(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])

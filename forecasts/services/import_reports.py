"""What became of the rows of a file, and patience with a database that is locked meanwhile."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol, TypeVar

from django.db import IntegrityError, OperationalError

from forecasts.feeds import BadRow, RowProblem

logger = logging.getLogger(__name__)

MAX_PROBLEMS = 1000
BACK_OFF = (0.5, 1.0, 2.0)


class ImportStopped(OperationalError):
    """The database stayed locked. What was read before is recorded; the message says where it stopped."""

    def __init__(self, *, line: int) -> None:
        super().__init__(
            f"The database stayed locked, {len(BACK_OFF) + 1} times in a row. Everything before line {line} is recorded. "
            f"Run the same file again: what is recorded counts as unchanged, and line {line} comes next."
        )


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows of a file: how many were new, unchanged or refused, and the first problems."""

    new: int
    unchanged: int
    refused: int
    problems: tuple[RowProblem, ...]


class Tally:
    """Counts what becomes of the rows."""

    def __init__(self) -> None:
        self.new = self.unchanged = self.refused = 0
        self._problems: list[RowProblem] = []

    def add_new(self, *, line: int, external_id: str) -> None:
        """Count one row as a new event."""
        self.new += 1

    def add_unchanged(self, *, line: int, external_id: str) -> None:
        """Count one row as an event that was recorded before, or twice in the file."""
        self.unchanged += 1

    def refuse(self, *problems: RowProblem) -> None:
        """Count one row as refused."""
        self.refused += 1
        self._problems += problems[: MAX_PROBLEMS - len(self._problems)]

    def refuse_each(self, problems: Iterable[RowProblem]) -> None:
        """Count as many rows as refused, each for one problem."""
        for one in problems:
            self.refuse(one)

    def take(self, other: "Tally") -> None:
        """Add what another counted."""
        self.new += other.new
        self.unchanged += other.unchanged
        self.refused += other.refused
        self._problems += other._problems[: MAX_PROBLEMS - len(self._problems)]

    def report(self) -> ImportReport:
        return ImportReport(self.new, self.unchanged, self.refused, self.problems)

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        return tuple(sorted(self._problems, key=attrgetter("line")))


class RowByRow(Tally):
    """What became of each row, by its line."""

    def __init__(self) -> None:
        super().__init__()
        self.recorded: dict[int, tuple[str, bool]] = {}
        self.refused_rows: dict[int, list[RowProblem]] = {}

    def add_new(self, *, line: int, external_id: str) -> None:
        super().add_new(line=line, external_id=external_id)
        self.recorded[line] = (external_id, True)

    def add_unchanged(self, *, line: int, external_id: str) -> None:
        super().add_unchanged(line=line, external_id=external_id)
        self.recorded[line] = (external_id, False)

    def refuse(self, *problems: RowProblem) -> None:
        super().refuse(*problems)
        for one in problems:
            self.refused_rows.setdefault(one.line, []).append(one)


Counted = TypeVar("Counted")


class _Row(Protocol):
    @property
    def line(self) -> int: ...


def line_of(row: _Row | BadRow) -> int:
    """Where a row begins in its file."""
    return row.problems[0].line if isinstance(row, BadRow) else row.line


def patiently(record: Callable[[], Counted], *, line: int) -> Counted:
    """
    Record a chunk; where somebody else holds what it needs, or has just recorded the same, try again a little later.

    Args:
        record: One transaction, safe to run again.
        line: Where the chunk begins.
    Raises:
        ImportStopped: Somebody holds it all the time.
    """
    for pause in BACK_OFF:
        try:
            return record()
        except (OperationalError, IntegrityError) as error:
            if not _is_passing(error):
                raise
            logger.warning("%s; the rows from line %s are tried again: %s", _told(error), line, error)
        time.sleep(pause)
    try:
        return record()
    except OperationalError as error:
        if not _is_passing(error):
            raise
        raise ImportStopped(line=line) from error


def _told(error: OperationalError | IntegrityError) -> str:
    return "Somebody recorded the same" if isinstance(error, IntegrityError) else "The database is locked"


def _is_passing(error: OperationalError | IntegrityError) -> bool:
    """Whether it is about somebody else at work at the same time."""
    return "lock" in str(error) or (isinstance(error, IntegrityError) and "unique" in str(error).lower())

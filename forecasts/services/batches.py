"""Recording many rows, each told what became of it: all of them or none, or each by itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from forecasts.feeds import BadRow, RowProblem

from .garbage import left_alone_by_the_collector
from .refusal import Moved, Refused, is_deadlock
from .routing import change_routes, woken_together

CHUNK, ATTEMPTS = 1000, 3
# Where whoever records a fact has to wait for the end of the transaction.
SHORT_CHUNK = 50


class Fate(StrEnum):
    """What became of a row."""

    RECORDED = "RECORDED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class RowResult:
    """
    What became of one row.

    Attributes:
        index: The row, counted from 0.
        key: What it is found by; none where it was refused.
        errors: The messages by field; empty where it was not refused.
        has_moved: It was refused because what it replaces changed since its sender looked at it.
    """

    index: int
    fate: Fate
    key: object = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    has_moved: bool = False


class NothingRecorded(Exception):
    """Rows were refused, so none of the batch was recorded; `refused` holds them."""

    def __init__(self, refused: Sequence[RowResult]) -> None:
        super().__init__(f"{len(refused)} rows were refused, and nothing was recorded.")
        self.refused = refused


Row = TypeVar("Row")
# A row as it was sent, with its index.
SentRow = tuple[int, dict[str, Any]]
Record = Callable[[Sequence[Row]], list[RowResult]]


def record_each(
    rows: Iterable[Row | BadRow], *, record: Record[Row], n_at_once: int | None = CHUNK
) -> Iterator[RowResult]:
    """
    Record what is right; a bad row stops none of the others.

    Args:
        record: Records rows that were understood, in one transaction; safe to run again.
        n_at_once: How many rows are one transaction, all of them with None; what one holds stays whatever comes later.
    Returns:
        What became of each row, in order.
    """
    remaining = iter(rows)
    while results := _next(remaining, record=record, n_at_once=n_at_once):
        yield from results


def record_all(rows: Iterable[Row | BadRow], *, record: Record[Row], n_at_once: int | None = CHUNK) -> list[RowResult]:
    """
    Record every row in one transaction, or none.

    Args:
        record: As `record_each` takes it.
        n_at_once: How many rows it is given at once. Where it locks rows, all of them with None: what the second part
            is about would be locked after what is locked last for the first, and others do so the other way round.
    Returns:
        What became of each row, in order.
    Raises:
        NothingRecorded: Rows were refused; all of them are told.
    """
    with transaction.atomic(), woken_together():
        results = list(record_each(rows, record=record, n_at_once=n_at_once))
        if refused := [result for result in results if result.fate is Fate.REFUSED]:
            raise NothingRecorded(refused)
    return results


def one_by_one(rows: Sequence[tuple[int, Row]], *, write: Callable[[Row], tuple[object, bool]]) -> list[RowResult]:
    """
    Record rows by a service that takes one, in one transaction.

    Args:
        rows: Each with its index.
        write: Records a row and returns what it is found by and whether it is new; raises `Refused`.
    """
    with transaction.atomic():
        return [_written(index, row, write=write) for index, row in rows]


def one_by_one_on_routes(
    rows: Sequence[tuple[int, Row]], *, write: Callable[[Row], tuple[object, bool]]
) -> list[RowResult]:
    """
    The same for rows that change which facts concern which predictions.

    Whoever records a fact waits until they are recorded. That is locked before anything else, as everywhere.
    """
    with transaction.atomic():
        change_routes()
        return one_by_one(rows, write=write)


def _written(index: int, row: Row, *, write: Callable[[Row], tuple[object, bool]]) -> RowResult:
    try:
        with transaction.atomic(), woken_together():
            key, is_new = write(row)
    except Refused as refused:
        return refusal(index, refused)
    return RowResult(index, Fate.RECORDED if is_new else Fate.UNCHANGED, key)


def key_in(value: object) -> UUID | None:
    """The key that was sent, however it was written; None where it is none."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def refusal(index: int, refused: Refused) -> RowResult:
    """The result of a row that a service refused."""
    return RowResult(index, Fate.REFUSED, errors=refused.message_dict, has_moved=isinstance(refused, Moved))


def told(problems: Iterable[RowProblem]) -> RowResult:
    """The result of a row that was not understood."""
    errors: dict[str, list[str]] = {}
    index = 0
    for one in problems:
        index = one.line
        errors.setdefault(one.field, []).append(one.message)
    return RowResult(index, Fate.REFUSED, errors=errors)


@left_alone_by_the_collector()
def _next(remaining: Iterator[Row | BadRow], *, record: Record[Row], n_at_once: int | None) -> list[RowResult]:
    """Read and record the next rows; empty where there are none."""
    return _in_order(list(islice(remaining, n_at_once)), record=record)


def _in_order(chunk: Sequence[Row | BadRow], *, record: Record[Row]) -> list[RowResult]:
    bad = [told(row.problems) for row in chunk if isinstance(row, BadRow)]
    good = [row for row in chunk if not isinstance(row, BadRow)]
    return sorted([*bad, *(_again_after_a_race(good, record=record) if good else [])], key=lambda result: result.index)


def _again_after_a_race(rows: Sequence[Row], *, record: Record[Row]) -> list[RowResult]:
    """Record; where somebody else recorded one of the rows at the same moment, look again and record the others."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _recorded(rows, record=record)
        except IntegrityError:
            continue
        except OperationalError as error:
            # Locks are taken in one order; what two insert under one unique key at once is in none.
            if not is_deadlock(error):
                raise
    return _recorded(rows, record=record)


def _recorded(rows: Sequence[Row], *, record: Record[Row]) -> list[RowResult]:
    with transaction.atomic(), woken_together():
        return record(rows)

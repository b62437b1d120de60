"""Recording many rows, each told what became of it: all of them or none, or each by itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from django.db import IntegrityError, transaction

from forecasts.feeds import BadRow, RowProblem

from .refusal import Moved, Refused

CHUNK, ATTEMPTS = 1000, 3


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
Record = Callable[[Sequence[Row]], list[RowResult]]


def record_each(rows: Iterable[Row | BadRow], *, record: Record[Row]) -> Iterator[RowResult]:
    """
    Record what is right; a bad row stops none of the others.

    A thousand rows are one transaction; what it holds stays whatever comes later.

    Args:
        record: Records rows that were understood, in one transaction; safe to run again.
    Returns:
        What became of each row, in order.
    """
    for chunk in _chunks(rows):
        yield from _in_order(chunk, record=lambda good: _again_after_a_race(good, record=record))


def record_all(rows: Iterable[Row | BadRow], *, record: Record[Row]) -> list[RowResult]:
    """
    Record every row in one transaction, or none.

    Returns:
        What became of each row, in order.
    Raises:
        NothingRecorded: Rows were refused; all of them are told.
    """
    results: list[RowResult] = []
    with transaction.atomic():
        for chunk in _chunks(rows):
            results += _in_order(chunk, record=record)
        if any(result.fate is Fate.REFUSED for result in results):
            transaction.set_rollback(True)
    refused = [result for result in results if result.fate is Fate.REFUSED]
    if refused:
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


def _written(index: int, row: Row, *, write: Callable[[Row], tuple[object, bool]]) -> RowResult:
    try:
        with transaction.atomic():
            key, is_new = write(row)
    except Refused as refused:
        return refusal(index, refused)
    return RowResult(index, Fate.RECORDED if is_new else Fate.UNCHANGED, key)


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


def _chunks(rows: Iterable[Row | BadRow]) -> Iterator[list[Row | BadRow]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _in_order(chunk: Sequence[Row | BadRow], *, record: Record[Row]) -> list[RowResult]:
    bad = [told(row.problems) for row in chunk if isinstance(row, BadRow)]
    good = [row for row in chunk if not isinstance(row, BadRow)]
    return sorted([*bad, *(record(good) if good else [])], key=lambda result: result.index)


def _again_after_a_race(rows: Sequence[Row], *, record: Record[Row]) -> list[RowResult]:
    """Record; where somebody else recorded one of the rows at the same moment, look again and record the others."""
    for _ in range(ATTEMPTS - 1):
        try:
            return record(rows)
        except IntegrityError:
            continue
    return record(rows)

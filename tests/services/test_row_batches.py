"""Rows in numbers, whatever they are: in transactions, again after a race, all or none."""

import pytest
from django.db import IntegrityError, OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

from forecasts.services.batches import Fate, NothingRecorded, RowResult, record_all, record_each

pytestmark = pytest.mark.django_db


def recorded(rows) -> list[RowResult]:
    return [RowResult(row, Fate.RECORDED, row) for row in rows]


def fails_first(*causes: BaseException):
    """Records rows after it has failed for each of the causes."""
    left = list(causes)

    def record(rows) -> list[RowResult]:
        if left:
            cause = left.pop(0)
            raise cause if isinstance(cause, IntegrityError) else OperationalError("It waited.") from cause
        return recorded(rows)

    return record


@pytest.mark.parametrize("cause", [DeadlockDetected(), IntegrityError("It is there.")])
def test_rows_are_recorded_again_after_a_race(cause):
    assert list(record_each([0, 1], record=fails_first(cause))) == recorded([0, 1])
    assert record_all([0, 1], record=fails_first(cause)) == recorded([0, 1])


def test_whoever_waited_too_long_is_told():
    with pytest.raises(OperationalError, match="It waited"):
        list(record_each([0], record=fails_first(LockNotAvailable())))


def test_each_so_many_rows_are_recorded_by_themselves_and_all_rows_together():
    sizes = []

    def record(rows) -> list[RowResult]:
        sizes.append(len(rows))
        return recorded(rows)

    list(record_each(range(5), record=record, n_at_once=2))
    record_all(range(5), record=record, n_at_once=None)

    assert sizes == [2, 2, 1, 5]


def test_nothing_is_recorded_where_one_row_is_refused():
    def record(rows) -> list[RowResult]:
        return [*recorded(rows[:-1]), RowResult(rows[-1], Fate.REFUSED, errors={"": ["No."]})]

    with pytest.raises(NothingRecorded, match="1 rows were refused") as refused:
        record_all([0, 1], record=record)

    assert [result.index for result in refused.value.refused] == [1]

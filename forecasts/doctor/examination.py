"""Asking everything, and telling what was found."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from .table import INVARIANTS, Invariant

TOLD = 20  # Of each invariant; the rest is counted.


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What was found of one invariant: how many breaches, the first of them, and how long the asking took."""

    number: str
    name: str
    n_breaches: int
    breaches: tuple[str, ...]
    seconds: float


def examine(*, now: datetime, invariants: Iterable[Invariant] = INVARIANTS) -> Iterator[Examined]:
    """Ask every invariant, each on one view of the database, which it leaves as it is."""
    for one in invariants:
        began = time.monotonic()
        with _patiently():
            found = one.breaches(now=now)
        yield Examined(
            number=one.number,
            name=one.name,
            n_breaches=len(found),
            breaches=tuple(found[:TOLD]),
            seconds=round(time.monotonic() - began, 3),
        )


@contextmanager
def _patiently() -> Iterator[None]:
    """One transaction without the time limit of requests; on PostgreSQL it sees the database as of its beginning."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                if is_ours:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SET LOCAL statement_timeout = 0")
        yield

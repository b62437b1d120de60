"""How the time and the memory of recording files of forecasts grow with them."""

import time
from collections.abc import Iterator
from io import RawIOBase
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db import connection

from forecasts.feeds import read_forecasts
from forecasts.models import Posting
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from tests.benchmarks.ratios import compare, growth, peak_memory
from tests.builders import NOW

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

HEADER = "asker,statement,forecaster,probability,made_at,cluster,verdict,known_at\n"
SMALL, LARGE = 10_000, 100_000
NUMBERS = count()


class File(RawIOBase):
    """A file that is never in memory as a whole."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self._lines, "").encode()


def file_of(n_rows: int, *, tag: str, rows_each: int) -> File:
    """So many rows, each question with so many of them in turn."""

    def lines() -> Iterator[str]:
        yield HEADER
        for number in range(n_rows):
            question = number // rows_each
            yield (
                f"pollster,Claim {tag}{question}.,p{number % rows_each},0.{number % 97 + 3:02},2024-03-01T00:00:00Z,{tag}{question},"
                f"{('YES', 'NO')[question % 2]},2024-06-01T00:00:00Z\n"
            )

    return File(lines())


def record(n_rows: int, *, tag: str, actor: User, rows_each: int = 1) -> None:
    report = import_forecasts(
        rows=read_forecasts(file_of(n_rows, tag=tag, rows_each=rows_each)),
        origin=Origin(actor=actor, topic="all", now=NOW),
    )
    assert (report.new, report.refused) == (n_rows, 0)


def test_the_time_of_an_import_grows_with_its_rows_and_its_memory_does_not(db, capsys):
    actor = User.objects.create(username="editor")
    record(1_000, tag="warm", actor=actor)
    took: dict[int, float] = {}
    peaks: dict[int, float] = {}

    for n_rows in (SMALL, LARGE):
        began = time.process_time()
        peaks[n_rows] = peak_memory(lambda n_rows=n_rows: record(n_rows, tag=f"n{n_rows}-", actor=actor))
        took[n_rows] = time.process_time() - began

    with capsys.disabled():
        growth(f"importing so many forecasts, CPU time ({connection.vendor})", sizes=took)
        told = " and ".join(f"{peak:.1f} MB more at the peak for {n_rows:,} rows" for n_rows, peak in peaks.items())
        print(f"  {told}; {took[LARGE] / LARGE * 1e6:.0f} microseconds a row")
    assert Posting.objects.count() == 1_000 + SMALL + LARGE


def test_questions_that_fill_many_chunks_take_no_longer_than_others(db, capsys):
    actor = User.objects.create(username="editor")
    record(1_000, tag="warm", actor=actor)

    with capsys.disabled():
        compare(
            f"importing {SMALL:,} forecasts on two questions ({connection.vendor})",
            ours=lambda: record(SMALL, tag=f"few{next(NUMBERS)}-", actor=actor, rows_each=SMALL // 2),
            limit=lambda: record(SMALL, tag=f"many{next(NUMBERS)}-", actor=actor, rows_each=100),
            against="as many on questions of a hundred each",
            rounds=2,
        )
    assert not Posting.objects.filter(sign=-1).exists()

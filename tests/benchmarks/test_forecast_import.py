"""How the time of recording files of forecasts grows with them."""

import time
from collections.abc import Iterator
from io import RawIOBase

import pytest
from django.contrib.auth.models import User

from forecasts.feeds import read_forecasts
from forecasts.models import Posting
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from tests.builders import NOW

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

HEADER = "asker,statement,forecaster,probability,made_at,cluster,verdict,known_at\n"
SMALL, LARGE = 4_000, 16_000


class File(RawIOBase):
    """A file that is never in memory as a whole."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self._lines, "").encode()


def file_of(n_rows: int, *, tag: str) -> File:
    def lines() -> Iterator[str]:
        yield HEADER
        for number in range(n_rows):
            yield (
                f"pollster,Claim {tag}{number}.,p{number % 50},0.{number % 97 + 3:02},2024-03-01T00:00:00Z,{tag}{number},"
                f"{('YES', 'NO')[number % 2]},2024-06-01T00:00:00Z\n"
            )

    return File(lines())


def record(n_rows: int, *, tag: str, actor: User) -> None:
    report = import_forecasts(
        rows=read_forecasts(file_of(n_rows, tag=tag)), origin=Origin(actor=actor, topic="all", now=NOW)
    )
    assert (report.new, report.refused) == (n_rows, 0)


def test_the_time_of_an_import_grows_with_its_rows(db, capsys):
    actor = User.objects.create(username="editor")
    record(1_000, tag="warm", actor=actor)

    took = []
    for n_rows in (SMALL, LARGE):
        began = time.process_time()
        record(n_rows, tag=f"n{n_rows}-", actor=actor)
        took.append((time.process_time() - began) / n_rows)

    with capsys.disabled():
        print(
            f"\nimporting forecasts: {took[1] / took[0]:.2f} times as long per row for {LARGE:,} as for {SMALL:,} rows"
        )
    assert took[1] / took[0] < 1.5
    assert Posting.objects.count() == 1_000 + SMALL + LARGE

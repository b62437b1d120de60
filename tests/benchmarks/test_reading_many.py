"""Reading much: pages of many predictions by any two filters, and files of many forecasts."""

import os
import time
from itertools import combinations
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test import Client

from forecasts.models import Forecast, Prediction
from tests.benchmarks.crowds import analyse, copy_rows, identifier
from tests.benchmarks.histories import FORECASTERS, add_forecasters, add_forecasts, the, without_triggers
from tests.benchmarks.ratios import keep, peak_memory, seconds
from tests.builders import make_prediction

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.django_db,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="rows in such numbers are for PostgreSQL: give DATABASE_URL"
    ),
]

FULL = os.environ.get("BENCH_FULL") == "1"
N_PREDICTIONS = 10**6 if FULL else 10**5
FILES = (10**4, 10**6 if FULL else 10**5)
N_BEFORE = 20_000
# The oldest hundred are decided: whoever goes through the newest first meets them last.
N_DECIDED = 100
FILTERS = (
    "topic=aid/military",
    "forecaster=ada-byron",
    "status=FINAL",
    "status=NEEDS_REVIEW",
    "verdict=YES",
    "attribution=REPORTED",
    "conditional=true",
    "issued_from=2025-01-01T00:00:00Z",
    "issued_to=2025-01-01T00:00:00Z",
)


def test_any_page_of_many_predictions_by_any_two_filters(capsys):
    original = make_prediction(rules=[], probability=None)
    is_decided = f"n.i <= {N_DECIDED}"
    changes = {
        "id": identifier(),
        "statement": "'Copy ' || n.i",
        "title": "'Copy ' || n.i",
        "status": f"CASE WHEN {is_decided} THEN 'FINAL' ELSE 'OPEN' END",
        "verdict": f"CASE WHEN {is_decided} THEN 'YES' ELSE '' END",
        "attribution": "CASE WHEN n.i %% 2 = 0 THEN 'REPORTED' ELSE 'AUTHOR' END",
        "condition": "CASE WHEN n.i %% 3 = 0 THEN 'If it rains' ELSE '' END",
        "recorded_at": "one.recorded_at + n.i * interval '1 second'",
    }
    with without_triggers():
        copy_rows(Prediction.objects.filter(pk=original.pk), range(1, N_PREDICTIONS), changes)
    analyse()
    pairs = [pair for pair in combinations(FILTERS, 2) if not all(one.startswith("status=") for one in pair)]
    pages = {pair: _page("&".join(pair)) for pair in pairs}
    pages[(f"after {N_BEFORE:,} others",)] = _page(_cursor_after(N_BEFORE))
    first = _page("")

    with capsys.disabled():
        slow = {pair: took for pair, took in pages.items() if took > 2 * first}
        print(
            f"\npages of {N_PREDICTIONS:,} predictions: {len(pages) - len(slow)} of {len(pages)} within 2 x the first page"
        )
        for pair, took in sorted(pages.items(), key=lambda page: -page[1])[:8]:
            print(f"  {' and '.join(pair)}: {took / first:.1f} x the first page")
    keep("pages by two filters", {" and ".join(pair): took / first for pair, took in pages.items()})


def _page(asked: str) -> float:
    """Seconds that a page takes."""
    client, path = Client(), f"/api/v1/predictions/?page_size=50&{asked}"

    def read() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content

    read()
    return seconds(read, rounds=5)


def _cursor_after(count: int) -> str:
    """The parameter for the page that follows so many rows."""
    client, path = Client(), "/api/v1/predictions/?page_size=200"
    for _ in range(count // 200):
        path = client.get(path).json()["next"]
    (cursor,) = parse_qs(urlsplit(path).query)["cursor"]
    return urlencode({"cursor": cursor})


def test_a_file_of_many_forecasts_begins_at_once_and_takes_no_memory(capsys):
    prediction = make_prediction()
    forecast = Forecast.objects.get()
    took, peaks, made = {}, {}, 0
    for size in FILES:
        n_new, first = size - made, made + 1
        with without_triggers():
            add_forecasters(prediction.holder, count=n_new, first=first)
            add_forecasts(forecast, on=the(prediction), by=identifier(offset=FORECASTERS), first=first, count=n_new)
        made = size
        analyse()
        for suffix in ("csv", "ndjson"):
            path, place = f"/api/v1/exports/forecasts.{suffix}", (size, suffix)

            def read(path: str = path, place: tuple[int, str] = place) -> None:
                took[place] = _read(path, n_rows=place[0] + 1)

            peaks[place] = peak_memory(read)

    with capsys.disabled():
        for (size, suffix), (first, whole) in took.items():
            print(
                f"\na file of {size:,} forecasts as {suffix}: begins after {first * 1000:.0f} ms, 1/{whole / first:.0f} of the whole "
                f"({whole / size * 1e6:.0f} us a row); {peaks[size, suffix]:.1f} MB more at the peak"
            )
            keep(
                f"a file of {size} forecasts as {suffix}", {"first": first, "whole": whole, "peak": peaks[size, suffix]}
            )
    small, large = FILES
    # A million rows held at once would be hundreds.
    assert all(peaks[large, suffix] < peaks[small, suffix] + 20 for suffix in ("csv", "ndjson"))


def _read(path: str, *, n_rows: int) -> tuple[float, float]:
    """Seconds to the first part of a file and to its end."""
    began = time.perf_counter()
    parts = iter(Client().get(path).streaming_content)
    n_lines = next(parts).count(b"\n")
    first = time.perf_counter() - began
    n_lines += sum(part.count(b"\n") for part in parts)
    assert n_lines == n_rows + path.endswith("csv")
    return first, time.perf_counter() - began

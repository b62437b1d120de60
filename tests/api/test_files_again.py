"""Files that are sent while they are read: not sent again to whoever has them, until anything was written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from forecasts.models import Forecaster, Prediction
from forecasts.services.forecasts import record_forecast, wording
from tests.builders import NOW, make_forecaster, make_prediction, make_topic

from .worlds import make_one_of_each

IS_SHARED = connection.vendor == "postgresql"
# On SQLite files of calls have no name for the state they are of.
CALLS = ["accuracy/calls.csv?topic=aid", "accuracy/calls.ndjson"] if IS_SHARED else []
FILES = [
    *(f"exports/{name}.{suffix}" for name in ("events", "forecasts", "scores") for suffix in ("csv", "ndjson")),
    "exports/predictions.csv?topic=aid",
    "exports/resolutions.ndjson",
    "calendar.ics",
    *CALLS,
]
TABLES = ["leaderboard/forecasters.csv", "compare/calls.csv?a=ada-byron"]

# A transaction that is not over has no name for its state.
pytestmark = pytest.mark.django_db(transaction=IS_SHARED)


def asked_again(reader: Any, path: str, *, etag: str) -> Any:
    return reader.get(path, **{"if-none-match": etag})


def test_a_file_is_not_sent_again_to_whoever_has_it(reader):
    make_one_of_each()
    for path in [*FILES, *TABLES]:
        etag = reader.get(path).headers["ETag"]
        again = asked_again(reader, path, etag=etag)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag), path
        assert "RateLimit-Remaining" in again.headers


def test_files_of_different_questions_have_different_etags(reader):
    make_one_of_each()
    asked = [*FILES, "exports/events.csv?source=wire", "exports/forecasts.csv?topic=aid"]

    etags = [reader.get(path).headers["ETag"] for path in asked]

    assert len(set(etags)) == len(asked)


def by_another_forecast() -> None:
    record_forecast(
        prediction=Prediction.objects.earliest("recorded_at"), forecaster=make_forecaster("later"),
        wording=wording(probability="0.2"), made_at=NOW, now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    "write",
    [
        by_another_forecast,
        lambda: make_prediction(statement="Another one."),
        lambda: make_topic("elsewhere"),
        lambda: Prediction.objects.update(status="NEEDS_REVIEW"),
        lambda: Forecaster.objects.filter(slug="ada-byron").update(slug="ada-lovelace"),
    ],
)
def test_once_anything_was_written_a_file_is_sent_anew(write: Callable[[], object], reader):
    make_one_of_each()
    before = {path: reader.get(path).headers["ETag"] for path in FILES}

    write()

    for path, etag in before.items():
        again = asked_again(reader, path, etag=etag)
        assert (again.status_code, again.headers["ETag"] != etag) == (200, True), path


@pytest.mark.parametrize("query", ["as_of=2026-01-01T00:00:00Z", "variant=STRICT"])
def test_a_file_that_hangs_on_the_time_has_no_etag(query, reader):
    make_one_of_each()

    for path in ("accuracy/calls.csv", "exports/forecasts.csv"):
        assert "ETag" not in reader.get(f"{path}?{query}").headers

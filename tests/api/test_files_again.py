"""Files that are sent while they are read: not sent again to whoever has them, until anything was written."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from forecasts.models import Forecaster, Posting, Prediction
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.intake import RuleDraft
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_topic, rule_that_it_occurs

from .worlds import make_one_of_each

IS_SHARED = connection.vendor == "postgresql"
FILES = [
    *(f"exports/{name}.{suffix}" for name in ("events", "forecasts", "scores") for suffix in ("csv", "ndjson")),
    "exports/predictions.csv?topic=aid",
    "exports/resolutions.ndjson",
    "calendar.ics",
    "accuracy/calls.csv?topic=aid",
    "accuracy/calls.ndjson",
]
TABLES = ["leaderboard/forecasters.csv", "compare/calls.csv?a=ada-byron"]

# A transaction that is not over has no name for its state.
pytestmark = pytest.mark.django_db(transaction=IS_SHARED)


def decide(prediction: Prediction) -> None:
    record_verdict(
        prediction_id=prediction.pk, verdict="YES", reason="It was announced.", now=NOW,
        actor=User.objects.create_user("another"),
    )  # fmt: skip


def asked_again(reader: Any, path: str, *, etag: str) -> Any:
    return reader.get(path, **{"if-none-match": etag})


def etag_that_holds(reader: Any, path: str) -> str:
    """The ETag of a file that is not sent again; who ends a transaction anywhere in the cluster just then has it sent once more."""
    for _ in range(5):
        etag = reader.get(path).headers["ETag"]
        if asked_again(reader, path, etag=etag).status_code == 304:
            return etag
    pytest.fail(f"{path} is sent again each time")


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


def test_what_was_counted_since_changes_a_file_that_no_record_tells_of(reader):
    prediction = make_one_of_each()
    decide(prediction)
    path = "exports/forecasts.csv?lead_days_min=1"
    etag = reader.get(path).headers["ETag"]
    (posting,) = Posting.objects.net().values()
    taken = {"sign": -1, "takes_back_id": posting.pop("id")}

    Posting.objects.create(**posting | taken)

    again = asked_again(reader, path, etag=etag)
    assert (again.status_code, again.headers["ETag"] != etag) == (200, True)


PAST = ["as_of=2025-05-01T00:00:00Z", "as_recorded=2026-01-01T00:00:00Z", "as_of=2025-05-01T00:00:00Z&variant=STRICT"]


@pytest.mark.parametrize("query", PAST)
def test_a_file_of_a_past_is_not_sent_again_until_anything_was_written(query, reader):
    make_one_of_each()
    asked = [f"{path}?{query}" for path in ("accuracy/calls.csv", "exports/forecasts.ndjson")]
    etags = [etag_that_holds(reader, path) for path in asked]

    by_another_forecast()
    for path, etag in zip(asked, etags, strict=True):
        assert asked_again(reader, path, etag=etag).status_code == 200


@pytest.mark.parametrize("path", ["accuracy/calls.csv?variant=LENIENT", "exports/forecasts.ndjson?variant=LENIENT"])
def test_a_file_that_hangs_on_the_time_is_sent_anew_once_time_changed_it(path, reader, time_machine):
    time_machine.move_to(datetime(2025, 2, 1, tzinfo=UTC), tick=False)
    make_prediction(rules=[RuleDraft(rule_that_it_occurs(), variant="LENIENT", name="or so")], now=timezone.now())
    # Reported now, and known the day after tomorrow: nothing is written in between.
    make_event(known_at=datetime(2025, 2, 3, tzinfo=UTC), now=datetime(2025, 2, 3, tzinfo=UTC))
    first = reader.get(path)
    again = asked_again(reader, path, etag=first.headers["ETag"])

    time_machine.move_to(datetime(2025, 2, 4, tzinfo=UTC), tick=False)
    later = asked_again(reader, path, etag=first.headers["ETag"])

    assert (again.status_code, later.status_code) == (304, 200)
    assert later.headers["ETag"] not in (first.headers["ETag"], "")
    assert len(later.getvalue()) > len(first.getvalue())


def test_a_file_that_is_set_down_holds_what_it_holds_otherwise(reader):
    make_one_of_each()

    streamed = reader.get("accuracy/calls.csv?weighting=LAST")
    set_down = reader.get("accuracy/calls.csv?weighting=LAST&variant=CENTRAL")

    assert set_down.getvalue() == streamed.getvalue()
    assert (set_down.headers["ETag"][:1], set_down.headers["Content-Type"]) == ('"', "text/csv; charset=utf-8")

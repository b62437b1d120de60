"""Corrections and retractions by the file, and locks that others hold."""

import json
from datetime import UTC, datetime
from io import BytesIO
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from forecasts.feeds import read_json_lines
from forecasts.models import Event, EventVersion, Evidence, Prediction
from forecasts.services import import_reports, imports
from forecasts.services.import_reports import ImportStopped
from forecasts.services.imports import import_events, preview_events
from tests.builders import NOW, make_prediction, make_source, make_world

pytestmark = pytest.mark.django_db

EVENT = {
    "external_id": "7",
    "title": "Aid is sent",
    "event_type": "AID",
    "occurred_on": "2025-02-03",
    "known_at": "2025-02-03T08:00:00Z",
    "topics": ["aid/military"],
    "actors": ["USA.GOV"],
    "recipients": ["UKR"],
    "evidence": [{"url": "https://news.example/1", "publisher_owner": "News"}],
}
CORRECTION = EVENT | {
    "corrects": "7",
    "title": "Half of the aid is sent",
    "known_at": "2025-02-10T08:00:00Z",
    "reason": "The ministry counted again.",
    "evidence": [{"citation": "Gazette 7"}],
}
RETRACTION = {"external_id": "7", "status": "RETRACTED", "known_at": "2025-02-20T08:00:00Z", "reason": "A rumour."}


@pytest.fixture(autouse=True)
def world():
    make_world()
    make_source()


def rows(*given):
    return read_json_lines(BytesIO("\n".join(map(json.dumps, given)).encode()))


def imported(*given, now=NOW):
    report = import_events(source=make_source(), rows=rows(*given), now=now)
    return report.new, report.unchanged, report.refused


def told(*given) -> list[tuple[int, str, str]]:
    report = import_events(source=make_source(), rows=rows(*given), now=NOW)
    return [(one.line, one.field, one.message) for one in report.problems]


def history() -> list[tuple[int, str, str, str]]:
    versions = EventVersion.objects.order_by("version")
    return list(versions.values_list("version", "title", "status", "reason"))


def test_an_event_its_correction_and_its_retraction_are_three_versions_of_one_event():
    assert imported(EVENT, CORRECTION, RETRACTION) == (3, 0, 0)

    assert Event.objects.count() == 1
    assert history() == [
        (1, "Aid is sent", "ACTIVE", ""),
        (2, "Half of the aid is sent", "ACTIVE", "The ministry counted again."),
        (3, "Half of the aid is sent", "RETRACTED", "A rumour."),
    ]
    assert set(Evidence.objects.values_list("owner", flat=True)) == {"News", "Gazette 7"}


@pytest.mark.parametrize("at_once", [True, False])
def test_the_same_file_again_adds_nothing(at_once):
    back = EVENT | {"corrects": "7", "known_at": "2025-03-01T08:00:00Z", "reason": "All of it after all."}
    given = (EVENT, CORRECTION, RETRACTION, back)
    first = [imported(*given)] if at_once else [imported(row) for row in given]

    assert [sum(counts) for counts in zip(*first, strict=True)] == [4, 0, 0]
    assert [version[1] for version in history()][-1] == "Aid is sent"
    assert imported(*given, now=NOW.replace(year=2026)) == (0, 4, 0)
    assert len(history()) == 4


def test_a_retraction_without_a_time_is_recorded_once():
    timeless = {name: value for name, value in RETRACTION.items() if name != "known_at"}

    assert imported(EVENT, timeless) == (2, 0, 0)
    assert imported(EVENT, timeless, now=NOW.replace(year=2026)) == (0, 2, 0)


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ([CORRECTION], "corrects", "“7” of wire was never recorded, so there is nothing to correct."),
        ([RETRACTION], "corrects", "“7” of wire was never recorded"),
        ([CORRECTION, EVENT], "corrects", "comes in the file before what corrects it"),
        ([EVENT, CORRECTION | {"reason": ""}], "reason", "Say what changed and why."),
        ([EVENT, CORRECTION | {"known_at": "2025-02-03T07:00:00Z"}], "known_at", "was known on 2025-02-03 08:00 UTC"),
        ([EVENT, CORRECTION | {"known_at": "2026-02-03T07:00:00Z"}], "known_at", "is in the future"),
        ([EVENT, CORRECTION | {"corrects": "8"}], "corrects", "The row is “7” and corrects “8”: give one id."),
        ([EVENT, CORRECTION | {"event_type": "GIFT"}], "event_type", "“GIFT” is no event type."),
        ([EVENT, EVENT | {"title": "Other"}], "external_id", "which has other content"),
        ([EVENT | {"reason": "Why not"}], "reason", "Only a correction has a reason"),
        ([{"status": "RETRACTED", "reason": "A rumour."}], "corrects", "Say by its external_id which event"),
        ([EVENT | {"status": "GONE"}], "status", "“GONE” is no status. Choose one of ACTIVE, CONTESTED, RETRACTED."),
    ],
)
def test_a_correction_that_fits_nothing_is_told_with_its_line(given, field, message):
    found = told(*given)

    assert len(found) == 1
    assert found[0][1] == field
    assert message in found[0][2]


def test_a_preview_tells_the_same_and_stores_nothing():
    given = (EVENT, CORRECTION, RETRACTION, CORRECTION | {"external_id": "8", "corrects": "8"})

    report = preview_events(source=make_source(), rows=rows(*given), now=NOW)

    assert (report.new, report.unchanged, report.refused) == (3, 0, 1)
    assert not Event.objects.exists()


def test_what_listens_for_the_event_is_due_again():
    imported(EVENT)
    prediction = make_prediction()
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=None)

    imported(RETRACTION)

    assert Prediction.objects.get().next_check_at == NOW


def test_more_corrections_ask_no_more_of_the_database():
    def queries(n: int) -> int:
        names = [f"{n}-{number}" for number in range(n)]
        imported(*(EVENT | {"external_id": name} for name in names))
        with CaptureQueriesContext(connection) as asked:
            imported(*(CORRECTION | {"external_id": name, "corrects": name} for name in names))
        return len(asked)

    assert queries(2) == queries(20)


@pytest.fixture
def locked(monkeypatch):
    """Makes the next so many attempts find the database locked; returns the pauses that were made."""
    pauses = Mock()
    monkeypatch.setattr(import_reports.time, "sleep", pauses)
    record = imports._record

    def lock(times: int):
        failures = iter([OperationalError("canceling statement due to lock timeout")] * times)

        def attempt(*args, **kwargs):
            for failure in failures:
                raise failure
            return record(*args, **kwargs)

        monkeypatch.setattr(imports, "_record", attempt)
        return pauses

    return lock


def test_a_locked_chunk_is_tried_again_and_counted_once(locked):
    pauses = locked(2)

    assert imported(EVENT) == (1, 0, 0)
    assert [call.args for call in pauses.call_args_list] == [(0.5,), (1.0,)]


def test_a_database_that_stays_locked_stops_the_import_and_says_where(locked, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 1)
    pauses = locked(4)

    with pytest.raises(ImportStopped, match="Everything before line 1 is recorded. Run the same file again"):
        imported(EVENT, EVENT | {"external_id": "8"})

    assert pauses.call_count == 3


def test_another_fault_of_the_database_is_not_tried_again(monkeypatch):
    monkeypatch.setattr(imports, "_record", Mock(side_effect=OperationalError("disk full")))

    with pytest.raises(OperationalError, match="disk full"):
        imported(EVENT)


def test_periods_further_dates_and_places_are_recorded():
    imported(
        EVENT
        | {
            "occurred_on": "2025-01-01",
            "date_precision": "QUARTER",
            "announced_on": "2024-12-24",
            "effective_from": "2025-01-01T00:00:00Z",
            "effective_until": "2025-01-15T00:00:00Z",
            "locations": ["UKR.Kyiv"],
            "place": {"name": "Kyiv", "lat": 50.45, "lon": 30.52},
            "attributes": {"vehicles": {"low": 10, "best": 12, "high": 15, "unit": "tanks"}},
        }
    )

    version = EventVersion.objects.get()
    assert (version.occurred_from, version.occurred_until) == (
        datetime(2025, 1, 1, tzinfo=UTC),
        datetime(2025, 4, 1, tzinfo=UTC),
    )
    assert (version.precision, version.announced_from) == ("QUARTER", datetime(2024, 12, 24, tzinfo=UTC))
    assert version.effective_until == datetime(2025, 1, 15, tzinfo=UTC)
    assert version.place == {"name": "Kyiv", "lat": 50.45, "lon": 30.52}
    assert version.attributes_in_words == [("vehicles", "10 to 15 tanks, best guess 12")]

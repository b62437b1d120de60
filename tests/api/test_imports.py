"""Files of events through the API."""

import json
from unittest.mock import Mock

import pytest

from forecasts.models import ApiToken, Event, EventVersion, Prediction
from tests.builders import make_prediction, make_source, make_world

from .conftest import Program, errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HEADER = "external_id,title,event_type,occurred_on,known_at,topics,actors,url\n"
ROW = "{},Aid is sent,AID,2025-02-03,2025-02-03T08:00:00Z,aid/military,USA.GOV,https://news.example/1\n"
FILE = HEADER + ROW.format(1) + ROW.format(2)
LINE = {
    "title": "Aid is sent",
    "event_type": "AID",
    "occurred_on": "2025-02-03",
    "evidence": [{"url": "https://news.example/1"}],
}


def send(program: Program, text: str | bytes, *, kind: str = "text/csv", query: str = "?source=wire"):
    return program.client.post(f"/api/v1/imports/events/{query}", text, content_type=kind)


def test_a_file_is_recorded_and_reported(ingester, account):
    answer = send(ingester, FILE)

    assert answer.status_code == 200, answer.content
    assert answer.json() == {"new": 2, "unchanged": 0, "refused": 0, "problems": []}
    assert set(EventVersion.objects.values_list("recorded_by", flat=True)) == {account.pk}


def test_the_same_file_again_adds_nothing(ingester):
    send(ingester, FILE)

    assert send(ingester, FILE).json() == {"new": 0, "unchanged": 2, "refused": 0, "problems": []}
    assert Event.objects.count() == 2


def test_json_lines_are_read_too(ingester):
    answer = send(ingester, json.dumps(LINE) + "\n{}\n", kind="application/x-ndjson; charset=utf-8")

    assert (answer.json()["new"], answer.json()["refused"]) == (1, 1)


def test_a_bad_row_is_told_and_the_others_are_recorded(ingester):
    answer = send(ingester, FILE.replace("2025-02-03,", "14.02.2025,", 1))

    assert answer.status_code == 200
    assert answer.json() == {
        "new": 1,
        "unchanged": 0,
        "refused": 1,
        "problems": [
            {
                "line": 2,
                "field": "occurred_on",
                "message": "“14.02.2025” is no date, like 2024-11-05.",
                "value": "14.02.2025",
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty."),
        ("564111644\t20060731\t200607\n", "The first line is no header"),
        (b"\xff\xfe\0", "This file is in UTF-16: save it as CSV in UTF-8."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(text, message, ingester):
    answer = send(ingester, text)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert message in answer.json()["detail"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(ingester, settings):
    settings.IMPORT_MAX_BYTES = len(FILE)
    assert send(ingester, FILE).status_code == 200

    answer = send(ingester, FILE + "\n")

    assert answer.status_code == 413
    assert f"The file has {len(FILE) + 1} bytes; {len(FILE)} at most." in answer.json()["detail"]


def test_a_file_may_be_larger_than_other_bodies(ingester, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    assert send(ingester, FILE).json()["new"] == 2


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "source", "This field is required."),
        ("?source=wyre", "source", "There is no source “wyre”. Near it: wire."),
        ("?source=wire&dry_run=1", "dry_run", "There is no parameter “dry_run” here"),
    ],
)
def test_the_source_is_named_in_the_address(query, field, message, ingester):
    answer = send(ingester, FILE, query=query)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]
    assert not Event.objects.exists()


def test_a_token_records_for_its_own_source_only(ingester):
    make_source(slug="other")

    assert send(ingester, FILE, query="?source=other").status_code == 403
    assert not Event.objects.exists()


def test_recording_needs_the_scope_and_a_token(reader, program_with):
    make_world(), make_source()

    assert send(reader, FILE).status_code == 401
    assert send(program_with(ApiToken.Scope.PREDICTION_WRITE), FILE).status_code == 403


@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream", "multipart/form-data; boundary=x"])
def test_other_types_are_not_read(kind, ingester):
    answer = send(ingester, FILE.encode(), kind=kind)

    assert answer.status_code == 415
    assert "is not read here. Send text/csv or application/" in answer.json()["detail"]


def test_there_is_nothing_to_get(ingester):
    assert ingester.get("imports/events/?source=wire").status_code == 405


def test_one_sweep_is_asked_for_and_what_is_concerned_is_due(ingester, monkeypatch, django_capture_on_commit_callbacks):
    prediction, asked = make_prediction(), Mock()
    Prediction.objects.update(next_check_at=None)
    monkeypatch.setattr("forecasts.tasks.sweep.apply_async", asked)

    with django_capture_on_commit_callbacks(execute=True):
        send(ingester, FILE)

    prediction.refresh_from_db()
    assert prediction.next_check_at is not None
    assert asked.call_count == 1

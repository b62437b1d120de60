"""The command that records a file of events."""

import json
import re
from io import StringIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command

from forecasts.feeds.csv_events import READERS
from forecasts.models import Event, EventVersion
from forecasts.services.import_reports import ImportStopped
from tests.builders import make_source, make_world

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
CSV, JSON_LINES = (re.search(rf"^```{kind}\n(.*?)^```$", PAGE, re.M | re.S)[1] for kind in ("csv", "json"))


@pytest.fixture(autouse=True)
def world():
    make_world()
    make_source()


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_events", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_examples_of_the_page_are_recorded_once_in_either_format(events, tmp_path):
    lines = tmp_path / "events.txt"
    lines.write_text(JSON_LINES, encoding="utf-8")

    assert run(events, "--source", "wire")[0] == "2 new, 0 unchanged, 0 refused\n"
    assert run(lines, "--source", "wire", "--format", "jsonl")[0] == "0 new, 1 unchanged, 0 refused\n"
    assert EventVersion.objects.get(event__external_id="2025-0042").topics == ["aid/military", "aid/air"]


def test_the_corrections_of_the_page_correct_its_examples_once(events, tmp_path):
    lines = tmp_path / "corrections.jsonl"
    lines.write_text(re.findall(r"^```json\n(.*?)^```$", PAGE, re.M | re.S)[1], encoding="utf-8")
    run(events, "--source", "wire")

    assert run(lines, "--source", "wire")[0] == "2 new, 0 unchanged, 0 refused\n"
    assert run(lines, "--source", "wire")[0] == "0 new, 2 unchanged, 0 refused\n"
    assert sorted(EventVersion.objects.filter(version=2).values_list("status", flat=True)) == ["ACTIVE", "RETRACTED"]


def test_a_database_that_stays_locked_is_told(events, monkeypatch):
    monkeypatch.setattr(
        "forecasts.management.commands.import_events.import_events", Mock(side_effect=ImportStopped(line=2001))
    )

    with pytest.raises(CommandError, match="line 2001 comes next"):
        run(events, "--source", "wire")


def test_refused_rows_end_with_status_1_after_the_others_are_recorded(events, tmp_path):
    events.write_text(CSV.replace("AID", "GIFT"), encoding="utf-8")
    report = tmp_path / "report.json"

    with pytest.raises(CommandError, match="1 rows were refused") as refused:
        run(events, "--source", "wire", "--report", report)

    assert refused.value.returncode == 1
    assert Event.objects.count() == 1
    told = json.loads(report.read_text(encoding="utf-8"))
    assert (told["new"], told["unchanged"], told["refused"]) == (1, 0, 1)
    assert (told["problems"][0]["line"], told["problems"][0]["field"]) == (3, "event_type")


def test_a_dry_run_records_nothing_and_asks_for_no_sweep(events, monkeypatch):
    asked = Mock()
    monkeypatch.setattr("forecasts.management.commands.import_events.hint", asked)

    assert run(events, "--source", "wire", "--dry-run")[0] == "2 would be new, 0 unchanged, 0 refused\n"
    assert not Event.objects.exists()
    assert not asked.called
    run(events, "--source", "wire")
    assert asked.call_count == 1


def test_progress_is_told_on_the_way(events, monkeypatch):
    monkeypatch.setattr("forecasts.management.commands.import_events.PROGRESS", 1)

    assert run(events, "--source", "wire")[1] == "1 rows\n2 rows\n"


@pytest.mark.parametrize(
    ("name", "text", "source", "message"),
    [
        ("events.csv", "1\t2\t3\n", "wire", "The first line is no header"),
        ("events.jsonl", "title\n", "wire", "is no JSON object"),
        ("events.dat", CSV, "wire", "ends in neither .csv nor .jsonl: say --format"),
        ("events.csv", CSV, "wyre", "There is no source “wyre”. Recorded: wire."),
    ],
)
def test_what_cannot_be_read_is_told(name, text, source, message, tmp_path):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=message):
        run(path, "--source", source)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "events.csv", "--source", "wire")


def test_every_column_is_on_the_page():
    explained = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`[a-z_`, ]+`) \|", PAGE, re.M))))

    assert set(READERS) <= explained

"""Tables as files, deadlines as a calendar, verdicts as reviews of claims."""

import csv
import json
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api.calendars import escaped, folded
from forecasts.models import EventVersion, Prediction, Resolution
from forecasts.selectors import exports
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import reopen
from tests.builders import NOW, cover, make_event, make_forecaster, make_prediction, make_source

from .conftest import errors_of

pytestmark = pytest.mark.django_db
TABLES = sorted(exports.EXPORTS)


@pytest.fixture(scope="class")
def settled(made_once):
    prediction = make_prediction()
    make_event(external_id="1", note="So, it; was\n“said”.")
    make_event(
        external_id="2", occurred_from=datetime(2025, 2, 4, 9, tzinfo=UTC), occurred_until=datetime(2025, 2, 4, 9, tzinfo=UTC),
        known_at=datetime(2025, 2, 5, tzinfo=UTC), precision="INSTANT",
    )  # fmt: skip
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return prediction


def body_of(response) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def table(response) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(body_of(response)), strict=True))


class TestASettledPrediction:
    @pytest.mark.parametrize("name", TABLES)
    def test_both_forms_hold_the_same_rows(self, name, settled, reader):
        rows = table(reader.get(f"exports/{name}.csv"))
        lines = [json.loads(line) for line in body_of(reader.get(f"exports/{name}.ndjson")).splitlines()]

        assert len(rows) == len(lines) == exports.EXPORTS[name][1].count() > 0
        assert list(rows[0]) == [column.name for column in exports.EXPORTS[name][0]]
        for row, line in zip(rows, lines, strict=True):
            assert {column for column, cell in row.items() if cell} <= set(line) <= set(row)

    @pytest.mark.parametrize(
        ("path", "n_rows"),
        [
            ("predictions.csv?status=FINAL", 0),
            ("predictions.csv?topic=aid", 1),
            ("predictions.csv?q=military", 1),
            ("forecasts.csv?forecaster=ada-byron", 1),
            ("forecasts.csv?conditional=true", 0),
            ("forecasts.csv?verbal=false&outlet=the-example", 1),
            ("scores.csv?conditional=false&rule=BRIER", 1),
            ("scores.csv?current=false", 0),
            ("scores.csv?weighting=FIRST&rule=BRIER", 1),
            ("scores.csv?lead_days_min=400", 0),
            ("forecasts.csv?retrospective=true", 1),
            ("forecasts.csv?retrospective=false", 0),
            ("forecasts.csv?as_of=2025-03-05T00:00:00Z&topic=aid", 1),
            ("forecasts.csv?as_of=2025-01-07T00:00:00Z", 0),
            ("forecasts.csv?as_recorded=2025-05-31T00:00:00Z", 0),
            ("forecasts.csv?weighting=AT_HORIZON&horizon_days=10", 1),
            ("predictions.csv?outlet=the-example&due_to=2025-04-01T00:00:00Z", 1),
            ("predictions.csv?due_to=2025-02-01T00:00:00Z", 0),
            ("resolutions.csv?conditional=true", 0),
            ("resolutions.csv?topic=aid&outlet=the-example", 1),
            ("resolutions.csv?current=true&verdict=YES", 1),
            ("events.csv?source=wire&event_type=AID", 2),
            ("events.csv?topic=war", 0),
        ],
    )
    def test_exports_are_narrowed_like_lists_and_scorecards(self, path, n_rows, settled, reader):
        assert len(table(reader.get(f"exports/{path}"))) == n_rows

    def test_whatever_a_program_accepts_it_gets_the_file(self, settled, reader):
        assert reader.get("exports/scores.csv", accept="text/csv").headers["Content-Type"].startswith("text/csv")

    def test_an_export_of_events_is_recorded_again_as_it_was(self, settled, administrator):
        body = body_of(administrator.get("exports/events.ndjson"))
        make_source(slug="mirror")

        same = administrator.client.post("/api/v1/bulk/events/", body, content_type="application/x-ndjson").json()
        other = administrator.client.post(
            "/api/v1/bulk/events/",
            body.replace('"source":"wire"', '"source":"mirror"'),
            content_type="application/x-ndjson",
        ).json()

        assert (same["recorded"], same["unchanged"], same["refused"]) == (0, 2, 0)
        assert (other["recorded"], other["refused"]) == (2, 0), other
        copies = EventVersion.objects.filter(event__source__slug="mirror").order_by("event__external_id")
        originals = EventVersion.objects.filter(event__source__slug="wire").order_by("event__external_id")
        assert [(one.sha256, one.known_at) for one in copies] == [(one.sha256, one.known_at) for one in originals]

    def test_a_verdict_is_a_review_of_the_claim(self, settled, reader):
        resolution = Resolution.objects.get()

        answer = reader.get(f"resolutions/{resolution.pk}/claim-review/")
        review = answer.json()

        assert answer.headers["Content-Type"] == "application/ld+json"
        assert (review["@context"], review["@type"]) == ("https://schema.org", "ClaimReview")
        assert review["claimReviewed"] == settled.statement
        assert review["url"] == f"http://testserver/predictions/{settled.pk}/"
        assert review["creativeWorkStatus"] == "Proposed"
        assert review["reviewRating"] | {"ratingExplanation": ""} == {
            "@type": "Rating", "ratingValue": "1", "bestRating": "1", "worstRating": "0", "alternateName": "Came true", "ratingExplanation": "",
        }  # fmt: skip
        claim = review["itemReviewed"]
        assert claim["author"] == {"@type": "Person", "name": "Ada Byron"}
        assert claim["appearance"]["url"] == "https://example.org/after-the-vote"
        assert claim["appearance"]["publisher"] == {"@type": "Organization", "name": "The Example"}

    def test_a_verdict_that_decides_nothing_is_not_rated(self, settled, resolver, reader):
        first = Resolution.objects.get()
        resolver.post(f"predictions/{settled.pk}/verdicts/", {"verdict": "ANNULLED", "reason": "The question is void."})
        last = Resolution.objects.get(supersedes=first)

        rating = reader.get(f"resolutions/{last.pk}/claim-review/").json()["reviewRating"]

        assert "ratingValue" not in rating
        assert rating["alternateName"].startswith("Not decided")
        assert reader.get(f"resolutions/{first.pk}/claim-review/").json()["creativeWorkStatus"] == "Superseded"

    def test_a_reopened_prediction_has_no_review(self, settled, account, reader):
        reopened = reopen(prediction_id=settled.pk, reason="It was another ship.", actor=account, now=NOW)

        assert reader.get(f"resolutions/{reopened.pk}/claim-review/").status_code == 404


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented(name):
    page = (Path(__file__).resolve().parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {name.capitalize()}\n")[1].split("\n## ")[0]

    documented = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.M)

    assert documented == [(column.name, column.meaning) for column in exports.EXPORTS[name][0]]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("exports/predictions.csv?colour=red", "colour"),
        ("exports/forecasts.ndjson?outlet=nobody", "outlet"),
        ("exports/scores.csv?weighting=HEAVY", "weighting"),
        ("exports/scores.csv?weighting=AT_HORIZON", "horizon_days"),
        ("exports/predictions.csv?weighting=FIRST", "weighting"),
        ("exports/events.csv?outlet=the-example", "outlet"),
        ("exports/events.csv?status=GONE", "status"),
        ("calendar.ics?colour=red", "colour"),
    ],
)
def test_a_wrong_filter_is_told(path, field, reader):
    assert field in errors_of(reader.get(path))


@pytest.mark.parametrize("path", ["exports/predictions.xlsx", "exports/nothing.csv/", "exports/predictions.csv/"])
def test_there_is_no_other_export(path, reader):
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize(
    "start",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "=cmd|' /C calc'!A0",
        '="a"',
        "-2+3+cmd|' /C calc'!A0",
        '+"x"',
        "=1,2\n3",
    ],
)
def test_a_cell_that_begins_like_a_formula_is_text(start, reader):
    make_prediction(title=f"{start} title", statement="A claim.", condition=f"{start} if")

    (row,) = table(reader.get("exports/predictions.csv"))

    assert [row[name][:1] for name in ("title", "condition")] == ["'", "'"]


def test_parts_follow_each_other_without_gaps(reader, monkeypatch):
    monkeypatch.setattr(exports, "PART", 2)
    for number in range(5):
        make_forecaster(f"forecaster-{number}")
        make_prediction(statement=f"Claim {number}.", holder=make_forecaster(f"forecaster-{number}"))

    rows = table(reader.get("exports/predictions.csv"))

    assert sorted(row["holder"] for row in rows) == [f"forecaster-{number}" for number in range(5)]


def test_the_first_rows_are_sent_before_the_last_are_read(reader, monkeypatch):
    monkeypatch.setattr(exports, "PART", 2)
    monkeypatch.setattr("forecasts.api.views.exports.PART", 2)
    for number in range(7):
        make_prediction(statement=f"Claim {number}.")
    body = reader.get("exports/predictions.ndjson").streaming_content

    with CaptureQueriesContext(connection) as first:
        next(iter(body))
    with CaptureQueriesContext(connection) as rest:
        list(body)

    assert (len(first), len(rest)) == (1, 3)


def unfolded(text: str) -> list[str]:
    """The lines of a calendar, checked strictly as RFC 5545 asks."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").rstrip("\r\n").split("\r\n")


def entries(text: str) -> list[dict[str, str]]:
    lines = unfolded(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "PRODID:-//Aftercast//Deadlines//EN"} <= set(lines)
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        assert re.fullmatch("[A-Z-]+", name), line
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1].setdefault(name, value)
    return found


def test_deadlines_are_entries_of_a_calendar(reader):
    prediction = make_prediction(title="Aid; or talks, by “March”\\", statement="Допомога " * 30 + "ends.")
    make_prediction(statement="Without a rule.", rules=[])

    answer = reader.get("calendar.ics")
    (entry,) = entries(body_of(answer))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert entry["UID"] == f"{prediction.pk}@testserver"
    assert entry["DTSTART"] == f"{Prediction.objects.get(pk=prediction.pk).scheduled_close_at:%Y%m%dT%H%M%SZ}"
    assert entry["DTSTAMP"] == "20250601T120000Z"
    assert entry["SUMMARY"] == "Aid\\; or talks\\, by “March”\\\\"
    assert entry["DESCRIPTION"].startswith("Допомога Допомога")
    assert entry["DESCRIPTION"].endswith("ends.\\nAda Byron\\nOpen")
    assert entry["URL"] == f"http://testserver/predictions/{prediction.pk}/"


def test_an_entry_keeps_its_id(reader):
    make_prediction()
    first, again = (body_of(reader.get("calendar.ics")) for _ in range(2))

    assert first == again


def test_the_calendar_is_narrowed_like_the_list(reader):
    make_prediction()

    assert len(entries(body_of(reader.get("calendar.ics?topic=aid&status=OPEN")))) == 1
    assert entries(body_of(reader.get("calendar.ics?verdict=YES"))) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"),
        ("a\x00b\x07\tc", "abc"),
        ("BEGIN:VEVENT", "BEGIN:VEVENT"),
    ],
)
def test_a_text_ends_no_line_and_no_value(text, written):
    assert escaped(text) == written


@pytest.mark.parametrize("text", ["x" * 75, "x" * 76, "é" * 200, "😀" * 50, "ab" + "я" * 100])
def test_a_long_line_goes_on_after_a_space_and_cuts_no_letter(text):
    line = folded(text)

    assert all(len(piece.encode()) <= 75 for piece in line.split("\r\n"))
    assert line.replace("\r\n ", "") == f"{text}\r\n"

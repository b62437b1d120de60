"""What could be known when: the history played again, event by event, as it was published."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.utils.dateparse import parse_datetime

from forecasts.management.commands import load_demo
from forecasts.models import Event, Prediction, Source
from forecasts.selectors.resolutions import latest_evaluation
from forecasts.services.events import Report, correct_event, day, record_event
from forecasts.services.sources import record_coverage, record_source
from forecasts.services.sweeps import sweep

pytestmark = pytest.mark.django_db

# The instant, the prediction, its reading, and where it stood then.
AS_KNOWN = [
    ("2024-11-10T00:00Z", "Harris win → US may tighten", "central", "ANNULLED"),
    ("2024-11-20T00:00Z", "No US permission", "central", "YES"),
    ("2025-01-24T12:00Z", "Trump wins and at once", "central", "OPEN"),
    ("2025-01-24T12:00Z", "Trump wins and at once", "any aid, 30 days", "OPEN"),
    ("2025-03-01T00:00Z", "Trump wins and at once", "central", "NO"),
    ("2025-03-06T00:00Z", "Trump wins and at once", "90 days, must last 30", "OPEN"),
    ("2025-03-08T00:00Z", "Trump victory → intelligence", "central", "OPEN_CONSEQUENT"),
    ("2025-05-10T00:00Z", "Kursk land", "central", "OPEN_CONDITION"),
]


def test_each_verdict_stood_as_it_could_be_known_at_the_time(time_machine):
    """The history played again: each event is recorded when it was published, and the sweep runs at each instant."""
    source = start_of_history(time_machine)
    rows = waiting_rows()
    for instant in sorted({moment for moment, *_ in AS_KNOWN}):
        now = parse_datetime(instant)
        rows = record_until(now, rows=rows, source=source)
        sweep(now=now)
        for _, title, name, expected in [row for row in AS_KNOWN if row[0] == instant]:
            rule = Prediction.objects.get(title__startswith=title).rules.get(name=name)
            assert (instant, title, name, latest_evaluation(rule_version=rule).status) == (
                instant,
                title,
                name,
                expected,
            )


def test_the_broad_reading_flips_with_the_day_of_publication(time_machine):
    """Two carriers were sanctioned on 5 September: published a day later, the sanction is outside the window."""
    data = load_demo.read("article.json")
    data["article"]["published_on"] = "2024-09-06"
    source = start_of_history(time_machine, data=data)
    record_until(datetime(2024, 12, 1, tzinfo=UTC), rows=waiting_rows(), source=source)

    sweep(now=datetime(2024, 12, 1, tzinfo=UTC))

    rule = Prediction.objects.get(title__startswith="Energy sanctions stay loose").rules.get(
        name="any energy designation"
    )
    assert latest_evaluation(rule_version=rule).status == "YES"


def start_of_history(time_machine, *, data: dict | None = None) -> Source:
    """Log the article a few days after it was published, when nothing had happened yet."""
    logged_at, command = datetime(2024, 9, 10, tzinfo=UTC), load_demo.Command(stdout=StringIO())
    time_machine.move_to(logged_at, tick=False)
    command.load_world(load_demo.read("events.json"), now=logged_at)
    command.load_claims(data or load_demo.read("article.json"), now=logged_at)
    return record_source(
        slug="wire", name="Wire", tier="B", group="wire", settlement_lag=timedelta(days=2), now=logged_at
    )


def waiting_rows() -> list[tuple[datetime, dict, int]]:
    """Every version of every event, by when it could be known."""
    events = load_demo.read("events.json")["events"]
    versions = [
        (day(date.fromisoformat(v["known_on"]))[0], event, n)
        for event in events
        for n, v in enumerate(event["versions"])
    ]
    return sorted(versions, key=lambda row: (row[0], row[1]["external_id"], row[2]))


def record_until(now: datetime, *, rows: list, source: Source) -> list:
    """Record what was published by then and state the coverage; return what is still to come."""
    for known_at, event, n in rows:
        if known_at > now:
            continue
        draft = load_demo.draft_of_row(event["versions"][n])
        if n == 0:
            reports = tuple(Report(**report) for report in event["evidence"])
            record_event(source=source, draft=draft, reports=reports, external_id=event["external_id"], now=now)
        else:
            known = Event.objects.get(external_id=event["external_id"])
            correct_event(event=known, draft=draft, reason=event["versions"][n]["reason"], now=now)
    record_coverage(source=source, complete_to=now, now=now)
    return [row for row in rows if row[0] > now]

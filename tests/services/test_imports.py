"""Recording files of events: what is new, what is told, and what a second run adds."""

from dataclasses import replace
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.feeds import BadRow, EventRow, RowProblem, read_json_lines
from forecasts.models import Event, EventKey, EventVersion, Evidence, Prediction
from forecasts.services import imports
from forecasts.services.events import EventDraft, Report, day, record_event
from forecasts.services.imports import import_events, preview_events
from forecasts.services.refusal import Refused
from tests.builders import NOW, make_prediction, make_source, make_world

pytestmark = pytest.mark.django_db

(FIRST,) = read_json_lines(
    BytesIO(
        b'{"external_id": "7", "title": "Aid is sent", "event_type": "AID", "action_code": "072", "occurred_on": "2025-02-03",'
        b' "known_at": "2025-02-03T08:00:00Z", "topics": ["aid/military"], "actors": ["USA.GOV"], "recipients": ["UKR"],'
        b' "attributes": {"usd": 5}, "evidence": [{"url": "https://www.news.example/1"}, {"citation": "The Example, p. 1"}]}'
    )
)


@pytest.fixture(autouse=True)
def world():
    make_world()


def row(line: int = 1, *, external_id: str = "7", **content) -> EventRow:
    return replace(FIRST, line=line, external_id=external_id, content={**FIRST.content, **content})


def imported(*rows, now=NOW) -> tuple[int, int, int]:
    report = import_events(source=make_source(), rows=iter(rows), now=now)
    return report.new, report.unchanged, report.refused


def recorded() -> list[int]:
    return [model.objects.count() for model in (Event, EventVersion, EventKey, Evidence)]


def everything(external_id: str) -> list[dict]:
    """All that is stored of an event, without what the database numbers itself."""
    event = Event.objects.get(external_id=external_id)
    version = event.versions.get()
    rows = [*Event.objects.filter(pk=event.pk).values(), *event.versions.values()]
    rows += [*version.keys.order_by("key").values(), *event.evidence.order_by("url").values()]
    return [{name: value for name, value in found.items() if not name.endswith("id")} for found in rows]


def test_an_imported_event_is_stored_as_one_recorded_singly():
    start, end = day(FIRST.occurred["occurred_on"])
    draft = EventDraft(occurred_from=start, occurred_until=end, known_at=FIRST.known_at, **FIRST.content)
    reports = (Report(url="https://www.news.example/1"), Report(citation="The Example, p. 1"))

    record_event(source=make_source(), draft=draft, reports=reports, external_id="single", now=NOW)
    counts = imported(row(external_id="imported"))

    assert counts == (1, 0, 0)
    assert everything("imported") == everything("single")
    assert {found.get("owner") for found in everything("imported")} == {None, "news.example", "The Example"}


def test_the_same_file_again_adds_nothing_whenever_it_comes():
    rows = [row(1), row(2, external_id="", title="Without an id"), row(3, external_id="8")]
    assert imported(*rows) == (3, 0, 0)
    before = recorded()

    assert imported(*rows, now=NOW.replace(year=2026)) == (0, 3, 0)
    assert recorded() == before


def test_what_was_recorded_singly_is_unchanged_in_a_file_and_the_other_way_round():
    assert imported(row()) == (1, 0, 0)
    start, end = day(FIRST.occurred["occurred_on"])
    draft = EventDraft(occurred_from=start, occurred_until=end, known_at=FIRST.known_at, **FIRST.content)

    _, is_new = record_event(
        source=make_source(), draft=draft, reports=(Report(citation="x"),), external_id="7", now=NOW
    )

    assert not is_new


def test_an_id_with_other_content_is_told_with_its_line_and_the_event():
    imported(row())

    report = import_events(source=make_source(), rows=[row(5, title="Another")], now=NOW)

    event = Event.objects.get()
    assert (report.new, report.refused, recorded()[1]) == (0, 1, 1)
    assert report.problems == (
        RowProblem(
            5,
            "external_id",
            f"“7” of wire is recorded with other content (event {event.pk}). Record a correction of it, or give this event its own id.",
            "7",
        ),
    )


def test_an_id_twice_in_a_file_is_unchanged_or_told():
    report = import_events(source=make_source(), rows=[row(2), row(3), row(4, title="Another")], now=NOW)

    assert (report.new, report.unchanged, report.refused) == (1, 1, 1)
    assert report.problems[0].line == 4
    assert report.problems[0].message.startswith("“7” is the id of line 2 already, which has other content.")


def test_an_id_is_taken_only_within_its_source():
    imported(row())

    report = import_events(source=make_source(slug="other"), rows=[row(title="Another")], now=NOW)

    assert (report.new, report.refused) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"occurred": {}}, "occurred_on", "Say when it occurred: give occurred_on, or occurred_at, or occurred_from"),
        ({"known_at": NOW.replace(year=2030)}, "known_at", "is in the future"),
        ({"known_at": NOW.replace(year=2024)}, "known_at", "is before it happened"),
        ({"reports": ()}, "evidence", "at least one report"),
        ({"reports": ({"owner": "somebody"},)}, "evidence", "an address or a citation"),
        ({"reports": ({"url": "http://[::1"},)}, "evidence", "“http://[::1” is no web address"),
        ({"content": {**FIRST.content, "title": " "}}, "title", "An event needs a title"),
        ({"content": {**FIRST.content, "event_type": "GIFT"}}, "event_type", "“GIFT” is no event type"),
        ({"content": {**FIRST.content, "action_code": "7"}}, "action_code", "“7” is no CAMEO code"),
        ({"content": {**FIRST.content, "modality": "likely"}}, "modality", "“likely” is no modality"),
        ({"content": {**FIRST.content, "actors": ("ATLANTIS",)}}, "actors", "“ATLANTIS” is no recorded entity"),
    ],
)
def test_a_row_is_refused_as_a_single_event_is_and_stops_none_of_the_others(changes, field, message):
    rows = [row(2), replace(FIRST, line=3, external_id="bad", **changes), row(4, external_id="8")]

    report = import_events(source=make_source(), rows=rows, now=NOW)

    assert (report.new, report.refused) == (2, 1)
    assert (report.problems[0].line, report.problems[0].field) == (3, field)
    assert message in report.problems[0].message
    assert not Event.objects.filter(external_id="bad").exists()


def test_what_could_not_be_read_is_counted_with_the_rest_and_only_the_first_problems_are_kept():
    bad = [BadRow((RowProblem(line, "title", "a"), RowProblem(line, "url", "b"))) for line in range(600)]

    report = import_events(source=make_source(), rows=[*bad, row()], now=NOW)

    assert (report.new, report.refused, len(report.problems)) == (1, 600, 1000)


def test_predictions_that_an_event_may_concern_are_due_and_no_others():
    listening, other = make_prediction(), make_prediction(statement="Another.", title="Other", rules=[])
    Prediction.objects.update(next_check_at=None, attempts=5)

    imported(row())

    listening.refresh_from_db()
    other.refresh_from_db()
    assert (listening.next_check_at, listening.attempts, other.next_check_at) == (NOW, 0, None)


def test_an_unchanged_file_makes_nothing_due():
    make_prediction()
    imported(row())
    Prediction.objects.update(next_check_at=None)

    imported(row())

    assert Prediction.objects.get().next_check_at is None


def test_a_preview_tells_the_same_and_records_nothing():
    imported(row())
    before = recorded()
    rows = [row(2), row(3, title="Another"), row(4, external_id="8"), replace(FIRST, line=5, occurred={})]

    preview = preview_events(source=make_source(), rows=rows, now=NOW)

    assert recorded() == before
    assert preview == import_events(source=make_source(), rows=rows, now=NOW)
    assert (preview.new, preview.unchanged, preview.refused) == (1, 1, 2)


def test_what_another_import_records_in_between_is_unchanged_or_told(monkeypatch):
    look = imports._recorded

    def look_before_the_other(candidates, **more):
        found = look(candidates, **more)
        monkeypatch.setattr(imports, "_recorded", look)
        imported(row(), row(external_id="8", title="Another"))
        return found

    monkeypatch.setattr(imports, "_recorded", look_before_the_other)

    assert imported(row(2), row(3, external_id="8"), row(4, external_id="9")) == (1, 1, 1)
    assert sorted(Event.objects.values_list("external_id", flat=True)) == ["7", "8", "9"]
    assert EventVersion.objects.count() == 3


def test_an_import_that_breaks_off_keeps_whole_chunks_and_goes_on_when_run_again(monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 2)
    rows = [row(line, external_id=str(line)) for line in range(5)]

    def broken():
        yield from rows[:3]
        raise OSError("The disk is gone.")

    with pytest.raises(OSError, match="The disk is gone"):
        import_events(source=make_source(), rows=broken(), now=NOW)
    assert recorded()[:2] == [2, 2]
    assert imported(*rows) == (3, 2, 0)


def test_the_number_of_queries_does_not_grow_with_the_rows_of_a_chunk():
    source = make_source()

    def n_queries(prefix: str, n_rows: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            import_events(source=source, rows=[row(n, external_id=f"{prefix}{n}") for n in range(n_rows)], now=NOW)
        # SQLite takes few values a statement, so that an insert comes in parts there.
        return len({query["sql"][:60] for query in queries})

    assert n_queries("a", 20) == n_queries("b", 200) <= 16


def test_a_report_twice_in_a_row_is_one():
    twice = replace(FIRST, reports=({"url": "https://news.example/1", "quote": "a"}, {"url": "https://news.example/1"}))

    imported(twice)

    assert Evidence.objects.get().quote == "a"


def test_a_single_event_with_a_malformed_address_is_refused_too():
    start, end = day(FIRST.occurred["occurred_on"])
    draft = EventDraft(occurred_from=start, occurred_until=end, known_at=FIRST.known_at, **FIRST.content)

    with pytest.raises(Refused, match="is no web address"):
        record_event(source=make_source(), draft=draft, reports=(Report(url="http://[::1"),), now=NOW)

"""JSON Lines of events: what is read, and what is refused where."""

import json
from datetime import date
from io import BytesIO

import pytest

from forecasts.feeds import BadRow, EventRow, FileRefused, read_json_lines
from forecasts.feeds.event_fields import EVENT
from forecasts.feeds.lines import LONGEST_LINE
from forecasts.models import Event, EventVersion, Evidence

EVENT_7 = {
    "external_id": "7",
    "title": "Aid is sent",
    "event_type": "AID",
    "occurred_on": "2025-02-03",
    "actors": ["USA.GOV"],
    "attributes": {"usd": 5},
    "evidence": [{"url": "https://news.example/1"}, {"citation": "The Example, 4 February"}],
}
LINE = json.dumps(EVENT_7)


def read(*lines: str | bytes) -> list[EventRow | BadRow]:
    return list(read_json_lines(BytesIO(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines))))


def test_a_line_becomes_typed_fields_with_every_report():
    (row,) = read(LINE)

    assert row == EventRow(
        line=1,
        external_id="7",
        occurred={"occurred_on": date(2025, 2, 3)},
        content={"title": "Aid is sent", "event_type": "AID", "actors": ("USA.GOV",), "attributes": {"usd": 5}},
        reports=({"url": "https://news.example/1"}, {"citation": "The Example, 4 February"}),
    )


def test_empty_lines_and_a_byte_order_mark_are_skipped():
    assert [row.line for row in read("\ufeff", "", LINE, " ", LINE)] == [3, 5]


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        ("{", "", "The line is no JSON"),
        ("[]", "", "The line is no JSON object."),
        ('{"title": "a", "title": "b"}', "", "“title” is given twice."),
        (b'{"title": "\xff"}', "", "The line is not UTF-8."),
        ('{"a": ' + "[" * 50_000 + "]" * 50_000 + "}", "", "The line is no JSON"),
        ("x" * 2 * LONGEST_LINE, "", "The line has more than"),
        (json.dumps(EVENT_7 | {"headline": "x"}), "headline", "There is no field “headline” here. Known: external_id,"),
        (json.dumps(EVENT_7 | {"tier": "A"}), "tier", "There is no field “tier” here"),
        (json.dumps(EVENT_7 | {"title": 7}), "title", "This must be a text."),
        (json.dumps(EVENT_7 | {"title": None}), "title", "This must be a text."),
        (json.dumps(EVENT_7 | {"title": "half \ud800 a pair"}), "title", "half a surrogate pair"),
        (json.dumps(EVENT_7 | {"occurred_on": 20250203}), "occurred_on", "is no date"),
        (json.dumps(EVENT_7 | {"actors": "USA.GOV"}), "actors", "This must be a list of texts."),
        (json.dumps(EVENT_7 | {"actors": ["USA.GOV", ""]}), "actors", "One of the texts in the list is empty."),
        (json.dumps(EVENT_7 | {"actors": ["USA.GOV", 7]}), "actors", "This must be a text."),
        (json.dumps(EVENT_7 | {"attributes": [1]}), "attributes", "This must be an object"),
        (json.dumps(EVENT_7 | {"attributes": {"usd": 10**19}}), "attributes", "usd: This number is too large"),
        (json.dumps(EVENT_7 | {"evidence": "https://news.example/1"}), "evidence", "This must be a list of objects"),
        (json.dumps(EVENT_7 | {"evidence": [{"url": "u" * 1001}]}), "evidence.0.url", "1000 at most"),
        (json.dumps(EVENT_7 | {"evidence": [{"link": "u"}]}), "evidence.0.link", "There is no field “link” here"),
        (json.dumps(EVENT_7 | {"evidence": [{"url": "u"}] * 51}), "evidence", "These are 51 reports; 50 at most."),
    ],
    ids=range(21),
)
def test_a_bad_line_is_told_and_the_next_is_read(line, field, message):
    first, bad, last = read(LINE, line, LINE)

    (problem,) = bad.problems
    assert (problem.line, problem.field) == (2, field)
    assert message in problem.message
    assert (problem.message + problem.value).encode()
    assert (first.line, last.line) == (1, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty."),
        ("\n \n", "The file is empty."),
        ("564111644\t20060731\t200607", "Line 1 is no JSON object, so the file is not JSON Lines."),
        ("title,event_type", "Line 1 is no JSON object"),
        ("[", "Line 1 is no JSON object"),
        ("x" * 2 * LONGEST_LINE, "The line has more than"),
    ],
)
def test_a_file_of_another_format_is_refused(text, message):
    with pytest.raises(FileRefused, match=message):
        read(text)


def test_no_more_than_so_many_rows_are_read(monkeypatch):
    monkeypatch.setattr("forecasts.feeds.json_events.MAX_ROWS", 2)

    assert [type(row) for row in read(LINE, LINE, LINE, LINE)] == [EventRow, EventRow, BadRow]


@pytest.mark.parametrize(
    "name", ["external_id", "title", "event_type", "action_code", "modality", "url", "citation", "owner"]
)
def test_a_text_is_refused_just_where_its_column_ends(name):
    columns = {field.name: field for model in (Event, EventVersion, Evidence) for field in model._meta.fields}
    longest = columns[name].max_length
    wrap = (
        (lambda text: EVENT_7 | {name: text})
        if name in EVENT
        else (lambda text: EVENT_7 | {"evidence": [{name: text}]})
    )

    fits, overflows = read(json.dumps(wrap("x" * longest)), json.dumps(wrap("x" * (longest + 1))))

    assert isinstance(fits, EventRow)
    assert f"This has {longest + 1} characters; {longest} at most." in overflows.problems[0].message

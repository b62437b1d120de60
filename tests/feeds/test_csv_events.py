"""CSV files of events: what is read, and what is refused where."""

from datetime import UTC, date, datetime
from io import BytesIO
from itertools import repeat
from pathlib import Path

import pytest

from forecasts.feeds import BadRow, EventRow, FileRefused, read_csv
from forecasts.feeds.lines import LONGEST_LINE

HEADER = "external_id,title,event_type,occurred_on,known_at,topics,attributes,url,quote"
ROW = "7,Aid is sent,AID,2025-02-03,2025-02-03T08:00:00+01:00,aid/military; aid/air;,,https://news.example/1,"
GDELT = (
    "564111644\t20060731\t200607\t2006\t2006.5781\tUSA\tUNITED STATES\tUSA" + "\t" * 16 + '\t1\t010\t010\t01\t1\t0.0\t2\t1\t2\t-0.3\t3\t'
    'National "Postal" Museum, District of Columbia, United States\tUS\tUSDC' + "\t" * 18 + "\t20160728\thttp://wtop.example/1\n"
)  # fmt: skip


def read(text: str | bytes) -> list[EventRow | BadRow]:
    return list(read_csv(BytesIO(text.encode() if isinstance(text, str) else text)))


def problems(text: str | bytes) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.message) for row in read(text) if isinstance(row, BadRow) for one in row.problems]


def test_a_row_becomes_typed_fields_and_empty_cells_are_left_out():
    (row,) = read(f"{HEADER}\n{ROW}\n")

    assert row == EventRow(
        line=2,
        external_id="7",
        occurred={"occurred_on": date(2025, 2, 3)},
        known_at=datetime(2025, 2, 3, 7, tzinfo=UTC),
        content={"title": "Aid is sent", "event_type": "AID", "topics": ("aid/military", "aid/air")},
        reports=({"url": "https://news.example/1"},),
    )


@pytest.mark.parametrize(
    "text", [f"\ufeff{HEADER}\r\n{ROW}\r\n", f"{HEADER}\n\n{ROW}", f" {HEADER.replace(',', ' , ')}\n{ROW}\n"]
)
def test_layout_does_not_matter(text):
    assert [row.external_id for row in read(text)] == ["7"]


def test_a_quoted_text_may_hold_commas_quotes_and_line_breaks_and_lines_are_still_counted():
    spanning = '8,"Aid, ""in full"",\nis sent",AID,2025-02-03,,,"{""usd"": 5}",https://news.example/2,'

    first, second, third = read(f"{HEADER}\n{spanning}\n{ROW}\n{ROW}")

    assert (first.line, second.line, third.line) == (2, 4, 5)
    assert first.content["title"] == 'Aid, "in full",\nis sent'
    assert first.content["attributes"] == {"usd": 5}


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        (ROW.replace("2025-02-03,", "03.02.2025,", 1), "occurred_on", "“03.02.2025” is no date, like 2024-11-05."),
        (ROW.replace("2025-02-03,", "2025-02-30,", 1), "occurred_on", "“2025-02-30” is no day of the calendar."),
        (ROW.replace("+01:00", ""), "known_at", "“2025-02-03T08:00:00” is no time with an offset"),
        (ROW.replace("Aid is sent", "x" * 501), "title", "This has 501 characters; 500 at most."),
        (ROW.replace("Aid", "A\0d"), "title", "NUL character"),
        (ROW.replace("aid/air;", ";".join(repeat("t", 60))), "topics", "This has 61 parts; 50 at most."),
        (ROW.replace(";,,", ";,[1],"), "attributes", "This must be an object of names and values."),
        (ROW.replace(";,,", ";,{usd: 5},"), "attributes", "This is no JSON object"),
        (ROW.replace(";,,", ';,"{""usd"": NaN}",'), "attributes", "usd: This is not finite."),
        (ROW.replace(";,,", ';,"{""usd"": 1, ""usd"": 2}",'), "attributes", "“usd” is given twice."),
        (ROW + ",", "", "The row has 10 cells; the header names 9 columns."),
        ("7,Aid", "", "The row has 2 cells; the header names 9 columns."),
        ('7,"Aid" is sent,AID,2025-02-03,,,,u,', "", "The line is no CSV"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_next_is_read(row, field, message):
    text = f"{HEADER}\n{ROW}\n{row}\n{ROW}\n"

    ((line, place, said),) = problems(text)

    assert (line, place) == (3, field)
    assert message in said
    assert [row.line for row in read(text) if isinstance(row, EventRow)] == [2, 4]


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    bad = ROW.replace("2025-02-03,", "soon,", 1).replace("AID", "A" * 41)

    assert [field for _, field, _ in problems(f"{HEADER}\n{bad}")] == ["event_type", "occurred_on"]


def test_a_line_that_is_not_utf8_is_told_and_can_be_shown():
    ((bad,),) = [row.problems for row in read(HEADER.encode() + b"\n" + ROW.replace("Aid", "\xc4id").encode("latin-1"))]

    assert (bad.line, bad.field, bad.message) == (
        2,
        "title",
        "“�id is sent” is not UTF-8, from its byte 0xC4 on. Save the file as UTF-8 and send it again.",
    )
    assert bad.value == "\\udcc4id is sent"


def test_a_line_without_an_end_is_skipped_in_pieces():
    rows = read(f"{HEADER}\n{'x' * 3 * LONGEST_LINE}\n{ROW}")

    assert rows[0].problems[0].message == f"The line is no CSV: The line has more than {LONGEST_LINE} bytes."
    assert [row.line for row in rows[1:]] == [3]


def test_a_quotation_mark_that_is_not_closed_does_not_swallow_the_rest():
    open_ended = ROW.replace("Aid is sent", '"Aid is sent')

    bad, *rest = read("\n".join([HEADER, open_ended, *repeat(ROW, 3000)]))

    message = bad.problems[0].message
    assert message.startswith("Is a quotation mark not closed? Lines 2 to ")
    last_unread = int(message.split(" to ")[1].split()[0])
    assert [row.line for row in rest] == list(range(last_unread + 1, 3003))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty."),
        (GDELT, "It has 58 columns separated by tabs, as in an export of GDELT. A file without a header is not read"),
        ("1\t2\t3", "It has 3 columns separated by tabs. A file without"),
        (ROW, "The first line is no header: none of the columns known here is in it."),
        (HEADER.replace(",", ";"), "Semicolons separate its columns. Save it as CSV with commas between them"),
        (HEADER.replace("title", "headline"), "The header names “headline”. Known: external_id, title,"),
        (f"{HEADER},title", "The header names title twice."),
        (HEADER.replace("event_type,", ""), "The header lacks event_type."),
        (HEADER.replace("occurred_on,", ""), "The header says nowhere when it occurred"),
        (HEADER.replace("url,", ""), "The header says nowhere where an event is reported"),
        (HEADER.replace("title", '"title'), "The first line is no header of a CSV file"),
        ("x" * 2 * LONGEST_LINE, "The line has more than"),
        (f"{HEADER}\r{ROW}\r", "The first line is no header of a CSV file"),
        ("PK\x03\x04\0\0", "This is a workbook or an archive, not CSV: save its sheet as CSV in UTF-8."),
    ],
    ids=range(14),
)  # fmt: skip
def test_a_file_that_could_be_misread_is_refused(text, message):
    with pytest.raises(FileRefused) as refused:
        read(text)

    assert message in str(refused.value)


def test_no_more_than_so_many_rows_are_read(monkeypatch):
    monkeypatch.setattr("forecasts.feeds.csv_records.MAX_ROWS", 2)

    rows = read("\n".join([HEADER, *repeat(ROW, 4)]))

    assert [type(row) for row in rows] == [EventRow, EventRow, BadRow]
    assert rows[2].problems[0].message == "A file may have 2 rows. This one and all after it are not read."


def test_rows_are_read_one_at_a_time():
    class Endless(BytesIO):
        def readline(self, size: int = -1) -> bytes:
            return super().readline(size) or f"{ROW}\n".encode()

    rows = read_csv(Endless(f"{HEADER}\n".encode()))

    assert [next(rows).line for _ in range(5)] == [2, 3, 4, 5, 6]


def test_the_parser_needs_no_framework():
    source = "".join(path.read_text() for path in Path("forecasts/feeds").glob("*.py"))

    assert "django" not in source

"""Objects from arrays and lines: one at a time, and each fault told at its row."""

from io import BytesIO

import pytest

from forecasts.feeds import BadRow, FileRefused
from forecasts.feeds.objects import PART, ObjectRow, read_object_lines, read_objects


def read(text: str | bytes) -> list[object]:
    """Each row as its values, or as the messages of what is wrong."""
    data = text if isinstance(text, bytes) else text.encode()
    return [
        [one.message for one in row.problems] if isinstance(row, BadRow) else row.values
        for row in read_objects(BytesIO(data))
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[]", []),
        (" [ ] ", []),
        ('[{"a": 1}]', [{"a": 1}]),
        ('\n[ {"a":1} ,\n{"b": [1, {"c": "]},{"}]} ]\n', [{"a": 1}, {"b": [1, {"c": "]},{"}]}]),
        ('[{"a": "é\\u00e9\\n"}]', [{"a": "éé\n"}]),
        ('[1, "x", null, [], {"a": 1}]', [["This is no JSON object."]] * 4 + [{"a": 1}]),
    ],
)
def test_an_array_is_read_object_by_object(text, rows):
    assert read(text) == rows


@pytest.mark.parametrize("size", [PART - 3, PART - 1, PART, PART + 1, 2 * PART])
def test_an_object_that_goes_on_in_the_next_part_is_whole(size):
    text = "x" * (size - 10)

    assert read(f'[{{"a": "{text}"}}, {{"é": 1}}]') == [{"a": text}, {"é": 1}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1}', "a comma or the end of the array is missing"),
        ('[{"a": 1} {"b": 2}]', 'a comma or the end of the array is missing before “{"b": 2}]”'),
        ('[{"a": 1}, ]', "no JSON from here on"),
        ('[{"a": 1}, {"b": ]', "no JSON from here on"),
        ('[{"a": 1}, {"b": 2, "b": 3}]', "“b” is given twice"),
        ('[{"a": 1}, ' + "[" * 100_000, "no JSON from here on"),
        ('[{"a": 1}, {"b": ' + "9" * 5000 + "}]", "no JSON from here on"),
        ('[{"a": 1}, {"b": "' + "x" * 200_000 + '"}]', "no JSON from here on"),
    ],
)
def test_what_breaks_off_is_told_after_what_was_read(text, message):
    first, last = read(text)

    assert first == {"a": 1}
    assert message in last[0]


def test_bytes_that_are_no_utf8_are_told_at_their_row():
    first, last = read(b'[{"a": 1}' + b" " * PART + b', {"b": "\xff"}]')

    assert first == {"a": 1}
    assert "nothing after it is read" in last[0]


@pytest.mark.parametrize("text", ["", " ", "{}", "1", "\ufeff[]", b"\xff["])
def test_what_is_no_array_is_refused_whole(text):
    with pytest.raises(FileRefused, match="no JSON array of objects|not UTF-8"):
        read(text)


@pytest.mark.parametrize("value", ['"\\u0000"', '"\\ud800"', "1e400", "NaN", "[" * 40 + "]" * 40])
def test_what_databases_take_each_in_their_own_way_is_a_fault_of_its_row(value):
    first, bad, last = read(f'[{{"a": 1}}, {{"b": {value}}}, {{"c": 3}}]')

    assert (first, last) == ({"a": 1}, {"c": 3})
    assert bad


def test_a_line_that_is_no_object_stops_no_other():
    data = b'\xef\xbb\xbf{"a": 1}\n\nnothing\n[1]\n{"b": 2}'

    rows = list(read_object_lines(BytesIO(data)))

    assert rows[0] == ObjectRow(0, {"a": 1})
    assert ["no JSON" in rows[1].problems[0].message, rows[2].problems[0].message] == [True, "This is no JSON object."]
    assert rows[3] == ObjectRow(3, {"b": 2})
    assert [row.problems[0].line for row in rows[1:3]] == [1, 2]

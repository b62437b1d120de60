"""One way of writing a record, against the examples of RFC 8785."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.ledger.canonical import body_of, canonical, plain

# RFC 8785, sections 3.2.2 and 3.2.3.
PRIMITIVES = {
    "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
    "literals": [None, True, False],
}
WRITTEN = (
    r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
    r'"string":"€$\u000f\nA' + "'" + r'B\"\\\\\"/"}'
)
SORTED = ["\r", "1", "\u0080", "ö", "€", "\U0001f600", "\ufb33"]


def test_the_example_of_the_standard_is_written_byte_for_byte():
    assert canonical(PRIMITIVES) == WRITTEN.encode()


def test_names_are_sorted_as_the_standard_sorts_them():
    written = canonical(dict.fromkeys(sorted(SORTED), 0)).decode()

    assert [written.index(canonical(name).decode()) for name in SORTED] == sorted(
        written.index(canonical(name).decode()) for name in SORTED
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {1: "a"}, {"a": {2: 1}}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError, match="cannot be written canonically"):
        canonical(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.7000"), "0.7000"),
        (Decimal("1E+2"), "100"),
        (datetime(2025, 1, 6, 12, tzinfo=UTC), "2025-01-06T12:00:00.000000Z"),
        (datetime(2025, 1, 6, 1, 0, 0, 5, tzinfo=timezone(timedelta(hours=2))), "2025-01-05T23:00:00.000005Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (date(2025, 1, 6), "2025-01-06"),
        (timedelta(days=2, microseconds=3), "172800000003 us"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (True, True),
        (3, 3),
        (["a", Decimal(1)], ["a", "1"]),
        ({"a": date(2025, 1, 6)}, {"a": "2025-01-06"}),
    ],
)
def test_values_of_columns_are_written_as_text_that_every_database_agrees_on(value, text):
    assert plain(value) == text


def test_a_kind_of_value_that_no_column_holds_is_refused():
    with pytest.raises(TypeError, match="type bytes has no canonical form"):
        plain(b"1")


def test_empty_values_are_left_out_but_zero_and_false_are_not():
    columns = {"id": 1, "note": "", "by": None, "modes": [], "place": {}, "is_scored": False, "attempts": 0}

    assert body_of("forecast", columns) == b'{"row":{"attempts":0,"id":1,"is_scored":false},"table":"forecast"}'


NO_SURROGATES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), NO_SURROGATES | st.integers(-(2**40), 2**40)))
def test_the_quick_way_of_writing_a_row_is_the_standards(columns):
    assert body_of("forecast", columns) == canonical({"row": columns, "table": "forecast"})


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
@settings(max_examples=25)
def test_lists_of_texts_are_written_as_the_standard_writes_them(words):
    expected = {"row": {"words": words} if words else {}, "table": "event"}

    assert body_of("event", {"words": words}) == canonical(expected)


def test_lists_of_anything_else_are_written_as_the_standard_writes_them():
    columns = {"parts": [{"\ufb33": 1.0, "\U0001f600": 2}], "words": ["a"]}

    assert body_of("event", columns) == canonical({"row": columns, "table": "event"})

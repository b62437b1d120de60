"""Which stretch of a text belongs to which quotes."""

import pytest

from forecasts.texts.quotes import passages, positions

TEXT = "The ban is likely to fall by March. Aid may stop at once."


def cut(text: str, **quotes: str) -> list[tuple[str, str, str]]:
    """Each segment as (text, the quotes that cover it, the quotes that end with it)."""
    return [
        (segment.text, "".join(segment.quotes), "".join(segment.ending))
        for passage in passages(text, positions(text, quotes))
        for segment in passage.segments
    ]


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        pytest.param({}, [(TEXT, "", "")], id="no quote"),
        pytest.param({"a": TEXT}, [(TEXT, "a", "a")], id="the whole text"),
        pytest.param(
            {"a": "Aid may stop"},
            [("The ban is likely to fall by March. ", "", ""), ("Aid may stop", "a", "a"), (" at once.", "", "")],
            id="one",
        ),
        pytest.param(
            {"a": "ban is likely to fall", "b": "likely"},
            [
                ("The ", "", ""),
                ("ban is ", "a", ""),
                ("likely", "ab", "b"),
                (" to fall", "a", "a"),
                (" by March. Aid may stop at once.", "", ""),
            ],
            id="nested",
        ),
        pytest.param(
            {"a": "The ban is likely", "b": "is likely to fall by March. Aid may stop at once."},
            [("The ban ", "a", ""), ("is likely", "ab", "a"), (" to fall by March. Aid may stop at once.", "b", "b")],
            id="overlapping",
        ),
        pytest.param(
            {"a": "Aid may stop", "b": "Aid may stop"},
            [("The ban is likely to fall by March. ", "", ""), ("Aid may stop", "ab", "ab"), (" at once.", "", "")],
            id="the same words twice",
        ),
        pytest.param({"a": "Peace comes soon"}, [(TEXT, "", "")], id="not in the text"),
    ],
)
def test_cuts_the_text_where_quotes_begin_and_end(quotes, expected):
    assert cut(TEXT, **quotes) == expected


def test_loses_no_letter_of_the_text_however_quotes_overlap():
    quotes = {f"{start}-{length}": TEXT[start : start + length] for start in range(0, 40, 3) for length in (5, 11, 17)}

    assert "".join(text for text, _, _ in cut(TEXT, **quotes)) == TEXT


def test_finds_a_quote_whose_spaces_and_quotation_marks_differ():
    text = "“it’s\n  going to\u00a0rain”"

    assert positions(f"She said: {text}.", {"a": '"it\'s going to rain"'}) == {"a": (10, 10 + len(text))}


def test_takes_signs_in_a_quote_for_themselves():
    assert positions("up (50%?) or [more]*", {"a": "(50%?) or [more]*"}) == {"a": (3, 20)}


def test_separates_passages_at_gaps_and_empty_lines():
    found = passages("one […] two\n\nthree", {})

    assert [(passage.segments[0].text, passage.after_gap) for passage in found] == [
        ("one", False),
        ("two", True),
        ("three", False),
    ]


def test_continues_a_quote_in_the_next_paragraph():
    text = "It may\n\nrain."

    assert cut(text, a="It may rain.") == [("It may", "a", ""), ("rain.", "a", "a")]


def test_says_nothing_of_an_empty_text():
    assert passages("", {}) == ()


def test_keeps_up_with_three_hundred_long_quotes():
    words = [f"word{number}" for number in range(2_000)]
    quotes = {str(start): " ".join(words[start : start + 80]) for start in range(0, 1_500, 5)}

    segments = cut(" ".join(words), **quotes)

    assert len(segments) == 600
    assert sum(bool(ending) for _, _, ending in segments) == 300

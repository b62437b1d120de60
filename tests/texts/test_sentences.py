"""Where sentences end, on sentences worked by hand."""

import pytest

from forecasts.texts.sentences import paragraphs


def cut(text: str) -> list[list[str]]:
    return [[text[one.start : one.end] for one in part.sentences] for part in paragraphs(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n\n ", []),
        ("One claim", [["One claim"]]),
        ("Aid may stop. It will not.", [["Aid may stop.", "It will not."]]),
        ("Will it? Surely not! Wait …", [["Will it?", "Surely not!", "Wait …"]]),
        ("He said “Aid will stop.” She agreed.", [["He said “Aid will stop.”", "She agreed."]]),
        ("“Aid will stop.” “It will not.”", [["“Aid will stop.”", "“It will not.”"]]),
        ("Mr. Trump and J. Doe left the U.S. Congress.", [["Mr. Trump and J. Doe left the U.S. Congress."]]),
        ("It cost 3.5 billion. 2025 was worse.", [["It cost 3.5 billion.", "2025 was worse."]]),
        ("It stopped at 3 p.m. on Sunday.", [["It stopped at 3 p.m. on Sunday."]]),
        ("Помощь прекратится. Война продолжится.", [["Помощь прекратится.", "Война продолжится."]]),
        ("هل ستتوقف المساعدات؟ لا أظن.", [["هل ستتوقف المساعدات؟", "لا أظن."]]),
        ("One.\n\nTwo. Three.", [["One."], ["Two.", "Three."]]),
        ("A line\nthat goes on. Next.", [["A line\nthat goes on.", "Next."]]),
    ],
)
def test_sentences_end_where_a_reader_would_say(text, expected):
    assert cut(text) == expected


def test_a_paragraph_after_left_out_words_says_so():
    assert [one.after_gap for one in paragraphs("First. […] Second.\n\nThird.")] == [False, True, False]


def test_no_letter_is_lost():
    text = "  It is 5 p.m. now (U.S. time).  “Really?” he asked. Yes!\n\n[…] \tThe end "

    letters = "".join("".join(part) for part in cut(text))

    assert "".join(letters.split()) == "".join(text.replace("[…]", "").split())


def test_a_long_text_is_cut_in_time_that_grows_with_its_length():
    text = "Aid may stop by March. " * 20_000

    assert len(paragraphs(text)[0].sentences) == 20_000

"""The table of words that imply deadlines, row by row, as docs/scores/words.md has it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecasts.feeds.deadline_words import DEADLINE_WORDS, POLICY, Unit, meaning_of, read_table, words_fault

PAGE = (Path(__file__).parents[2] / "docs" / "scores" / "words.md").read_text(encoding="utf-8")
SAID = datetime(2024, 11, 30, 18, tzinfo=UTC)
HEAD = "words,event_type,unit,earliest,usual,latest,basis\n"


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("immediately", ("2024-12-01", "2024-12-08", "2024-12-31")),
        ("imminent", ("2024-12-08", "2024-12-31", "2025-03-01")),
        ("soon", ("2024-12-31", "2025-03-01", "2025-12-01")),
        ("coming weeks", ("2024-12-29", "2025-01-26", "2025-03-02")),
        ("coming months", ("2025-03-01", "2025-05-31", "2025-12-01")),
        ("this year", ("2025-01-01", "2025-01-01", "2025-01-01")),
        (" “Soon” ", ("2024-12-31", "2025-03-01", "2025-12-01")),
        ("IN THE   coming weeks", ("2024-12-29", "2025-01-26", "2025-03-02")),
    ],
)
def test_words_end_with_the_whole_last_day(words, ends):
    found = meaning_of(words).span(SAID)

    assert tuple(f"{end:%Y-%m-%dT%H:%MZ}" for end in found) == tuple(f"{end}T00:00Z" for end in ends)


def test_a_day_that_a_month_lacks_is_its_last():
    of_january = meaning_of("coming months").span(datetime(2023, 11, 30, tzinfo=UTC))

    assert [f"{end:%Y-%m-%d}" for end in of_january] == ["2024-03-01", "2024-05-31", "2024-12-01"]


def test_the_day_is_that_of_utc():
    late = datetime.fromisoformat("2024-12-31T23:30:00-05:00")

    assert meaning_of("this year").span(late).usual == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("words", ["eventually", "never", "one day", "sooner or later"])
def test_what_can_never_be_found_false_has_no_end(words):
    meaning = meaning_of(words)

    assert not meaning.has_end
    with pytest.raises(ValueError, match=f"“{words}” has no end"):
        meaning.span(SAID)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("soon", ""),
        ("sooon", "deadlines-1 says nothing of “sooon”. Near it: soon"),
        ("when pigs fly", "deadlines-1 says nothing of “when pigs fly”. Known: immediately, at once"),
    ],
)
def test_words_that_are_not_there_are_told_with_those_near_them(words, told):
    assert words_fault(words).startswith(told)
    assert bool(words_fault(words)) is bool(told)


def test_a_row_of_one_type_of_events_goes_before_that_of_any(tmp_path):
    table = read_table(_written(tmp_path, "soon,,days,30,90,365,any\nsoon,STATEMENT,days,1,7,30,talk is quick\n"))

    usual = [meaning_of("soon", event_types=types, table=table).usual for types in ((), ["STATEMENT"], ["AID"], ["AID", "STATEMENT"])]  # fmt: skip
    assert usual == [90, 7, 90, 90]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("soon,,days,1,2,3,a\nsoon,,days,1,2,3,b\n", "“soon” comes twice for the type “”"),
        ("soon,,days,3,2,1,a\n", "“soon” needs earliest <= usual <= latest"),
        ("soon,,hours,1,2,3,a\n", "'hours' is not a valid Unit"),
    ],
)
def test_a_table_that_cannot_be_is_refused(rows, told, tmp_path):
    with pytest.raises(ValueError, match=told):
        read_table(_written(tmp_path, rows))


def _written(folder, rows):
    path = folder / "words.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return path


def test_the_page_has_every_word_with_its_numbers():
    listed = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines()]
    told = {tuple(row[0].split(", ")): row[1:] for row in listed if len(row) == 4 and row[0] != "words"}
    alike: dict[tuple, list[str]] = {}
    for row in DEADLINE_WORDS:
        numbers = (row.unit, row.earliest, row.usual, row.latest)
        alike.setdefault(numbers, []).append(row.words)

    assert f"({POLICY})" in PAGE.replace("`", "")
    assert {tuple(words): _shown(*numbers) for numbers, words in alike.items()}.items() <= told.items()


def _shown(unit, *numbers):
    if unit is Unit.NEVER:
        return ["none", "", ""]
    if unit is Unit.YEAR:
        return ["31 December", "", ""]
    return [f"{numbers[1]} {unit}", str(numbers[0]), str(numbers[2])]

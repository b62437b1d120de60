"""By when words such as “soon” are taken to mean: a table of editorial choices, in versions, that deadlines are proposed from."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

POLICY: Final = "deadlines-1"
TABLE: Final = Path(__file__).resolve().parents[1] / "data" / "deadlines" / "words_1.csv"
MAX_NEAR, LONGEST_SHOWN = 3, 40
QUOTES: Final = " \"'“”‘’«»„"


class Unit(StrEnum):
    """What the numbers of a row count; YEAR ends with the last day of a year, NEVER does not end."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEAR = "year"
    NEVER = "never"


class Span(NamedTuple):
    """The instants before which it has to have come about: at the earliest, as usual, and at the latest."""

    earliest: datetime
    usual: datetime
    latest: datetime


@dataclass(frozen=True, kw_only=True)
class DeadlineWords:
    """
    What one row of the table says.

    Attributes:
        words: In lower case.
        event_type: The PLOVER type that it is said of; empty for any.
        earliest, usual, latest: In units, counted from the day on which it was said; 0 for NEVER.
        basis: Why these.
    """

    words: str
    event_type: str
    unit: Unit
    earliest: int
    usual: int
    latest: int
    basis: str

    @property
    def has_end(self) -> bool:
        """Whether anything could ever show it false."""
        return self.unit is not Unit.NEVER

    def span(self, said_at: datetime) -> Span:
        """
        By when it has to have come about, the whole last day in UTC included.

        Args:
            said_at: When it was said; aware.
        Raises:
            ValueError: The words have no end.
        """
        if not self.has_end:
            raise ValueError(f"“{self.words}” has no end")
        said_on = said_at.astimezone(UTC).date()
        days = (
            _last_day(said_on, unit=self.unit, number=number) for number in (self.earliest, self.usual, self.latest)
        )
        return Span(*(datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC) for day in days))


def read_table(path: Path) -> tuple[DeadlineWords, ...]:
    """
    Return the rows of a table.

    Raises:
        ValueError: A range is upside down, or words come twice for the same type.
    """
    with path.open(newline="", encoding="utf-8") as table:
        rows = tuple(_row(row) for row in csv.DictReader(table))
    keys = [(row.words, row.event_type) for row in rows]
    for row in rows:
        if keys.count((row.words, row.event_type)) > 1:
            raise ValueError(f"“{row.words}” comes twice for the type “{row.event_type}”")
        if not 0 <= row.earliest <= row.usual <= row.latest:
            raise ValueError(f"“{row.words}” needs earliest <= usual <= latest")
    return rows


def _row(row: Mapping[str, str]) -> DeadlineWords:
    earliest, usual, latest = (int(row[name] or 0) for name in ("earliest", "usual", "latest"))
    return DeadlineWords(
        words=row["words"],
        event_type=row["event_type"],
        unit=Unit(row["unit"]),
        earliest=earliest,
        usual=usual,
        latest=latest,
        basis=row["basis"],
    )


DEADLINE_WORDS: Final = read_table(TABLE)


def plain_words(text: str) -> str:
    """Words as the table has them: in lower case, with single spaces, without quotation marks around them."""
    return " ".join(text.casefold().split()).strip(QUOTES)


def meaning_of(
    words: str, *, event_types: Collection[str] = (), table: Sequence[DeadlineWords] = DEADLINE_WORDS
) -> DeadlineWords | None:
    """
    The row for words: that of the type of events where all that are waited for have one type, and there is such a row.

    Returns:
        None where the table does not know them.
    """
    found = {row.event_type: row for row in table if row.words == plain_words(words)}
    types = set(event_types)
    only = types.pop() if len(types) == 1 else ""
    return found.get(only) or found.get("")


def words_fault(words: str) -> str:
    """What is wrong with words that the table does not know, with those near them; empty where it knows them."""
    if meaning_of(words) is not None:
        return ""
    known = list(dict.fromkeys(row.words for row in DEADLINE_WORDS))
    near = get_close_matches(plain_words(words)[:LONGEST_SHOWN], known, n=MAX_NEAR, cutoff=0.6) or known
    return f"{POLICY} says nothing of “{words[:LONGEST_SHOWN]}”. {'Near it' if len(near) < len(known) else 'Known'}: {', '.join(near)}."


def _last_day(day: date, *, unit: Unit, number: int) -> date:
    match unit:
        case Unit.WEEKS:
            return day + timedelta(weeks=number)
        case Unit.MONTHS:
            return _months_later(day, number)
        case Unit.YEAR:
            return date(day.year + number, 12, 31)
    return day + timedelta(days=number)


def _months_later(day: date, number: int) -> date:
    """The same day of a later month, or its last day where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))

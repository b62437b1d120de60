"""The cells of one row, read strictly: what is wrong with them is collected, so that all of it is told at once."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, TypeVar

from .addresses import is_web_address
from .rows import BadRow, RowProblem, problem
from .strict_json import why_unstorable
from .times import DAY, LAST_YEAR, read_day, read_instant

GRID: Final = Decimal("0.0001")
NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
Value = TypeVar("Value")


class Cells:
    """Reads the cells of one row by the names of their columns. A cell that cannot be read is a problem and None."""

    def __init__(self, line: int, values: Mapping[str, str]) -> None:
        self.line = line
        self._values = values
        self.problems: list[RowProblem] = []

    def bad_row(self) -> BadRow:
        """The row with all that is wrong with it."""
        return BadRow(tuple(self.problems))

    def add(self, name: str, message: str) -> None:
        """Add something that is wrong with a cell."""
        self.problems.append(problem(self.line, name, message, self._values.get(name, "")))

    def text(self, name: str, *, longest: int) -> str:
        """A text of one column; empty where there is none."""
        text = self._values.get(name, "").strip()
        if fault := why_unstorable(text):
            self.add(name, fault)
        elif len(text) > longest:
            self.add(name, f"This has {len(text)} characters; {longest} at most.")
        else:
            return text
        return ""

    def needed(self, name: str, *, longest: int) -> str:
        """A text that must be there."""
        if not self._values.get(name, "").strip():
            self.add(name, "This cell is empty.")
            return ""
        return self.text(name, longest=longest)

    def code(self, name: str, *, known: Mapping[str, Value], default: Value) -> Value:
        """What one of some words stands for; the default where the cell is empty."""
        word = self.text(name, longest=100)
        if not word:
            return default
        if word not in known:
            self.add(name, f"“{word[:40]}” is none of {', '.join(filter(None, known))}.")
        return known.get(word, default)

    def address(self, name: str) -> str:
        """A web address; empty where there is none."""
        text = self.text(name, longest=1000)
        if text and not is_web_address(text):
            self.add(name, f"“{text[:80]}” is no web address: begin with http:// or https://.")
            return ""
        return text

    def instant(self, name: str) -> datetime | None:
        """A time with its offset, as UTC; a space may stand for the T."""
        return self._read(name, lambda text: read_instant(text.replace(" ", "T", 1)))

    def day(self, name: str) -> datetime | None:
        """The first instant of a day, in UTC."""
        return self._read(name, lambda text: datetime.combine(read_day(text), time(), tzinfo=UTC))

    def moment(self, name: str) -> datetime | None:
        """A time with its offset, or the first instant of a day."""
        return self.day(name) if DAY.fullmatch(self._values.get(name, "").strip()) else self.instant(name)

    def horizon(self, name: str) -> datetime | None:
        """A time or a day; None where it is so far off that nobody meant it."""
        year = self._values.get(name, "").strip()[:4]
        return None if year.isascii() and year.isdigit() and int(year) > LAST_YEAR else self.moment(name)

    def probability(self, name: str) -> Decimal | None:
        """A number in [0, 1]."""
        return self._read(name, read_number)

    def _read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        text = self._values.get(name, "").strip()
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.add(name, str(error))
            return None


def read_number(text: str) -> Decimal:
    """
    Read a number in [0, 1], written with digits.

    Raises:
        ValueError: It is no number, not finite, or outside.
    """
    if not NUMBER.fullmatch(text) or len(text) > 60:
        raise ValueError(f"“{text[:40]}” is no probability. Give a number from 0 to 1, such as 0.7.")
    number = Decimal(text)
    if number > 1:
        hint = " Percentages are divided by 100." if number <= 100 else ""
        raise ValueError(f"{text[:40]} lies outside 0 to 1.{hint}")
    return number


def verdict_of(outcome: Decimal) -> tuple[str, Decimal | None]:
    """The verdict that an outcome in [0, 1] stands for, with the share of one in part."""
    level = on_grid(outcome)
    if level in (0, 1):
        return ("YES" if level else "NO"), None
    return "PARTLY", level


def on_grid(number: Decimal) -> Decimal:
    """
    Return the nearest of the 10,001 levels 0.0000 to 1.0000, half to even.

    What is no certainty does not become one: it is 0.0001 or 0.9999 at the outside.
    """
    level = number.quantize(GRID, ROUND_HALF_EVEN)
    if level in (0, 1) and level != number:
        return abs(level - GRID)
    return level

"""JSON objects one after the other, from an array or from lines, without holding more than one of them."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from . import strict_json
from .lines import LONGEST_LINE, MAX_ROWS, Lines, LineTooLong
from .rows import BadRow, FileRefused, problem

PART = 65_536
SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """One object; `index` counts the rows from 0."""

    index: int
    values: dict[str, Any]


class _Text:
    """Text from a stream of bytes, of which only a part is held."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self.held, self.is_over = "", False

    def more(self) -> bool:
        """Hold another part; false where there is none."""
        part = self._stream.read(PART)
        self.is_over = not part
        self.held += self._decoder.decode(part, final=self.is_over)
        return bool(part)

    def skip_space(self) -> str:
        """The next letter that is no space, which stays; empty at the end."""
        while True:
            self.held = self.held.lstrip(SPACE)
            if self.held or not self.more():
                return self.held[:1]

    def take(self, n_letters: int) -> None:
        self.held = self.held[n_letters:]


def read_objects(stream: IO[bytes]) -> Iterator[ObjectRow | BadRow]:
    """
    Yield each object of a JSON array; what is no object is told and passed over.

    Args:
        stream: UTF-8. Memory does not grow with it.
    Raises:
        FileRefused: Before the first row: it is no array.
    """
    text = _Text(stream)
    try:
        first = text.skip_space()
    except UnicodeDecodeError:
        raise FileRefused("The body is not UTF-8.") from None
    if first != "[":
        raise FileRefused("The body is no JSON array of objects, such as [{…}, {…}].")
    text.take(1)
    return _elements(text)


def _elements(text: _Text) -> Iterator[ObjectRow | BadRow]:
    index = 0
    try:
        if text.skip_space() == "]":
            return
        while index < MAX_ROWS:
            yield _checked(_next_value(text), index=index)
            index += 1
            separator = text.skip_space()
            if separator == "]":
                return
            if separator != ",":
                raise ValueError(f"a comma or the end of the array is missing before “{text.held[:20]}”")
            text.take(1)
            text.skip_space()
        raise ValueError(f"it has more than {MAX_ROWS:,} rows")
    except (ValueError, RecursionError) as error:
        yield _broken(index, str(error))


def _next_value(text: _Text) -> Any:
    """
    Raises:
        ValueError: What comes next is no JSON, or longer than a row may be.
    """
    while True:
        try:
            value, end = strict_json.DECODER.raw_decode(text.held)
        except ValueError:
            # Perhaps it only goes on in the next part.
            if len(text.held) > LONGEST_LINE or not text.more():
                raise
        else:
            if end > LONGEST_LINE:
                raise ValueError(f"this row has more than {LONGEST_LINE} characters")
            text.take(end)
            return value


def _broken(index: int, fault: str) -> BadRow:
    told = f"The body is no JSON from here on, and nothing after it is read: {fault.rstrip('.')}."
    return BadRow((problem(index, "", told[:400]),))


def read_object_lines(stream: IO[bytes]) -> Iterator[ObjectRow | BadRow]:
    """
    Yield the object of each line; empty lines are passed over, and a line that holds no object is told.

    Args:
        stream: UTF-8, with or without a byte order mark. Memory does not grow with it.
    """
    lines, index = Lines(stream), 0
    while index < MAX_ROWS:
        try:
            text = next(lines)
        except StopIteration:
            return
        except LineTooLong as error:
            yield BadRow((problem(index, "", str(error)),))
        else:
            if not text.strip():
                continue
            yield _of_line(text, index=index)
        index += 1
    yield BadRow((problem(index, "", f"A body may have {MAX_ROWS:,} rows. This one and all after it are not read."),))


def _of_line(text: str, *, index: int) -> ObjectRow | BadRow:
    try:
        value = strict_json.loads(text)
    except (ValueError, RecursionError) as error:
        return BadRow((problem(index, "", f"The line is no JSON: {str(error).rstrip('.')}.", text.strip()),))
    return _checked(value, index=index)


def _checked(value: Any, *, index: int) -> ObjectRow | BadRow:
    if not isinstance(value, dict):
        return BadRow((problem(index, "", "This is no JSON object.", value),))
    faults = tuple(problem(index, path, fault) for path, fault in strict_json.faults(value))
    return BadRow(faults) if faults else ObjectRow(index, value)

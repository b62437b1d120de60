"""Lines of bounded length from a stream of bytes."""

from collections.abc import Iterator
from typing import IO

LONGEST_LINE = 131_072
MAX_ROWS = 1_000_000


class LineTooLong(ValueError):
    """A line has more bytes than one may have; the next one can still be read."""


class Lines(Iterator[str]):
    """
    The lines of a stream, one at a time.

    Bytes that are not UTF-8 come out as lone surrogates, so that one such line does not end the file; `is_unstorable`
    finds them. `number` is that of the line read last.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.number = 0

    def __next__(self) -> str:
        """
        Raises:
            LineTooLong: It has more than 131,072 bytes.
        """
        line = self._stream.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > LONGEST_LINE:
            self._skip_rest(line)
            raise LineTooLong(f"The line has more than {LONGEST_LINE} bytes.")
        text = line.decode("utf-8", "surrogateescape")
        return text.removeprefix("\ufeff") if self.number == 1 else text

    def _skip_rest(self, part: bytes) -> None:
        while part and not part.endswith(b"\n"):
            part = self._stream.readline(LONGEST_LINE)

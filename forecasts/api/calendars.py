"""Deadlines as a calendar that other programs subscribe to: RFC 5545."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from forecasts.models import Prediction

LONGEST_LINE = 75
ENDING = "\r\n"
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_lines(deadlines: Iterable[tuple[Prediction, str]], *, host: str) -> Iterator[str]:
    """
    Yield the lines of a calendar with an entry for each prediction, folded and ended as the format asks.

    Args:
        deadlines: Predictions that have a scheduled close, each with the address of its page.
        host: What makes the ids unique; an id stays the same however often the calendar is read.
    """
    head = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Aftercast//Deadlines//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    )
    yield from (line + ENDING for line in (*head, "X-WR-CALNAME:Aftercast: deadlines"))
    for prediction, address in deadlines:
        yield from (folded(line) for line in _entry(prediction, address=address, host=host))
    yield f"END:VCALENDAR{ENDING}"


def _entry(prediction: Prediction, *, address: str, host: str) -> Iterator[str]:
    if prediction.scheduled_close_at is None:
        return
    moment = _instant(prediction.scheduled_close_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{prediction.pk}@{host}"
    yield f"DTSTAMP:{_instant(prediction.recorded_at)}"
    yield f"DTSTART:{moment}"
    yield f"SUMMARY:{escaped(prediction.title)}"
    yield f"DESCRIPTION:{escaped(_description(prediction))}"
    yield f"CATEGORIES:{escaped(prediction.topic.path)}"
    yield f"URL:{address}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _description(prediction: Prediction) -> str:
    standing = prediction.get_verdict_display() if prediction.verdict else prediction.get_status_display()
    return f"{prediction.statement}\n{prediction.holder}\n{standing}"


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text as the value of a property; control characters, which the format has no way to write, are left out."""
    plain = re.sub(r"\r\n?", "\n", text)
    return "".join(letter for letter in plain if letter == "\n" or unicodedata.category(letter) != "Cc").translate(
        ESCAPED
    )


def folded(line: str) -> str:
    """A line in pieces of 75 bytes at most, none of which cuts a letter in two, each but the first after a space."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LONGEST_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    return ENDING.join([*pieces, piece]) + ENDING

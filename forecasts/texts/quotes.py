"""Marking quotes in a text: which stretch of it belongs to which quotes, however they overlap."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import pairwise

# Where a kept text skips part of the article, or begins a new paragraph.
BREAK = re.compile(r"\s*\[(?:…|\.\.\.)\]\s*|\s*\n\s*\n\s*")
ALIKE = {"'": "['‘’]", "‘": "['‘’]", "’": "['‘’]", '"': '["“”]', "“": '["“”]', "”": '["“”]'}


@dataclass(frozen=True)
class Segment:
    """A stretch of text, the quotes that cover it, and those that end with it."""

    text: str
    quotes: tuple[Hashable, ...]
    ending: tuple[Hashable, ...]


@dataclass(frozen=True)
class Passage:
    """A paragraph; `after_gap` says that words were left out before it."""

    segments: tuple[Segment, ...]
    after_gap: bool


@dataclass(frozen=True)
class _Found:
    key: Hashable
    start: int
    end: int


def positions(text: str, quotes: Mapping[Hashable, str]) -> dict[Hashable, tuple[int, int]]:
    """
    Return where each quote stands in the text; one that is not in it is left out.

    Spaces may differ in number and kind, quotation marks in shape. Of several places the first counts.
    """
    found = {key: _pattern(quote).search(text) for key, quote in quotes.items() if quote.strip()}
    return {key: match.span() for key, match in found.items() if match}


def _pattern(quote: str) -> re.Pattern[str]:
    words = ("".join(ALIKE.get(letter, re.escape(letter)) for letter in word) for word in quote.split())
    return re.compile(r"\s+".join(words))


def passages(text: str, spans: Mapping[Hashable, tuple[int, int]]) -> tuple[Passage, ...]:
    """
    Return the text as paragraphs, each cut wherever a quote begins or ends.

    Args:
        text: The text; `[…]` and empty lines separate paragraphs.
        spans: Start and end of each quote, as `positions` finds them.
    """
    found = [_Found(key, start, end) for key, (start, end) in spans.items()]
    written, start, after_gap = [], 0, False
    for gap in [*BREAK.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            written.append(Passage(_segments(text, found, start=start, end=end), after_gap))
        if gap:
            start, after_gap = gap.end(), "[" in gap.group()
    return tuple(written)


def _segments(text: str, found: list[_Found], *, start: int, end: int) -> tuple[Segment, ...]:
    here = [quote for quote in found if quote.start < end and quote.end > start]
    inside = {edge for quote in here for edge in (quote.start, quote.end) if start < edge < end}
    cuts = [start, *sorted(inside), end]
    return tuple(
        Segment(
            text=text[left:right],
            quotes=tuple(quote.key for quote in here if quote.start <= left and quote.end >= right),
            ending=tuple(quote.key for quote in here if left < quote.end <= right),
        )
        for left, right in pairwise(cuts)
    )

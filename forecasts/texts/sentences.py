"""Where the sentences of a text begin and end."""

import re
from dataclasses import dataclass
from itertools import pairwise

from .quotes import BREAK

# A full stop, question or exclamation mark with the marks that close what it ends, then space and what may begin a sentence.
END = re.compile(r"[.!?…؟。]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[^\W_a-zа-я])")
# Full stops that end no sentence: titles, short forms, months, and single capitals as in “U.S.” or “J. Doe”.
SHORT = re.compile(
    r"(?<![^\s(“\"'])(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Sen|Rep|Gov|Pres|St|No|vs|etc|e\.g|i\.e|cf|approx|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|(?:[A-Z]\.)*[A-Z])\.$"
)
LONGEST_SHORT = 16


@dataclass(frozen=True)
class Sentence:
    """A sentence at its place: `text[start:end]`, without the space around it."""

    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """The sentences of a paragraph; `after_gap` says that words were left out before it."""

    sentences: tuple[Sentence, ...]
    after_gap: bool


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """
    Return the paragraphs of a text with their sentences, which together hold every letter of it.

    Args:
        text: The text; `[…]` and empty lines separate paragraphs. A full stop before a small letter, after a title or
            after a single capital ends no sentence.
    """
    found, start, after_gap = [], 0, False
    for gap in [*BREAK.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            found.append(Paragraph(_sentences(text, start=start, end=end), after_gap))
        if gap:
            start, after_gap = gap.end(), "[" in gap.group()
    return tuple(found)


def _sentences(text: str, *, start: int, end: int) -> tuple[Sentence, ...]:
    found = (match.end() for match in END.finditer(text, start, end))
    ends = [place for place in found if not SHORT.search(text, max(start, place - LONGEST_SHORT), place)]
    edges = [start, *ends, end]
    parts = (_stripped(text, left, right) for left, right in pairwise(edges))
    return tuple(part for part in parts if part.start < part.end)


def _stripped(text: str, left: int, right: int) -> Sentence:
    part = text[left:right]
    return Sentence(left + len(part) - len(part.lstrip()), left + len(part.rstrip()))

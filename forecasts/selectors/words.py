"""Texts as words that can be compared: without case, accents or punctuation, the same on every database."""

import re
import unicodedata
from collections.abc import Iterator

WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return the words of a text, folded, with a space between each."""
    return " ".join(fold_words(text))


def fold_words(text: str) -> Iterator[str]:
    """Yield each word of a text without case and accents; what is neither letter nor digit only separates."""
    plain = _plain(text)
    return (found.group() for found in WORD.finditer(plain))


def places_of_words(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield where each word of a text begins and ends, and what it is folded to."""
    for found in re.finditer(r"\w+", text):
        yield found.start(), found.end(), list(fold_words(found.group()))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()

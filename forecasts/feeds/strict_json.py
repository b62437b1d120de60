"""JSON without what readers and databases each take in their own way."""

import json
import math
from collections.abc import Iterator
from typing import Any

DEEPEST = 32
LARGEST_NUMBER = 10**18
UNSTORABLE = "This text holds a NUL character or half a surrogate pair."
NOT_UTF8 = "“{}” is not UTF-8, from its byte 0x{:02X} on. Save the file as UTF-8 and send it again."


class GivenTwice(ValueError):
    """A key comes twice in one object; readers disagree about which value counts."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name[:100]}” is given twice.")
        self.name = name


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """
    The object of these pairs, for a decoder of JSON.

    Raises:
        GivenTwice: A key comes twice.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise GivenTwice(next(name for name in names if names.count(name) > 1))
    return found


# One for all texts: to make it takes as long as to read a short one.
DECODER = json.JSONDecoder(object_pairs_hook=unique)


def loads(text: str) -> Any:
    """
    Read JSON whose keys come once.

    Raises:
        GivenTwice: A key comes twice in one object.
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply to be read at all.
    """
    return DECODER.decode(text)


def faults(data: Any) -> Iterator[tuple[str, str]]:
    """
    Yield the dotted place and the fault of each value that is too deep, not finite, too large or cannot be stored.

    A loop, not a recursion: depth is what it guards against.
    """
    waiting: list[tuple[str, Any, int]] = [("", data, 1)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            yield path.split(".")[0], f"This is nested more than {DEEPEST} levels deep."
            return
        if isinstance(value, dict):
            for key, part in value.items():
                if is_unstorable(key):
                    yield path, f"The name {key[:40]!a} holds a NUL character or half a surrogate pair."
                waiting.append((f"{path}.{key}" if path else key, part, depth + 1))
        elif isinstance(value, list):
            waiting += [
                (f"{path}.{index}" if path else str(index), part, depth + 1) for index, part in enumerate(value)
            ]
        elif fault := _scalar_fault(value):
            yield path, fault


def _scalar_fault(value: Any) -> str:
    if isinstance(value, str):
        return UNSTORABLE if is_unstorable(value) else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return "This is not finite. Give a finite number."
    return "This number is too large; the limit is 1e18." if abs(value) > LARGEST_NUMBER else ""


def why_unstorable(text: str) -> str:
    """Return why a text of a file cannot be stored, with where its bytes are no UTF-8; empty where it can."""
    if not is_unstorable(text):
        return ""
    wrong = next((letter for letter in text if "\udc80" <= letter <= "\udcff"), "")
    if not wrong:
        return UNSTORABLE
    at, shown = text.index(wrong), text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return NOT_UTF8.format(shown[max(0, at - 20) : at + 20], ord(wrong) - 0xDC00)


def is_unstorable(text: str) -> bool:
    """Return whether a text holds a NUL character or a lone surrogate."""
    if "\0" in text:
        return True
    # No surrogate survives in ASCII, and asking that costs nothing.
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)

"""Commitments to what is read later: made, opened, and what differs where one does not open."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .canonical import canonical
from .verifier import seal_of

SALT_BYTES = 16
COMMITMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)
SALT = re.compile(r"(?:[0-9a-f]{2}){16,32}", re.ASCII)
TOLD = 60


@dataclass(frozen=True)
class Seal:
    """What opens a commitment: the canonical bytes of the content as text, and the salt in hexadecimal."""

    content: str
    salt: str

    @property
    def commitment(self) -> str:
        return seal_of(self.content.encode(), salt=bytes.fromhex(self.salt)).hex()


def sealed(content: object) -> Seal:
    """
    Commit to a content with a new salt.

    Raises:
        ValueError: It cannot be written canonically.
    """
    return Seal(canonical(content).decode(), os.urandom(SALT_BYTES).hex())


def differences(sealed_content: str, given: str) -> list[str]:
    """
    What differs between two contents, a sentence for each field.

    Args:
        sealed_content: Canonical JSON of an object.
        given: The same.
    """
    return list(_differences(json.loads(sealed_content), json.loads(given), path=""))


def _differences(sealed_part: Any, given: Any, *, path: str) -> Iterator[str]:
    if isinstance(sealed_part, Mapping) and isinstance(given, Mapping):
        for name in sorted({*sealed_part, *given}):
            below = f"{path}.{name}" if path else name
            if name not in given:
                yield f"{below}: sealed as {_told(sealed_part[name])}, and missing here."
            elif name not in sealed_part:
                yield f"{below}: not sealed, and {_told(given[name])} here."
            else:
                yield from _differences(sealed_part[name], given[name], path=below)
    elif canonical(sealed_part) != canonical(given):
        yield f"{path}: sealed as {_told(sealed_part)}, and {_told(given)} here."


def _told(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= TOLD else f"{text[:TOLD]}…"

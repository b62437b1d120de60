"""Answers that one process made, lent to all others until what they were made of is written: docs/adr/0031-pages-made-ahead.md."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache

from .answers import ALWAYS, Held
from .release import RELEASE

# So many at once and no more: names that anybody can make up must not fill the memory of Redis.
PLACES, AT_ONCE, LARGEST = 1024, 64, 1_000_000
LASTS = timedelta(days=1)
# Among what the server says of a request: what a browser sends begins with HTTP_.
ASKED_AT = "aftercast.asked_at"


class Question(NamedTuple):
    """What a page depends on beside the records."""

    scheme: str
    host: str
    path: str


class Lent(NamedTuple):
    """An answer, its body compressed, what it answers, and when a reader asked that."""

    question: Question
    held: Held
    asked_at: datetime


def lend(question: Question, held: Held, *, asked_at: datetime) -> None:
    """
    Let all processes have an answer, if it is known what it was made of.

    Args:
        question: What was asked.
        held: The answer.
        asked_at: When a reader asked it, and did not only have it made ahead.
    """
    is_known = held.readings is not None or held.state == ALWAYS
    if _is_on() and is_known and len(held.body) <= LARGEST:
        packed = replace(held, body=zlib.compress(held.body, 1), match=None)
        cache.set(_place(question), Lent(question, packed, asked_at), LASTS.total_seconds())


def borrow(question: Question) -> Held | None:
    """The answer that another process gave last, whether it is still right or not."""
    lent = cache.get(_place(question)) if _is_on() else None
    if not isinstance(lent, Lent) or lent.question != question:
        return None
    return replace(lent.held, body=zlib.decompress(lent.held.body))


def asked_lately(*, now: datetime) -> Iterator[Lent]:
    """All that is lent and was asked by a reader within a day."""
    for first in range(0, PLACES, AT_ONCE):
        for lent in cache.get_many(map(_name, range(first, first + AT_ONCE))).values():
            if isinstance(lent, Lent) and now - lent.asked_at < LASTS:
                yield lent


def _is_on() -> bool:
    """Whoever holds nothing has no use for it, and whoever works on the pages wants them as they are now."""
    return settings.HELD_ANSWERS_MB > 0 and not settings.DEBUG


def _place(question: Question) -> str:
    """Each question has its one place; that of another which has the same goes."""
    return _name(int.from_bytes(sha256(repr(tuple(question)).encode()).digest()[:4]) % PLACES)


def _name(number: int) -> str:
    return f"lent:{RELEASE}:{number}"

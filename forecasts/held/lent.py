"""Answers that one process made, lent to all others until what they were made of is written: docs/adr/0031-pages-made-ahead.md."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.core.cache import cache

from forecasts.selectors.readings import Readings

from .answers import Held
from .release import release

logger = structlog.get_logger(__name__)

# So many at once, and none larger: names that anybody can make up must not fill the memory of Redis.
PLACES, AT_ONCE, LARGEST = 1024, 64, 64_000
LASTS = timedelta(days=1)
# In no statement, since no database takes it.
END = b"\0"
# Among what the server says of a request: what a browser sends begins with HTTP_.
ASKED_AT = "aftercast.asked_at"


class Question(NamedTuple):
    """What a page depends on beside the records."""

    scheme: str
    host: str
    path: str


class Asked(NamedTuple):
    """What a reader asked, and when they had to wait for it."""

    question: Question
    at: datetime


class Lent(NamedTuple):
    """What was asked, the answer but for what is long in it, and that: what asks for all it was made of, and its body, compressed."""

    asked: Asked
    held: Held
    packed: bytes

    @classmethod
    def of(cls, asked: Asked, held: Held, *, readings: Readings) -> "Lent":
        packed = zlib.compress(readings.question.encode() + END + held.body, 1)
        return cls(asked, replace(held, body=b"", match=None, readings=replace(readings, question="")), packed)

    def unpacked(self) -> Held:
        """The answer as it was."""
        question, _, body = zlib.decompress(self.packed).partition(END)
        readings: Any = self.held.readings
        return replace(self.held, body=body, readings=replace(readings, question=question.decode()))


def is_lending() -> bool:
    """Whoever holds nothing has no use for it, whoever works on pages wants them as they are now, and it takes Redis."""
    return settings.HELD_ANSWERS_MB > 0 and not settings.DEBUG and bool(settings.REDIS_URL)


def lend(asked: Asked, held: Held) -> None:
    """Let all processes have an answer, if it is known what it was made of."""
    if not is_lending() or not isinstance(held.readings, Readings):
        return
    lent = Lent.of(asked, held, readings=held.readings)
    if len(lent.packed) <= LARGEST:
        cache.set(_place(asked.question), lent, LASTS.total_seconds())


def borrow(question: Question) -> Held | None:
    """The answer that another process gave last, whether it is still right or not."""
    if not is_lending():
        return None
    try:
        lent = cache.get(_place(question))
        if not isinstance(lent, Lent) or lent.asked.question != question:
            return None
        return lent.unpacked()
    except Exception:  # Whatever is there and cannot be read is made again, and takes its place.
        logger.exception("lent_answer_not_read")
        return None


def forget(question: Question) -> None:
    """Lend an answer no more."""
    cache.delete(_place(question))


def asked_lately(*, now: datetime) -> list[Asked]:
    """What readers had to wait for within a day and is lent, the latest first."""
    return sorted((one for one in _asked() if now - one.at < LASTS), key=lambda one: one.at, reverse=True)


def _asked() -> Iterator[Asked]:
    for first in range(0, PLACES, AT_ONCE):
        for lent in cache.get_many(map(_name, range(first, first + AT_ONCE))).values():
            if isinstance(lent, Lent):
                yield lent.asked


def _place(question: Question) -> str:
    """Each question has its one place; that of another which has the same goes."""
    return _name(int.from_bytes(sha256(repr(tuple(question)).encode()).digest()[:4]) % PLACES)


def _name(number: int) -> str:
    return f"lent:{release()}:{number}"

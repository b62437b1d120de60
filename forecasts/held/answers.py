"""Answers that this process holds, each with the state of the records that it was made in."""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils.cache import has_vary_header

# What an answer takes beside its body, roughly.
OVERHEAD = 2000
# The state of what hangs on no record: it is the same whatever is written.
ALWAYS = "always"
# The state of what is looked at by what it was made of alone, whatever state all other records are in.
BY_READINGS = "by readings"


class Basis(Protocol):
    """What an answer was made of: the answer is right as long as that is the same, whatever else is written."""

    @property
    def size(self) -> int:
        """How many bytes it takes to remember it, roughly."""

    def still_hold(self) -> bool:
        """Whether it is the same now."""


class Ready(Protocol):
    """An answer that can be given to whoever may have it."""

    @property
    def match(self) -> ResolverMatch | None:
        """Which view it is of."""

    def answer(self, *, with_headers: Mapping[str, str]) -> HttpResponse:
        """The answer, with what is different each time."""


class Passing(HttpResponse):
    """An answer that hangs on more than what is recorded, such as on the time: nobody holds it."""


@dataclass(frozen=True)
class MadeOf:
    """
    What an answer hangs on beside its request.

    Attributes:
        state: The state of the records just before it was made.
        readings: What was read for it, where that is known.
        until: From when on it is another, whatever is recorded; None where it does not hang on the time.
    """

    state: str
    readings: Basis | None
    until: datetime | None


@dataclass(frozen=True)
class Held:
    """
    An answer, and the state of the records in which it is right.

    Attributes:
        match: Which view it is of.
        readings: What it was made of, where that is known: in any other state it is right as long as that is the same.
        until: From when on it is right no more; None where it does not hang on the time.
    """

    state: str
    headers: Mapping[str, str]
    body: bytes
    match: ResolverMatch | None = None
    readings: Basis | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, answer: HttpResponse, *, match: ResolverMatch | None, apart: Collection[str] = ()) -> "Held":
        """
        What of a marked answer is the same for whoever asks the same.

        Args:
            match: Which view it is of.
            apart: The headers that are different each time.
        """
        headers = {name: value for name, value in answer.items() if name not in apart}
        made_of: MadeOf = answer.made_of  # type: ignore[attr-defined]  # Put there by `mark`.
        return cls(made_of.state, headers, answer.content, match, made_of.readings, made_of.until)

    def is_right_in(self, state: str | None, *, now: datetime) -> bool:
        """Whether it is right at an instant, in a state of the records that was read before."""
        if self.until is not None and now >= self.until:
            return False
        return self.state == state or (self.readings is not None and self.readings.still_hold())

    def answer(self, *, with_headers: Mapping[str, str]) -> HttpResponse:
        """The answer once more, with what is different each time."""
        return HttpResponse(self.body, headers={**self.headers, **with_headers})


class Answers:
    """As many answers as there is room for; those go first that were asked for longest ago."""

    def __init__(self, *, n_bytes: int) -> None:
        self._room, self._lock = n_bytes, Lock()
        self._held: OrderedDict[Hashable, Held] = OrderedDict()

    def get(self, question: Hashable) -> Held | None:
        """The answer to a question as it was last, if it is held."""
        with self._lock:
            if question in self._held:
                self._held.move_to_end(question)
            return self._held.get(question)

    def clear(self) -> None:
        """Hold nothing."""
        with self._lock:
            self._room += sum(map(_size, self._held.values()))
            self._held.clear()

    def put(self, question: Hashable, held: Held) -> None:
        """Hold an answer in place of an earlier one, if there is room for it at all."""
        size = _size(held)
        with self._lock:
            if (former := self._held.pop(question, None)) is not None:
                self._room += _size(former)
            while self._held and self._room < size:
                _, oldest = self._held.popitem(last=False)
                self._room += _size(oldest)
            if size <= self._room:
                self._held[question] = held
                self._room -= size


def pass_at(answer: HttpResponse, instant: datetime) -> HttpResponse:
    """Say from when on an answer is another, whatever is recorded; returns it."""
    answer.passes_at = instant  # type: ignore[attr-defined]  # For `mark` alone.
    return answer


def mark(answer: HttpResponseBase, *, state: str | None, readings: Basis | None) -> None:
    """Say that an answer hangs on nothing but the records, in what state these were just before, and what was read."""
    if state is not None and not isinstance(answer, Passing):
        passes_at = getattr(answer, "passes_at", None)
        answer.made_of = MadeOf(state, readings, passes_at)  # type: ignore[attr-defined]  # For the middleware alone.


def may_be_held(answer: HttpResponseBase) -> bool:
    """Whether an answer was marked, and is a whole one that is the same for everybody who may have it."""
    return hasattr(answer, "made_of") and is_for_all(answer)


def is_for_all(answer: HttpResponseBase) -> bool:
    """Whether an answer is a whole one, and the same for everybody who may have it."""
    # Whoever looks into the session says that the answer varies with cookies.
    return answer.status_code == 200 and not answer.cookies and not has_vary_header(answer, "Cookie")


def _size(held: Held) -> int:
    return len(held.body) + (held.readings.size if held.readings else 0) + OVERHEAD


ANSWERS = Answers(n_bytes=settings.HELD_ANSWERS_MB * 1_000_000)

"""Answers that this process holds, each with the state of the records that it was made in."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from forecasts.selectors.readings import Readings

from .throttling import HEADERS

# What an answer takes beside its body, roughly.
OVERHEAD = 2000


class Passing(HttpResponse):
    """An answer that hangs on more than what is recorded, such as on the time: nobody holds it."""


@dataclass(frozen=True)
class Held:
    """
    An answer, and the state of the records in which it is right.

    Attributes:
        match: Which view it is of.
        readings: What it was made of, where that is known: in any other state it is right as long as that is the same.
    """

    state: str
    headers: Mapping[str, str]
    body: bytes
    match: ResolverMatch | None = None
    readings: Readings | None = None

    @classmethod
    def of(cls, answer: HttpResponse, *, match: ResolverMatch | None) -> "Held":
        """What of a marked answer is the same for whoever asks the same; `match` says which view it is of."""
        headers = {name: value for name, value in answer.items() if name not in HEADERS}
        state, readings = answer.made_of  # type: ignore[attr-defined]  # Put there by `mark`.
        return cls(state, headers, answer.content, match, readings)

    def is_right_in(self, state: str | None) -> bool:
        """Whether it is right in a state of the records that was read before."""
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


def question_of(request: HttpRequest) -> Hashable:
    """What an answer depends on beside the records."""
    return (request.scheme, request.get_host(), request.get_full_path(), request.headers.get("Accept"))


def mark(answer: HttpResponseBase, *, state: str | None, readings: Readings | None) -> None:
    """Say that an answer hangs on nothing but the records, in what state these were just before, and what was read."""
    if state is not None and not isinstance(answer, Passing):
        answer.made_of = (state, readings)  # type: ignore[attr-defined]  # For the middleware alone.


def may_be_held(answer: HttpResponseBase) -> bool:
    """Whether an answer was marked, and is a whole one for anybody."""
    return hasattr(answer, "made_of") and answer.status_code == 200 and not answer.cookies


def _size(held: Held) -> int:
    return len(held.body) + (len(held.readings.question) if held.readings else 0) + OVERHEAD


ANSWERS = Answers(n_bytes=settings.HELD_ANSWERS_MB * 1_000_000)

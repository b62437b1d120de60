"""Answers about slices, kept for all processes as they were rendered, for as long as nothing in the slice changes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from forecasts.api.renderers import OrjsonRenderer
from forecasts.api.serializers.slices import CardAsked
from forecasts.held.answers import BY_READINGS, Held, Passing, is_for_all, mark
from forecasts.held.release import release
from forecasts.selectors.sums import KeptScope
from forecasts.selectors.versions import Standing, standing_of, version_of

from .failures import PREFIX

KEPT_SECONDS = 24 * 3600
LARGEST = 1_000_000
QUICK_SECONDS = 0.05
PATHS = frozenset({f"{PREFIX}v1/accuracy/", f"{PREFIX}v1/calibration/"})
# Whoever accepts one of these gets the one type there is; names that anybody can make up would fill the memory of Redis.
ACCEPTED = frozenset({"*/*", "application/*", OrjsonRenderer.media_type})
WorkOut = Callable[[CardAsked, KeptScope | None], tuple[Any, bool]]


@dataclass(frozen=True)
class Stands:
    """What an answer was asked, and the version of the slice that it was made at: it holds as long as that stands."""

    asked: CardAsked
    version: str
    took: float  # Seconds to work it out.

    # Roughly, in bytes.
    size = 1000

    def still_hold(self) -> bool:
        """Whether nothing in the slice changed."""
        return version_of(self.asked.chosen) == self.version

    @property
    def is_quick(self) -> bool:
        """Whether working it out takes hardly longer than asking what others worked out."""
        return self.took < QUICK_SECONDS


class Kept(NamedTuple):
    """An answer, and what it stands for."""

    stands: Stands
    headers: Mapping[str, str]
    body: bytes


def slice_answer(asked: CardAsked, *, work_out: WorkOut) -> HttpResponse:
    """
    The answer to a question about a slice, worked out, with what it stands for.

    Args:
        asked: What is asked of which slice.
        work_out: The content of the answer, and whether the version of the slice says all that it hangs on; from what is asked,
            and what is kept of the slice where that is at hand.
    """
    return answer_at(standing_of(asked.chosen), asked, work_out=work_out)


def answer_at(standing: Standing, asked: CardAsked, *, work_out: WorkOut) -> HttpResponse:
    """The same where the slice was looked at already: what is kept under its version is never older than that says."""
    began, version = perf_counter(), standing.version
    content, is_all = work_out(asked, standing.scope)
    body = OrjsonRenderer().render(content)
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"', "Content-Length": str(len(body))}
    if version is None or not is_all:
        return Passing(body, content_type=OrjsonRenderer.media_type, headers=headers)
    answer = HttpResponse(body, content_type=OrjsonRenderer.media_type, headers=headers)
    answer.stands = stands = Stands(asked, version, perf_counter() - began)  # type: ignore[attr-defined]  # For `keep`.
    # A transaction sees its own writes, so nobody holds what was made in one.
    mark(answer, state=None if connection.in_atomic_block else BY_READINGS, readings=stands)
    return answer


def keep(request: HttpRequest, answer: HttpResponse, *, apart: Collection[str]) -> None:
    """
    Keep an answer that says what it stands for, as it went through its view.

    Args:
        apart: The headers that differ each time.
    """
    stands: Stands | None = getattr(answer, "stands", None)
    if stands is None or not is_kept(request) or not is_for_all(answer) or len(answer.content) > LARGEST:
        return
    headers = {name: value for name, value in answer.items() if name not in apart}
    cache.set(_key(request), Kept(stands, headers, answer.content), KEPT_SECONDS)


def is_kept(request: HttpRequest) -> bool:
    """Whether answers to a request are kept for all processes."""
    if request.path_info not in PATHS:
        return False
    accepted = {kind.partition(";")[0].strip() for kind in request.META.get("HTTP_ACCEPT", "*/*").split(",")}
    return not accepted.isdisjoint(ACCEPTED)


def kept_answer(request: HttpRequest) -> Held | None:
    """The last answer to a request that is kept, whether it is still right or not."""
    kept = cache.get(_key(request))
    if not isinstance(kept, Kept):
        return None
    return Held(BY_READINGS, kept.headers, kept.body, resolve(request.path_info), kept.stands)


def _key(request: HttpRequest) -> str:
    """What the answer to a request is kept under."""
    question = f"{request.scheme} {request.get_host()} {request.get_full_path()}"
    return f"kept:{release()}:{sha256(question.encode()).hexdigest()}"

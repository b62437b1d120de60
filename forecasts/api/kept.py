"""Answers about slices, kept for all processes as they were rendered, for as long as nothing in the slice changes."""

from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from rest_framework.request import Request

import forecasts
from forecasts.api.renderers import OrjsonRenderer
from forecasts.held.answers import Held, Passing, is_for_all
from forecasts.held.making import state_for
from forecasts.selectors.slices import Slice
from forecasts.selectors.versions import Standing, version_of

from .failures import PREFIX

KEPT_SECONDS = 24 * 3600
LARGEST = 1_000_000
PATHS = frozenset({f"{PREFIX}v1/accuracy/", f"{PREFIX}v1/calibration/"})
# Whoever accepts one of these gets the one type there is; names that anybody can make up would fill the memory of Redis.
ACCEPTED = frozenset({"*/*", "application/*", OrjsonRenderer.media_type})
Asked = tuple[Slice, bool]


class Kept(NamedTuple):
    """An answer, what it was asked, the slice first, and the version of the slice it was made at."""

    asked: Asked
    version: str
    headers: Mapping[str, str]
    body: bytes


def _release() -> str:
    """Changes with the code, so that an update never shows an answer of the code before."""
    root = Path(str(forecasts.__file__)).parent
    files = sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*.py"))
    return sha256(repr(files).encode()).hexdigest()[:16]


RELEASE = _release()


def slice_answer(
    request: Request, *, choose: Callable[[], Asked], work_out: Callable[[Asked], tuple[Any, bool]]
) -> HttpResponse:
    """
    The answer to a request about a slice, worked out, with what it stands for.

    The version is read before the figures, so what is kept under it is never older than it says.

    Args:
        choose: What the request asks, the slice first; only called where no earlier answer to the same words is kept.
        work_out: The content of the answer, and whether the version of the slice says all that it hangs on.
    """
    asked, version = getattr(request, "asked_before", None) or _asked_now(choose())
    content, is_all = work_out(asked)
    body = OrjsonRenderer().render(content)
    headers = {"ETag": f'"{sha256(body).hexdigest()[:32]}"'}
    if version is None or not is_all:
        return Passing(body, content_type=OrjsonRenderer.media_type, headers=headers)
    answer = HttpResponse(body, content_type=OrjsonRenderer.media_type, headers=headers)
    # For `keep`, and for whoever holds it.
    answer.asked, answer.stands = asked, Standing(asked[0], version)  # type: ignore[attr-defined]
    return answer


def _asked_now(asked: Asked) -> tuple[Asked, str | None]:
    return asked, version_of(asked[0])


def keep(request: HttpRequest, answer: HttpResponse, *, apart: Collection[str]) -> None:
    """
    Keep an answer that says what it stands for, as it went through its view.

    Args:
        apart: The headers that differ each time.
    """
    stands: Standing | None = getattr(answer, "stands", None)
    key = _key(request)
    if stands is None or key is None or not is_for_all(answer) or len(answer.content) > LARGEST:
        return
    headers = {name: value for name, value in answer.items() if name not in apart}
    asked: Asked = answer.asked  # type: ignore[attr-defined]  # It has both.
    cache.set(key, Kept(asked, stands.version, headers, answer.content), KEPT_SECONDS)


def kept_answer(request: HttpRequest) -> Held | None:
    """The answer to a request that is kept, if nothing in its slice changed since; where it did, what was asked is handed on."""
    key = _key(request)
    kept = key and cache.get(key)
    if not isinstance(kept, Kept):
        return None
    # Before the version, so that the answer is never older than it says.
    state = state_for(request)
    request.records_state = state  # type: ignore[attr-defined]  # Handed on to the view.
    version = version_of(kept.asked[0])
    if version != kept.version:
        request.asked_before = kept.asked, version  # type: ignore[attr-defined]  # For `slice_answer`.
        return None
    match = resolve(request.path_info)
    return Held(state or "", kept.headers, kept.body, match, Standing(kept.asked[0], kept.version))


def _key(request: HttpRequest) -> str | None:
    """What the answer to a request is kept under; None where none is."""
    accepted = {kind.partition(";")[0].strip() for kind in request.headers.get("Accept", "*/*").split(",")}
    if request.path_info not in PATHS or accepted.isdisjoint(ACCEPTED):
        return None
    question = f"{request.scheme} {request.get_host()} {request.get_full_path()}"
    return f"kept:{RELEASE}:{sha256(question.encode()).hexdigest()}"

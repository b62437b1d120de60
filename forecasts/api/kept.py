"""Answers about slices that are kept as they were rendered, for as long as nothing in the slice changes."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from django.core.cache import cache
from django.http import HttpResponse
from rest_framework.request import Request

import forecasts
from forecasts.api.renderers import OrjsonRenderer
from forecasts.held.answers import Passing
from forecasts.selectors.slices import Slice
from forecasts.selectors.versions import version_of

KEPT_SECONDS = 24 * 3600
LARGEST = 1_000_000


Asked = tuple[Slice, bool]


class Kept(NamedTuple):
    """An answer, what it was asked, the slice first, and the version of the slice it was made at."""

    asked: Asked
    version: str
    etag: str
    body: bytes


def _release() -> str:
    """Changes with the code, so that an update never shows an answer of the code before."""
    root = Path(str(forecasts.__file__)).parent
    files = sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*.py"))
    return sha256(repr(files).encode()).hexdigest()[:16]


RELEASE = _release()


def kept_answer(
    request: Request, *, choose: Callable[[], Asked], work_out: Callable[[Asked], tuple[Any, bool]]
) -> HttpResponse:
    """
    The rendered answer to a request about a slice: the one that is kept, where nothing in the slice changed since.

    The version is read before the figures, so what is kept under it is never older than it says.

    Args:
        choose: What the request asks, the slice first; only called where no earlier answer to the same words is kept.
        work_out: The content of the answer, and whether the version of the slice says all that it hangs on.
    """
    key = _key(request)
    kept = cache.get(key)
    earlier = kept if isinstance(kept, Kept) else None
    asked = earlier.asked if earlier else choose()
    version = version_of(asked[0])
    if earlier is None or earlier.version != version:
        kept = _worked_out(asked=asked, version=version, work_out=work_out)
        if kept.version and len(kept.body) <= LARGEST:
            cache.set(key, kept, KEPT_SECONDS)
    kind = HttpResponse if kept.version else Passing
    return kind(kept.body, content_type=OrjsonRenderer.media_type, headers={"ETag": kept.etag})


def _key(request: Request) -> str:
    return f"kept:{RELEASE}:{sha256(request.get_full_path().encode()).hexdigest()}"


def _worked_out(*, asked: Asked, version: str | None, work_out: Callable[[Asked], tuple[Any, bool]]) -> Kept:
    content, is_all = work_out(asked)
    body = OrjsonRenderer().render(content)
    return Kept(asked, version if version and is_all else "", f'"{sha256(body).hexdigest()[:32]}"', body)

"""Making pages that changed before a reader asks for them."""

import io
import time
from collections.abc import Sequence
from datetime import datetime
from functools import cache as once
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from .lent import ASKED_AT, Asked, asked_lately, forget, is_lending

# At most so long for what readers would wait for a little longer: other work is worth more.
BUDGET_SECONDS = 10.0
# Whose turn it is; after so many seconds it is the next one's, whatever became of the last.
TURN, TURN_SECONDS = "pages-made-ahead", 15
PORTS = {"http": "80", "https": "443"}


class Ahead(NamedTuple):
    """How many pages were looked at, and how many are left because there was no more time."""

    looked_at: int
    left: int


def make_pages_ahead(*, now: datetime, budget: float = BUDGET_SECONDS) -> Ahead:
    """
    Ask for every page that a reader had to wait for within a day, so that what changed since is made before the next one asks.

    Whoever asks first after a change would wait for it otherwise. To run it twice, at once or not at all changes no page:
    whoever comes while another is at it leaves it to them.

    Args:
        now: The current instant.
        budget: At most so many seconds; what is left then, asked for longest ago, waits for the next time.
    """
    if not is_lending() or not cache.add(TURN, True, TURN_SECONDS):
        return Ahead(0, 0)
    try:
        return _look_at(asked_lately(now=now), until=time.monotonic() + budget)
    finally:
        cache.delete(TURN)


def _look_at(waiting: Sequence[Asked], *, until: float) -> Ahead:
    for number, asked in enumerate(waiting):
        if time.monotonic() > until:
            return Ahead(number, len(waiting) - number)
        if _service().get_response(_request(asked)).status_code != 200:
            # Such as of what is gone: whoever asks is told so, and waits for nothing.
            forget(asked.question)
    return Ahead(len(waiting), 0)


@once
def _service() -> WSGIHandler:
    return WSGIHandler()


def _request(asked: Asked) -> WSGIRequest:
    """What a reader asked, as the web server would ask it; it tells when that was."""
    scheme, host, full_path = asked.question
    path, _, query = full_path.partition("?")
    return WSGIRequest({
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": PORTS[scheme],
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(),
        ASKED_AT: asked.at,
    })  # fmt: skip

"""Making pages that changed before a reader asks for them."""

import io
import time
from datetime import datetime
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from .lent import ASKED_AT, Question, asked_lately

# At most so long for what readers would wait for a little longer: other work is worth more.
BUDGET_SECONDS = 10.0


class Ahead(NamedTuple):
    """How many pages were looked at, and how many are left because there was no more time."""

    looked_at: int
    left: int


def make_pages_ahead(*, now: datetime, budget: float = BUDGET_SECONDS) -> Ahead:
    """
    Ask for every page that a reader asked for within a day, so that what changed since is made before the next one asks.

    Whoever asks first after a change would wait for it otherwise. To run it twice, at once or not at all changes no page.

    Args:
        now: The current instant.
        budget: At most so many seconds; what is left then waits for the next time.
    """
    began, waiting = time.monotonic(), list(asked_lately(now=now))
    for number, lent in enumerate(waiting):
        if time.monotonic() - began > budget:
            return Ahead(number, len(waiting) - number)
        _service().get_response(_asked_by_us(lent.question, asked_at=lent.asked_at))
    return Ahead(len(waiting), 0)


@cache
def _service() -> WSGIHandler:
    return WSGIHandler()


def _asked_by_us(question: Question, *, asked_at: datetime) -> WSGIRequest:
    """A request as the server of the web makes it; it tells when a reader asked the same."""
    path, _, query = question.path.partition("?")
    name, _, port = question.host.partition(":")
    return WSGIRequest({
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": question.host,
        "SERVER_NAME": name,
        "SERVER_PORT": port or {"https": "443"}.get(question.scheme, "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": question.scheme,
        "wsgi.input": io.BytesIO(),
        ASKED_AT: asked_at,
    })  # fmt: skip

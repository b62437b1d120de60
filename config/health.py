"""Answers for load balancers and supervisors."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from structlog import get_logger

logger = get_logger(__name__)


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive, without asking anything else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether database and cache can be reached, each by name; 503 unless both can."""
    states = {"database": _works(_ask_database), "cache": _works(_ask_cache)}
    return JsonResponse(states, status=200 if all(states.values()) else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.set("readyz", 1, timeout=5)


def _works(ask: Callable[[], None]) -> bool:
    # Any failure at all means "not ready"; which one is for the log, not for the public.
    try:
        ask()
    except Exception:
        logger.exception("not_ready", check=ask.__name__.removeprefix("_ask_"))
        return False
    return True

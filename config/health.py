"""Answers for load balancers and supervisors."""

from collections.abc import Callable
from functools import cache

from django.core.cache import cache as shared_cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from structlog import get_logger

from forecasts.selectors.jobs import stale_jobs
from forecasts.services.clocks import refuse_a_wrong_clock

logger = get_logger(__name__)


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive, without asking anything else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """
    Answer whether the database can be reached, has every migration and agrees on the time, and whether the cache is there.

    503 unless the database is ready. Without the cache everything is served all the same, only slower and without limits.
    """
    needed = {"database": _works(_ask_database)}
    needed["migrations"] = needed["database"] and _works(_ask_migrations)
    needed["clock"] = needed["database"] and _works(_ask_clock)
    return JsonResponse(needed | {"cache": _works(_ask_cache)}, status=200 if all(needed.values()) else 503)


@never_cache
def jobs(request: HttpRequest) -> HttpResponse:
    """Answer whether every job of the schedule succeeded lately; 503 names those that did not."""
    late = {one.name: one.told for one in stale_jobs(now=timezone.now())}
    return JsonResponse({"late": late}, status=503 if late else 200)


class NotMigrated(Exception):
    """The database lacks migrations of this release."""


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_migrations() -> None:
    missing = _migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if missing:
        raise NotMigrated(", ".join(f"{app}.{name}" for app, name in sorted(missing)))


def _ask_clock() -> None:
    refuse_a_wrong_clock(now=timezone.now())


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """The last migrations of every app, as this release has them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _ask_cache() -> None:
    shared_cache.set("readyz", 1, timeout=5)
    if shared_cache.get("readyz") != 1:
        raise ConnectionError("the cache keeps nothing")


def _works(ask: Callable[[], None]) -> bool:
    # Any failure at all means "not ready"; which one is for the log, not for the public.
    try:
        ask()
    except Exception:
        logger.exception("not_ready", check=ask.__name__.removeprefix("_ask_"))
        return False
    return True

"""System checks of a deployment."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

SOCKET_SCHEMES = ("unix", "redis+socket")


def check_broker(**_: Any) -> list[CheckMessage]:
    """Return an error where anyone who reaches the broker could forge tasks."""
    broker = urlsplit(settings.CELERY_BROKER_URL)
    if broker.password or broker.scheme in SOCKET_SCHEMES:
        return []
    return [
        Error(
            "The broker has no password: whoever reaches it can send tasks.",
            hint="Set requirepass in Redis and REDIS_URL=redis://:PASSWORD@HOST:6379/0, or use a Unix socket.",
            id="aftercast.E001",
        )
    ]


def check_cache(**_: Any) -> list[CheckMessage]:
    """Return a warning where every process would count rate limits for itself."""
    if not issubclass(import_string(settings.CACHES["default"]["BACKEND"]), LocMemCache):
        return []
    return [
        Warning(
            "The cache is not shared between processes: rate limits are counted per process.",
            hint="Set REDIS_URL.",
            id="aftercast.W006",
        )
    ]

"""System checks of a deployment."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from forecasts.selectors.guards import missing_triggers
from forecasts.selectors.privileges import current_role, differences, is_owner

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


def check_proxies(**_: Any) -> list[CheckMessage]:
    """Return a warning where a proxy is trusted for the scheme and not counted: all visitors would share its address."""
    is_trusted = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is not None
    if not is_trusted or settings.REST_FRAMEWORK["NUM_PROXIES"]:
        return []
    return [
        Warning(
            "TRUST_PROXY is on and NUM_PROXIES is 0: rate limits take all visitors for one.",
            hint="Set NUM_PROXIES to how many proxies stand in front.",
            id="aftercast.W005",
        )
    ]


def check_two_factor(**_: Any) -> list[CheckMessage]:
    """Return a warning where a password alone opens the admin."""
    if settings.REQUIRE_TWO_FACTOR:
        return []
    return [
        Warning(
            "Staff need no second factor: whoever has a password has the admin.",
            hint="Leave REQUIRE_TWO_FACTOR on.",
            id="aftercast.W007",
        )
    ]


def check_guards(**_: Any) -> list[CheckMessage]:
    """Return an error where the database would not refuse to change a record."""
    try:
        missing = missing_triggers() if _is_migrated() else []
    except DatabaseError as error:
        return [_unasked(error)]
    if not missing:
        return []
    return [
        Error(
            f"{len(missing)} triggers that guard the records are missing or disabled: {', '.join(missing[:5])}.",
            hint="Somebody took them away: run manage.py doctor, and compare with a backup.",
            id="aftercast.E002",
        )
    ]


def check_role(**_: Any) -> list[CheckMessage]:
    """Return a warning where the application could change records on PostgreSQL, or take their guards away."""
    try:
        if connection.vendor != "postgresql" or not _is_migrated():
            return []
        role = current_role()
        beyond = [] if is_owner(role) else [one for one in differences(role) if not one.is_missing]
    except DatabaseError as error:
        return [_unasked(error)]
    if is_owner(role):
        return [_too_strong(f"The application connects as {role}, which owns the tables or is a superuser.")]
    told = ", ".join(f"{one.privilege} on {one.table}" for one in beyond[:5])
    return [_too_strong(f"The role {role} can do more than it may: {told}.")] if beyond else []


def _too_strong(told: str) -> CheckMessage:
    hint = "As the owner run manage.py harden, and let the application connect as the role it sets up."
    return Warning(told, hint=hint, id="aftercast.W003")


def _unasked(error: DatabaseError) -> CheckMessage:
    return Warning(
        f"The database could not be asked: {error}".strip(),
        hint="Run it where DATABASE_URL works.",
        id="aftercast.W004",
    )


def _is_migrated() -> bool:
    return "forecasts_resolution" in connection.introspection.table_names()

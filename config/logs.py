"""Logging: one JSON object a line for machines, coloured lines for people."""

import re
from typing import Any

import structlog

SECRET_NAMES = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api_?key|salt|seed|session", re.IGNORECASE
)
# What a header, an address or an answer can carry into a message: bearers, passwords in URLs, session cookies.
SECRET_TEXTS = re.compile(
    r"(?i)\b(bearer\s+)[\w.~+/=-]{8,}|(://[^\s:/@]*:)[^\s@/]+(?=@)|((?:sessionid|session|csrftoken|csrf)=)[\w-]{8,}"
)
HIDDEN = "[hidden]"


def hide_secrets(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Hide what is named like a secret, and what looks like one in any text."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name) and value:
        return HIDDEN
    if isinstance(value, str):
        return SECRET_TEXTS.sub(lambda found: f"{found[1] or found[2] or found[3]}{HIDDEN}", value)
    if isinstance(value, dict):
        return {key: _hidden(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_hidden("", one) for one in value)
    return value


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_settings(*, log_format: str, level: str) -> dict[str, Any]:
    """
    Return Django's LOGGING setting.

    Args:
        log_format: "json" or "console".
        level: The lowest level that is written, such as "INFO".
    Raises:
        ValueError: An unknown format.
    """
    if log_format not in ("json", "console"):
        raise ValueError(f"LOG_FORMAT must be json or console, not {log_format!r}")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _formatter(log_format=log_format)},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
        },
    }


def _formatter(*, log_format: str) -> dict[str, Any]:
    # Tracebacks without local variables: those can hold tokens and passwords.
    rendering: list[Any]
    if log_format == "json":
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        rendering = [
            structlog.processors.ExceptionRenderer(tracebacks),
            hide_secrets,
            structlog.processors.JSONRenderer(),
        ]
    else:
        plain = structlog.dev.plain_traceback
        rendering = [hide_secrets, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED_PROCESSORS,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    }


def configure_structlog() -> None:
    """Send structlog's own loggers through the standard library, so that one format holds for all."""
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )

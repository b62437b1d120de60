"""Answers as JSON."""

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    """JSON in UTF-8; a decimal becomes a string, so that no digit is lost on the way."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_plain)


def _plain(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)

"""Answers as JSON."""

from decimal import Decimal
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer


class OrjsonRenderer(BaseRenderer):
    """JSON in UTF-8; a decimal becomes a string, so that no digit is lost on the way."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        option = orjson.OPT_INDENT_2 if renderer_context and "indent" in renderer_context else None
        return b"" if data is None else orjson.dumps(data, default=_plain, option=option)


class PageRenderer(BrowsableAPIRenderer):
    """Answers as pages of the framework, to click through the API while developing. They have no forms: a session only reads."""

    def get_raw_data_form(self, *args: Any, **kwargs: Any) -> None:
        return None

    def get_rendered_html_form(self, *args: Any, **kwargs: Any) -> None:
        return None


def is_page(request: Any) -> bool:
    """Whether the answer to a request is such a page."""
    return isinstance(getattr(request, "accepted_renderer", None), PageRenderer)


def _plain(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)

"""Which type an answer has."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from .renderers import OrjsonRenderer


class AsTheAddressSays(BaseContentNegotiation):
    """The address says the type, whatever a program would accept; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return OrjsonRenderer(), OrjsonRenderer.media_type

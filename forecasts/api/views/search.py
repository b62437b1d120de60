"""Finding predictions and articles by their words."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.api.documentation import query as parameter
from forecasts.api.pagination import PAGE_SIZE, page_size
from forecasts.api.serializers.search import ChosenSearch, SearchSerializer
from forecasts.selectors.queries import NotAQuery, Query, read_query
from forecasts.selectors.search import KINDS, MOST_FOUND, search

from .base import Endpoint

PAGE = {"type": "integer", "minimum": 1, "maximum": MOST_FOUND, "default": 1}


class SearchView(Endpoint):
    """Full-text search."""

    def parameters(self) -> list[str]:
        return ["q", "kind", "page", "page_size"]

    @extend_schema(
        operation_id="search",
        parameters=[
            ChosenSearch,
            parameter("page", "From 1; no further than the 200 best matches.", type=PAGE),
            parameter("page_size", "Matches on a page.", type=PAGE_SIZE),
        ],
        responses=SearchSerializer,
    )
    def get(self, request: Request) -> Response:
        """
        The predictions and articles that hold the words, the best match first; 200 at most.

        Superseded articles are left out. To read all matches, in the order of the list, give `q` to `predictions/` or
        `articles/`.
        """
        given = request.query_params
        chosen = ChosenSearch(data={name: given[name] for name in ("q", "kind") if name in given})
        chosen.is_valid(raise_exception=True)
        kind = chosen.validated_data.get("kind")
        size, page = page_size(given.get("page_size")), _page(given.get("page"))
        offset = (page - 1) * size
        found = search(
            query=_query(chosen.validated_data["q"]), kinds=[kind] if kind else KINDS, offset=offset, limit=size + 1
        )
        following = replace_query_param(request.build_absolute_uri(), "page", page + 1)
        data = {"next": following if len(found) > size else None, "results": found[:size]}
        return Response(SearchSerializer(data, context={"request": request}).data)


def _page(text: str | None) -> int:
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_FOUND):
        raise ValidationError({"page": [f"“{text[:40]}” is no page: a number from 1 to {MOST_FOUND}."]})
    return int(text)


def _query(text: str) -> Query:
    try:
        return read_query(text)
    except NotAQuery as error:
        raise ValidationError({"q": [str(error)]}) from None

"""Everything that was recorded about one prediction, page by page."""

from typing import Any

from django.db.models import CharField, UUIDField
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from forecasts.api.cursors import bad_cursor, read_cursor, write_cursor
from forecasts.api.pagination import page_size
from forecasts.models import Prediction
from forecasts.selectors.histories import Mark, NothingThere, history_of

ORDER_OF_HISTORY = "history"
CURSOR_FIELDS: tuple[Any, ...] = (CharField(), UUIDField())


def history_page(prediction: Prediction, *, request: Request) -> dict[str, Any]:
    """
    The page of a prediction's history that the parameters ask for, in the shape of `HistorySerializer`.

    Raises:
        ValidationError: `cursor` or `page_size` is malformed.
    """
    given = request.query_params
    size, after = page_size(given.get("page_size")), _mark(given.get("cursor"))
    try:
        found = history_of(prediction=prediction, after=after, most=size + 1)
    except NothingThere:
        raise bad_cursor() from None
    page, following = found[:size], None
    if len(found) > size:
        last = write_cursor((page[-1].step, page[-1].id), of=ORDER_OF_HISTORY)
        following = replace_query_param(request.build_absolute_uri(), "cursor", last)
    return {"next": following, "results": page}


def _mark(cursor: str | None) -> Mark | None:
    if cursor is None:
        return None
    step, key = read_cursor(cursor, of=ORDER_OF_HISTORY, fields=CURSOR_FIELDS)
    return Mark(step, key)

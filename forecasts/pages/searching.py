"""The page that finds predictions and articles by their words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forecasts.selectors.queries import LONGEST, NotAQuery, read_query
from forecasts.selectors.search import KINDS, search

from .holding import held

PER_PAGE, LAST_PAGE = 20, 10
KIND_NAMES = {"": "Everything", "prediction": "Predictions", "article": "Articles"}


@require_safe
@held
def search_page(request: HttpRequest) -> HttpResponse:
    """What was searched for, and what was found; a form alone before anything is asked."""
    asked, kind = request.GET.get("q", "").replace("\0", ""), request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    number = _number(request.GET.get("page", "1"))
    context = {"asked": asked, "kind": kind, "kinds": KIND_NAMES.items(), "longest": LONGEST, "number": number}
    if not asked.strip():
        return render(request, "forecasts/search.html", context)
    try:
        query = read_query(asked)
    except NotAQuery as error:
        return render(request, "forecasts/search.html", context | {"fault": str(error)}, status=400)
    offset = (number - 1) * PER_PAGE
    found = search(query=query, kinds=[kind] if kind else KINDS, offset=offset, limit=PER_PAGE + 1)
    more = number + 1 if len(found) > PER_PAGE and number < LAST_PAGE else None
    return render(
        request, "forecasts/search.html", context | {"rows": found[:PER_PAGE], "more": more, "is_asked": True}
    )


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 4
    return int(text) if is_number and 1 <= int(text) <= LAST_PAGE else 1

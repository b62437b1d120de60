"""Errors that are met before or outside of the API's views, told as the API tells every other."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from .problem_types import TYPES
from .problems import MEDIA_TYPE, problem_of
from .renderers import OrjsonRenderer

PREFIX = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to a request that Django itself refuses, such as one for another host."""
    if request.path.startswith(PREFIX):
        return _problem("invalid", detail="The request is malformed, or meant for another host.")
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer where no address matches."""
    if request.path.startswith(PREFIX):
        return _problem("not-found", detail="There is nothing at this address; the API begins at /api/v1/.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to a fault of ours, which is in the log by now."""
    if request.path.startswith(PREFIX):
        return _problem("error", detail="The fault is ours; nothing was recorded. It is in the log.")
    return defaults.server_error(request)


def _problem(slug: str, *, detail: str) -> HttpResponse:
    status = TYPES[slug].status
    body = OrjsonRenderer().render(problem_of(slug, status=status, detail=detail))
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE)

"""A name for every request, in its answer and in every log line written while it is served."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

HEADER, SENT_AS = "X-Request-ID", "HTTP_X_REQUEST_ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Keep the caller's request id where it is well formed, else make one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked for by `headers`, every other header would be read too.
        offered = request.META.get(SENT_AS, "")
        request_id = offered if ACCEPTABLE.fullmatch(offered) else str(uuid.uuid4())
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response

"""Answers of the API to whoever asks again, given by the same rules as those of its views."""

from collections.abc import Hashable, Mapping
from functools import partial

from django.db import connection
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import AuthenticationFailed

from forecasts.held.answers import ANSWERS, Held, Ready
from forecasts.held.middleware import HoldingMiddleware

from .auth import ApiTokenAuthentication
from .failures import PREFIX
from .kept import is_kept, keep
from .permissions import may_read
from .renewing import right_answer
from .throttling import HEADERS, standing_of


class HeldAnswersMiddleware(HoldingMiddleware):
    """
    Holds answers of the API, and counts each that is given.

    Whoever may not have it, or asks too often, is told so by the view, as with any other request.
    """

    headers_apart = HEADERS

    def is_ours(self, request: HttpRequest) -> bool:
        return request.path_info.startswith(PREFIX)

    def question_of(self, request: HttpRequest) -> Hashable:
        return question_of(request)

    def right(self, request: HttpRequest) -> Ready | None:
        if not is_kept(request):
            return super().right(request)
        question = question_of(request)
        held = ANSWERS.get(question)
        hold, keep = partial(super().hold, request), partial(self.hold, request)
        found = right_answer(request, held=held, hold=hold, keep=keep)
        if isinstance(found, Held) and found is not held and not connection.in_atomic_block:
            ANSWERS.put(question, found)
        return found

    def hold(self, request: HttpRequest, answer: HttpResponse) -> Held | None:
        held = super().hold(request, answer)
        keep(request, answer, apart=self.headers_apart)
        return held

    def apart(self, request: HttpRequest) -> Mapping[str, str] | None:
        try:
            shown = ApiTokenAuthentication().authenticate(request)
        except AuthenticationFailed:
            return None
        token = shown[1] if shown else None
        standing = standing_of(request, token=token) if may_read(token) else None
        return None if standing is None or standing.is_exceeded else standing.headers


def question_of(request: HttpRequest) -> Hashable:
    """What an answer depends on beside the records."""
    return (request.scheme, request.get_host(), request.get_full_path(), request.META.get("HTTP_ACCEPT"))

"""
Answers to whoever asks again, without asking the rest of the service.

It stands outside of the other middleware: what is held already went through all of it.
"""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from rest_framework.exceptions import AuthenticationFailed

from forecasts.selectors.versions import state_of_records

from .auth import ApiTokenAuthentication
from .failures import PREFIX
from .held import ANSWERS, Held, may_be_held, question_of
from .permissions import may_read
from .throttling import standing_of

Next = Callable[[HttpRequest], HttpResponseBase]


class HeldAnswersMiddleware:
    """
    Gives every answer of the API its ETag, 304 in place of it to whoever has it, and holds what hangs on records alone.

    A held answer is given where nothing was written since, or nothing of what it was made of. Whoever may not have it, or asks
    too often, is told so by the view, as with any other request.
    """

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._condition = ConditionalGetMiddleware(get_response).process_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or not request.path_info.startswith(PREFIX):
            return self._next(request)
        return self._again(request) or self._anew(request)

    def _again(self, request: HttpRequest) -> HttpResponseBase | None:
        question = question_of(request)
        held = ANSWERS.get(question)
        if held is None:
            return None
        state = request.records_state = state_of_records()  # type: ignore[attr-defined]  # Handed on within a request.
        if not held.is_right_in(state):
            request.was_held = True  # type: ignore[attr-defined]  # The same.
            return None
        if state is not None and held.state != state:
            ANSWERS.put(question, replace(held, state=state))
        try:
            shown = ApiTokenAuthentication().authenticate(request)
        except AuthenticationFailed:
            return None
        token = shown[1] if shown else None
        standing = standing_of(request, token=token) if may_read(token) else None
        if standing is None or standing.is_exceeded:
            return None
        request.resolver_match = held.match
        return self._conditional(request, held.answer(with_headers=standing.headers))

    def _anew(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._next(request)
        conditional = self._conditional(request, answer)
        if isinstance(answer, HttpResponse) and may_be_held(answer):
            ANSWERS.put(question_of(request), Held.of(answer, match=request.resolver_match))
        return conditional

    def _conditional(self, request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
        found = self._condition(request, answer)
        if found is not answer:
            # What does not describe the body holds of the short answer too, such as the budget of requests.
            for name, value in answer.items():
                if not name.startswith("Content-") and not found.has_header(name):
                    found.headers[name] = value
        return found

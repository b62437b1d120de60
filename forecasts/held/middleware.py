"""
Answers to whoever asks again, without asking the rest of the service.

It stands outside of the other middleware: what is held already went through all of it.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import replace

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.utils import timezone

from .answers import ALWAYS, ANSWERS, Held, Ready, may_be_held
from .making import note_readings, state_for

Next = Callable[[HttpRequest], HttpResponseBase]


class HoldingMiddleware:
    """
    Gives answers their ETag, 304 in place of one to whoever has it, and holds what hangs on records alone.

    A held answer is given where nothing was written since, or nothing of what it was made of. What is to be held, and who
    may have it, say those who inherit.
    """

    # What differs each time, beside what is the same for everybody.
    headers_apart: Collection[str] = ()

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._condition = ConditionalGetMiddleware(get_response).process_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or not self.is_ours(request):
            return self._next(request)
        return self._again(request) or self._anew(request)

    def is_ours(self, request: HttpRequest) -> bool:
        """Whether answers to a request of this kind may be held at all."""
        raise NotImplementedError

    def question_of(self, request: HttpRequest) -> Hashable:
        """What an answer depends on beside the records."""
        raise NotImplementedError

    def has_etag(self, request: HttpRequest) -> bool:
        """Whether the answer to a request, once it went through its view, is to have an ETag."""
        return True

    def apart(self, request: HttpRequest) -> Mapping[str, str] | None:
        """The headers that differ each time, where whoever asks may have a held answer; None where the view has to answer."""
        return {}

    def known(self, request: HttpRequest) -> Iterator[Held]:
        """The answers there are to what is asked, right or not, the likeliest first: that which this process holds."""
        held = ANSWERS.get(self.question_of(request))
        if held is not None:
            yield held

    def right(self, request: HttpRequest) -> Ready | None:
        """The right answer, if one is at hand."""
        for known in self.known(request):
            state = ALWAYS if known.state == ALWAYS else state_for(request)
            if known.is_right_in(state, now=timezone.now()):
                return self._still(request, known, state=state)
            note_readings(request)
        return None

    def hold(self, request: HttpRequest, answer: HttpResponse) -> Held | None:
        """Hold an answer as it went through its view, where it may be held; returns it as it is held."""
        if not may_be_held(answer):
            return None
        held = Held.of(answer, match=request.resolver_match, apart=self.headers_apart)
        ANSWERS.put(self.question_of(request), held)
        return held

    def _still(self, request: HttpRequest, known: Held, *, state: str | None) -> Held:
        """An answer that is right, and held from now on as of the state that it was looked at in."""
        question = self.question_of(request)
        if state is None or (known.state == state and ANSWERS.get(question) is known):
            return known
        held = replace(known, state=state)
        ANSWERS.put(question, held)
        return held

    def _again(self, request: HttpRequest) -> HttpResponseBase | None:
        try:
            answer = self._answer_at_hand(request)
        except DatabaseError:
            # The view says so, as with any other request.
            return None
        return None if answer is None else self._conditional(request, answer)

    def _answer_at_hand(self, request: HttpRequest) -> HttpResponse | None:
        held = self.right(request)
        headers = None if held is None else self.apart(request)
        if held is None or headers is None:
            return None
        request.resolver_match = held.match
        return held.answer(with_headers=headers)

    def _anew(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._next(request)
        if not self.has_etag(request):
            return answer
        conditional = self._conditional(request, answer)
        if isinstance(answer, HttpResponse):
            self.hold(request, answer)
        return conditional

    def _conditional(self, request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
        found = self._condition(request, answer)
        if found is not answer:
            # What does not describe the body holds of the short answer too, such as the budget of requests.
            for name, value in answer.items():
                if not name.startswith("Content-") and not found.has_header(name):
                    found.headers[name] = value
        return found

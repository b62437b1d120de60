"""Pages to whoever asks for them again, and what they hang on beside the records: the day."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone

from forecasts.held.answers import ALWAYS, ANSWERS, Held, Ready, pass_at
from forecasts.held.lent import ASKED_AT, Asked, Question, borrow, is_lending, lend
from forecasts.held.making import made_for, note_readings, state_for
from forecasts.held.middleware import HoldingMiddleware

# Where no public page is. Whoever asks how we are waits for nothing else.
ELSEWHERE = ("/admin/", "/api/", "/static/", "/healthz", "/readyz", "/metrics")

View = Callable[..., HttpResponse]


class HeldPagesMiddleware(HoldingMiddleware):
    """Holds public pages, which are the same for whoever asks, and whatever the browser sends of itself; lends them too."""

    def is_ours(self, request: HttpRequest) -> bool:
        return not request.path_info.startswith(ELSEWHERE)

    def question_of(self, request: HttpRequest) -> Question:
        return Question(str(request.scheme), request.get_host(), request.get_full_path())

    def has_etag(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and match.app_name == "pages"

    def known(self, request: HttpRequest) -> Iterator[Held]:
        here = ANSWERS.get(self.question_of(request))
        if here is not None and here.state in (ALWAYS, state_for(request)):
            yield here
        # Where something was written another process may have looked at it already, and made it anew.
        lent = borrow(self.question_of(request))
        if lent is not None and (here is None or lent.readings != here.readings):
            yield replace(lent, match=resolve(request.path_info))
        if here is not None:
            yield here

    def right(self, request: HttpRequest) -> Ready | None:
        found = super().right(request)
        if found is None and is_lending():
            note_readings(request)
        return found

    def hold(self, request: HttpRequest, answer: HttpResponse) -> Held | None:
        held = super().hold(request, answer)
        if held is not None:
            lend(Asked(self.question_of(request), request.META.get(ASKED_AT, timezone.now())), held)
        return held


def held(view: View) -> View:
    """
    A public page that is held until anything that it shows is written.

    It may hang on its request, the records, and what it says of the time: `for_the_day`, or `Passing`. Who asks and
    what their browser sends it has no part in.
    """

    return _held(view, state_for)


def held_for_good(view: View) -> View:
    """A public page that hangs on nothing but its request, and asks the database for nothing."""
    return _held(view, lambda request: ALWAYS)


def _held(view: View, state_of: Callable[[HttpRequest], str | None]) -> View:
    @wraps(view)
    def shown(request: HttpRequest, **keys: Any) -> HttpResponse:
        # While somebody works on the pages themselves, they are made each time.
        state = None if settings.DEBUG else state_of(request)
        answer: HttpResponse = made_for(request, partial(view, request, **keys), state=state)
        # Keep it, but ask each time whether it still holds.
        answer.headers.setdefault("Cache-Control", "no-cache")
        return answer

    return shown


def for_the_day(answer: HttpResponse, *, now: datetime) -> HttpResponse:
    """A page that says which day it is, and so holds until that is over."""
    return pass_at(answer, start_of_day(now) + timedelta(days=1))


def start_of_day(now: datetime) -> datetime:
    """The first instant of a day: what a page hangs on that is to hold until its last."""
    return datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)

"""Answers about slices that changed: worked out anew for whoever may have them, without all that the first answer went through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from forecasts.held.answers import Held
from forecasts.selectors.versions import Standing, standing_of

from .kept import Stands, answer_at, kept_answer

Hold = Callable[[HttpResponse], object]


@dataclass(frozen=True)
class Renewed:
    """
    An answer whose slice changed since it was made, to be given as it is now.

    Attributes:
        match: Which view it is of.
        headers: Those of the former answer, which went through the view and its middleware.
        former: What that was asked.
        standing: How the slice stands now.
        hold: Takes the new answer in place of the former.
    """

    match: ResolverMatch
    headers: Mapping[str, str]
    former: Stands
    standing: Standing
    hold: Hold

    def answer(self, *, with_headers: Mapping[str, str]) -> HttpResponse:
        """The answer as it is now, with what is different each time."""
        view: Any = self.match.func
        answer = answer_at(self.standing, self.former.asked, work_out=view.cls.worked_out)
        for name, value in self.headers.items():
            # Those that describe the new body are there.
            answer.headers.setdefault(name, value)
        self.hold(answer)
        for name, value in with_headers.items():
            answer.headers[name] = value
        return answer


def right_answer(request: HttpRequest, *, held: Held | None, hold: Hold, keep: Hold) -> Held | Renewed | None:
    """
    Return the answer to a request about a slice, if there is an earlier one: that, or how it is renewed.

    Args:
        held: The one that this process holds.
        hold: Takes a new answer in place of the one that is held.
        keep: The same, and has it kept for all processes.
    """
    here = held.readings if held else None
    standing = standing_of(here.asked.chosen, known=here.version) if isinstance(here, Stands) else None
    if isinstance(here, Stands) and standing and held and held.match:
        if standing.version == here.version:
            return held
        if here.is_quick:
            return Renewed(held.match, held.headers, here, standing, hold)
    last = kept_answer(request) or held
    if last is None or last.match is None or not isinstance(last.readings, Stands):
        return None
    standing = standing or standing_of(last.readings.asked.chosen, known=last.readings.version)
    if standing.version == last.readings.version:
        return last
    return Renewed(last.match, last.headers, last.readings, standing, keep)

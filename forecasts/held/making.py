"""Making an answer so that it is known what it hangs on."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from forecasts.selectors.readings import made_of_one_instant
from forecasts.selectors.versions import state_of_records

from .answers import ALWAYS, Passing, mark


def state_for(request: HttpRequest | Request) -> str | None:
    """The state of the records, read once for a request: before any of them, so that nothing is older than it says."""
    state: str | None = getattr(request, "records_state", None) or state_of_records()
    request.records_state = state  # type: ignore[union-attr]  # Handed on within a request.
    return state


def note_readings(request: HttpRequest) -> None:
    """Have it noted what the answer to a request is made of, which has its price: for who is asked the same again."""
    request.are_readings_noted = True  # type: ignore[attr-defined]  # Handed on within a request.


def made_for(request: HttpRequest | Request, make: Callable[[], Any], *, state: str | None) -> Any:
    """
    Return the answer to a request, marked with what it hangs on.

    Args:
        make: Makes it of nothing but the request and the records.
        state: The state of the records, read before; None where it has no name.
    """
    readings = None
    if state not in (None, ALWAYS) and getattr(request, "are_readings_noted", False):
        answer, readings = made_of_one_instant(make, is_wanted=lambda made: not isinstance(made, Passing))
    else:
        answer = make()
    mark(answer, state=state, readings=readings)
    return answer

"""The addresses of `served_urls`, where the state of the records is another one each time it is read."""

from itertools import count

from forecasts.held import making
from forecasts.selectors.versions import state_of_records
from tests.benchmarks.served_urls import urlpatterns

__all__ = ["urlpatterns"]
NUMBERS = count()


def state_after_a_write() -> str | None:
    """The state, read as ever, and a number that never comes twice."""
    state = state_of_records()
    return state and f"{state} {next(NUMBERS)}"


making.state_of_records = state_after_a_write

"""The addresses of `served_written_urls`, where every slice is at another version each time that is read."""

from forecasts.selectors import versions
from tests.benchmarks.served_written_urls import NUMBERS, urlpatterns

__all__ = ["urlpatterns"]
scope_of = versions._scope


def scope_after_a_count(chosen: versions.Slice) -> versions._Within | None:
    """The scope, read as ever, and counted once more than the time before."""
    scope = scope_of(chosen)
    return scope and scope._replace(revision=next(NUMBERS))


versions._scope = scope_after_a_count

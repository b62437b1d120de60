"""The addresses of `served_written_urls`, where every slice is at another version each time that is read."""

from forecasts.selectors import versions
from tests.benchmarks.served_written_urls import NUMBERS, urlpatterns

__all__ = ["urlpatterns"]
standing = versions._standing


def standing_after_a_count(chosen: versions.Slice, *, place: tuple[str, str], known: int) -> versions.Standing:
    """How a slice stands, read as ever by who knows nothing of it, and counted once more than the time before."""
    found = standing(chosen, place=place, known=versions.NO_REVISION)
    return found._replace(version=found.version and f"{found.version}.{next(NUMBERS)}")


versions._standing = standing_after_a_count

"""The addresses of `served_urls`, where answers about slices are kept for no time at all."""

from forecasts.api import kept
from tests.benchmarks.served_urls import urlpatterns

__all__ = ["urlpatterns"]
kept.KEPT_SECONDS = 0

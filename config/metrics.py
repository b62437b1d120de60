"""Measurements for Prometheus: how long requests take, and how work and feeds stand."""

import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis import Redis, RedisError
from structlog import get_logger

from forecasts.selectors.standing_work import StandingWork, standing_work

logger = get_logger(__name__)

SECONDS = Histogram(
    "aftercast_request_seconds",
    "How long requests took.",
    ["method", "view", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUEUE, PATIENCE_SECONDS = "celery", 0.5


class RequestSecondsMiddleware:
    """Measure every request, by the name of its view: addresses would be without number."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        method = request.method if request.method in METHODS else "OTHER"
        labels = (method, found.view_name if found else "none", str(response.status_code))
        SECONDS.labels(*labels).observe(time.perf_counter() - began)
        return response


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever shows METRICS_TOKEN as a bearer with all measurements; without that setting there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse("Show METRICS_TOKEN as a bearer.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """What this process measured, or all of gunicorn's together, and what the database says."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    registry.register(WorkCollector())
    return registry


class WorkCollector(Collector):
    """How work and feeds stand, read when asked: so it is right whichever process answers."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        work = standing_work(now=timezone.now())
        yield _gauge("predictions_due", "Predictions that wait for a sweep.", work.n_due)
        yield _gauge("sweep_lag_seconds", "How long the first of them has waited.", work.sweep_lag_seconds)
        yield _gauge("predictions_stuck", "Predictions whose checks failed too often.", work.n_stuck)
        yield _gauge("predictions_in_review", "Predictions that wait for a person.", work.n_in_review)
        yield _gauge("deliveries_due", "Messages to webhooks that wait to be sent.", work.n_deliveries_due)
        yield _gauge("uploads_going_on", "Long files that are being recorded.", work.n_uploads_going_on)
        yield _gauge("uploads_stuck", "Long files that failed too often.", work.n_uploads_stuck)
        yield _labelled(
            "resolutions_last_hour", "Verdicts recorded within the hour.", "state", work.resolutions_last_hour
        )
        yield _labelled(
            "source_coverage_age_seconds",
            "How long ago the coverage of a source ends.",
            "source",
            work.coverage_age_seconds,
        )
        yield from _jobs(work)
        yield from _queue()


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"aftercast_{name}", told, value=value)


def _labelled(name: str, told: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"aftercast_{name}", told, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _jobs(work: StandingWork) -> Iterator[GaugeMetricFamily]:
    for name, told in (
        ("age_seconds", "How long ago a job of the schedule last succeeded."),
        ("seconds", "How long its last run took."),
        ("runs", "How often it ran."),
        ("failures", "How often it failed."),
        ("is_failing", "1 where its last run failed."),
    ):
        yield _labelled(f"job_{name}", told, "job", {job: getattr(one, name) for job, one in work.jobs.items()})


def _queue() -> Iterator[GaugeMetricFamily]:
    """How many messages wait; left out where the broker does not answer."""
    if not settings.REDIS_URL:
        return
    patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    try:
        with Redis.from_url(settings.CACHE_URL, **patience) as broker:
            waiting = int(broker.llen(QUEUE))
    except (RedisError, OSError):
        logger.exception("queue_not_read")
        yield _gauge("broker_up", "Whether the broker answers.", 0)
        return
    yield _gauge("broker_up", "Whether the broker answers.", 1)
    yield _gauge("queue_length", "Messages that wait for a worker.", waiting)

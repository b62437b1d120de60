"""What fields of names offer while one types."""

from collections.abc import Callable

from forecasts.models import Entity, Forecaster, Milestone, Observation, Topic

MOST = 5000


def _entities() -> list[str]:
    return list(Entity.objects.order_by("path").values_list("path", flat=True)[:MOST])


def _topics() -> list[str]:
    return list(Topic.objects.order_by("path").values_list("path", flat=True)[:MOST])


def _forecasters() -> list[str]:
    named = Forecaster.objects.exclude(kind=Forecaster.Kind.AGGREGATE)
    return list(named.order_by("name").values_list("name", flat=True).distinct()[:MOST])


def _milestones() -> list[str]:
    return list(Milestone.objects.order_by("key").values_list("key", flat=True).distinct()[:MOST])


def _series() -> list[str]:
    return list(Observation.objects.order_by("series").values_list("series", flat=True).distinct()[:MOST])


SUGGESTIONS: dict[str, Callable[[], list[str]]] = {
    "entities": _entities,
    "topics": _topics,
    "forecasters": _forecasters,
    "milestones": _milestones,
    "series": _series,
}

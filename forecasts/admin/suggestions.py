"""What fields of names offer while one types."""

from collections.abc import Callable

from forecasts import rules
from forecasts.models import Entity, Topic

MOST = 5000


def _entities() -> list[str]:
    return list(Entity.objects.order_by("path").values_list("path", flat=True)[:MOST])


def _topics() -> list[str]:
    return list(Topic.objects.order_by("path").values_list("path", flat=True)[:MOST])


def _event_types() -> list[str]:
    return list(rules.EVENT_TYPES)


SUGGESTIONS: dict[str, Callable[[], list[str]]] = {
    "entities": _entities,
    "topics": _topics,
    "event-types": _event_types,
}

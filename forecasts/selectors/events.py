"""What a reader is shown of an event: every version of it, where it is reported, what it bears on."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from forecasts.models import Evaluation, Event, EventVersion, Evidence, Prediction, Witness


@dataclass(frozen=True, kw_only=True)
class EventPage:
    """An event; versions: the newest first."""

    event: Event
    versions: tuple[EventVersion, ...]
    evidence: tuple[Evidence, ...]
    decides: tuple[Prediction, ...]
    might_decide: tuple[Prediction, ...]

    @property
    def latest(self) -> EventVersion:
        """What is known now."""
        return self.versions[0]


def event_page(*, event_id: UUID) -> EventPage:
    """
    Return everything a reader is shown about one event.

    Raises:
        Event.DoesNotExist: There is no such event.
    """
    event = Event.objects.select_related("source").get(pk=event_id)
    return EventPage(
        event=event,
        versions=tuple(event.versions.order_by("-version")),
        evidence=tuple(event.evidence.order_by("owner", "url", "pk")),
        decides=_predictions(event, role=Witness.Role.MATCH),
        might_decide=_predictions(event, role=Witness.Role.POSSIBLE),
    )


def _predictions(event: Event, *, role: str) -> tuple[Prediction, ...]:
    """Those whose last evaluation, of any reading, rests on the event in this role."""
    newer = Evaluation.objects.filter(
        rule_version=OuterRef("evaluation__rule_version"), number__gt=OuterRef("evaluation__number")
    )
    current = Witness.objects.filter(event_version__event=event, role=role).exclude(Exists(newer))
    found = Prediction.objects.filter(pk__in=current.values("evaluation__rule_version__prediction"))
    return tuple(found.select_related("holder").order_by("title", "pk"))

"""What a reader is shown of an event: every version of it, where it is reported, what it bears on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from forecasts import rules
from forecasts.models import (
    Evaluation,
    Event,
    EventKey,
    EventMerge,
    EventVersion,
    Evidence,
    Prediction,
    Witness,
)
from forecasts.rules.paths import roots

NEAR, MOST_COMPARED, MOST_DUPLICATES = timedelta(days=1), 2000, 50


@dataclass(frozen=True, kw_only=True)
class EventPage:
    """An event; versions: the newest first; evidence: with that of the events merged into it."""

    event: Event
    versions: tuple[EventVersion, ...]
    evidence: tuple[Evidence, ...]
    decides: tuple[Prediction, ...]
    might_decide: tuple[Prediction, ...]
    merges: tuple[EventMerge, ...]
    merged_into: EventVersion | None
    absorbed: tuple[EventVersion, ...]

    @property
    def latest(self) -> EventVersion:
        """What is known now."""
        return self.versions[0]

    @property
    def owners(self) -> tuple[str, ...]:
        """Who reports it, each once: what counts as independent."""
        return tuple(sorted({report.owner for report in self.evidence}))


def event_page(*, event_id: UUID) -> EventPage:
    """
    Return everything a reader is shown about one event.

    Raises:
        Event.DoesNotExist: There is no such event.
    """
    event = Event.objects.select_related("source").get(pk=event_id)
    merges = tuple(event.merges.order_by("-number"))
    absorbed = latest_versions().filter(event__in=EventMerge.objects.standing().filter(kept=event).values("merged"))
    told_again = tuple(absorbed.order_by("event__recorded_at", "pk"))
    into = merges[0].kept_id if merges else None
    reported = Evidence.objects.filter(event__in=[event.pk, *(version.event_id for version in told_again)])
    return EventPage(
        event=event,
        versions=tuple(event.versions.order_by("-version")),
        evidence=tuple(reported.order_by("owner", "url", "pk")),
        decides=_predictions(event, role=Witness.Role.MATCH),
        might_decide=_predictions(event, role=Witness.Role.POSSIBLE),
        merges=merges,
        merged_into=latest_versions().filter(event=into).first() if into else None,
        absorbed=told_again,
    )


def latest_versions() -> QuerySet[EventVersion]:
    """The newest version of each event."""
    newer = EventVersion.objects.filter(event=OuterRef("event"), version__gt=OuterRef("version"))
    return EventVersion.objects.filter(~Exists(newer))


def possible_duplicates(*, version: EventVersion) -> list[UUID]:
    """
    Return the events that may be the same one told again, the nearest in time first.

    Of the same type, within a day of it, with an actor and a recipient of the same root, on the same topic; whatever
    their source. Retracted and merged ones are left out.

    Args:
        version: The newest version of the event.
    """
    keys = EventKey.objects.filter(key__in=_narrowest_keys(version)).values("event_version")
    merged = EventMerge.objects.standing().filter(merged=OuterRef("event"))
    near = latest_versions().filter(
        ~Exists(merged),
        pk__in=keys,
        event_type=version.event_type,
        occurred_from__lt=version.occurred_until + NEAR,
        occurred_until__gt=version.occurred_from - NEAR,
    )
    others = near.exclude(event=version.event_id).exclude(status=EventVersion.Status.RETRACTED)
    alike = [one for one in others.order_by("occurred_from", "pk")[:MOST_COMPARED] if _is_alike(one, version)]
    alike.sort(key=lambda one: abs(one.occurred_from - version.occurred_from))
    return [one.event_id for one in alike[:MOST_DUPLICATES]]


def _narrowest_keys(version: EventVersion) -> set[str]:
    keys = rules.event_keys(
        event_type=version.event_type, action_code=None, topics=version.topics, actors=version.actors
    )
    return {key for key in keys if key.startswith(f"type:{version.event_type}|actor:")}


def _is_alike(one: EventVersion, other: EventVersion) -> bool:
    """Whether two events name actors and recipients of one root, and a topic within one of the other."""
    actors = _root_in_common(one.actors, other.actors) and _root_in_common(one.recipients, other.recipients)
    topics = any(_is_within(this, that) or _is_within(that, this) for this in one.topics for that in other.topics)
    return actors and (topics or not (one.topics or other.topics))


def _root_in_common(these: Iterable[str], those: Iterable[str]) -> bool:
    first, second = roots(these, separator="."), roots(those, separator=".")
    return bool(first & second) or not (first or second)


def _is_within(topic: str, whole: str) -> bool:
    return f"{topic}/".startswith(f"{whole}/")


def _predictions(event: Event, *, role: str) -> tuple[Prediction, ...]:
    """Those whose last evaluation, of any reading, rests on the event in this role."""
    newer = Evaluation.objects.filter(
        rule_version=OuterRef("evaluation__rule_version"), number__gt=OuterRef("evaluation__number")
    )
    current = Witness.objects.filter(event_version__event=event, role=role).exclude(Exists(newer))
    found = Prediction.objects.filter(pk__in=current.values("evaluation__rule_version__prediction"))
    return tuple(found.select_related("holder").order_by("title", "pk"))

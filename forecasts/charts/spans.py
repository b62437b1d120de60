"""What a timeline draws: windows, dates in a prediction's life, and recorded events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WindowKind(StrEnum):
    """What a span of time is for."""

    CONDITION = "condition"
    OUTCOME = "outcome"
    GRACE = "grace"


class MarkKind(StrEnum):
    """What a date in the prediction's own life is."""

    PUBLICATION = "publication"
    MILESTONE = "milestone"
    VERDICT_YES = "yes"
    VERDICT_NO = "no"
    VERDICT_VOID = "void"


class EventKind(StrEnum):
    """What a recorded event is to the verdict."""

    WITNESS = "witness"
    POSSIBLE = "possible"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Window:
    """A span that includes its start and excludes its end; drawn cut off at the ends of the axis."""

    starts_at: datetime
    ends_at: datetime
    label: str
    kind: WindowKind


@dataclass(frozen=True, slots=True)
class Mark:
    """A date above the axis."""

    at: datetime
    label: str
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded event below the axis."""

    at: datetime
    label: str
    kind: EventKind


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    What to draw between two instants.

    `now` is drawn where it lies between them.

    Raises:
        ValueError: A naive datetime, an end not after its start, or a mark, an event or a whole window outside.
    """

    start: datetime
    end: datetime
    windows: tuple[Window, ...]
    events: tuple[Event, ...]
    marks: tuple[Mark, ...]
    now: datetime | None

    def __post_init__(self) -> None:
        spans = [(self.start, self.end), *((window.starts_at, window.ends_at) for window in self.windows)]
        points = [*(mark.at for mark in self.marks), *(event.at for event in self.events)]
        _require_aware([*(at for span in spans for at in span), *points, *([self.now] if self.now else [])])
        for starts_at, ends_at in spans:
            if not starts_at < ends_at:
                raise ValueError(f"a span must end after it starts, got {starts_at} to {ends_at}")
            if ends_at <= self.start or starts_at >= self.end:
                raise ValueError(f"the window {starts_at} to {ends_at} lies outside the timeline")
        for at in points:
            if not self.start <= at <= self.end:
                raise ValueError(f"{at} lies outside the timeline, {self.start} to {self.end}")

    def share(self, at: datetime) -> float:
        """Return how far along an instant lies, in [0, 1]; before the start it is 0, after the end 1."""
        return min(1.0, max(0.0, (at - self.start) / (self.end - self.start)))


def _require_aware(instants: list[datetime]) -> None:
    for at in instants:
        if at.utcoffset() is None:
            raise ValueError(f"a timeline needs aware datetimes, got {at.isoformat()}")

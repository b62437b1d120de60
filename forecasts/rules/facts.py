"""What a rule is evaluated over. Every record is frozen; every instant is aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """
    One version of an event as it was known.

    `earliest` and `latest` are inclusive bounds on when it happened: equal for an instant,
    00:00:00 and 23:59:59.999999 for a day. `announced` and `effective` are such bounds on when it was
    announced and when it took effect; None where that is not known. An attribute is a text, a flag, a
    number, or a range {"low": 1, "best": 2, "high": 3, "unit": "usd"} without `best` and `unit` where
    they are not known. `owners` counts the independent publishers behind it. An empty field means
    "not coded", so it neither matches nor fails a criterion.
    """

    id: str
    title: str
    earliest: datetime
    latest: datetime
    event_type: str
    known_at: datetime
    announced: tuple[datetime, datetime] | None = None
    effective: tuple[datetime, datetime] | None = None
    action_code: str | None = None
    modes: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    modality: str = "actual"
    tier: str = "C"
    contested: bool = False
    owners: int = 1

    def __post_init__(self) -> None:
        for earliest, latest in filter(None, ((self.earliest, self.latest), self.announced, self.effective)):
            if latest < earliest:
                raise ValueError(f"Occurrence {self.id} ends ({latest}) before it begins ({earliest}).")


@dataclass(frozen=True, kw_only=True)
class SeriesValue:
    """One value of a numeric series for `valid_on`, as released at `released_at`."""

    id: str
    series: str
    valid_on: datetime
    value: float
    released_at: datetime


@dataclass(frozen=True)
class Membership:
    """`member` belongs to `group` from `start` to before `end`; None means unbounded."""

    member: str
    group: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """
    All that was known at `as_of`.

    `complete_to` maps a coverage group to its watermark: no event of that group that begins before
    it is still unseen. A group that is not named has no coverage at all. `coverage_tiers` maps a
    group to the tier of its sources. `judgements` maps the path of a judged clause to its verdict.
    """

    as_of: datetime
    publication: datetime
    occurrences: tuple[Occurrence, ...] = ()
    observations: tuple[SeriesValue, ...] = ()
    complete_to: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    coverage_tiers: Mapping[str, str] = field(default_factory=dict, hash=False)
    milestones: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    memberships: tuple[Membership, ...] = ()
    judgements: Mapping[str, bool] = field(default_factory=dict, hash=False)


def known_only(knowledge: Knowledge) -> Knowledge:
    """
    Return the knowledge without whatever became known after its own `as_of`.

    Args:
        knowledge: Facts that a caller selected, rightly or not.
    Returns:
        A copy that holds only events known and values released by `as_of`.
    """
    as_of = knowledge.as_of
    return replace(
        knowledge,
        occurrences=tuple(event for event in knowledge.occurrences if event.known_at <= as_of),
        observations=tuple(one for one in knowledge.observations if one.released_at <= as_of),
    )

"""What predictions would have come to: on what was known at another time, or by another reading of their rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from forecasts.models import Prediction, Resolution, RuleVersion, Verdict

from .counting import Outcome, share_of
from .knowledge import milestones
from .resolutions import rules_in_force
from .verdicts import Judged, judge_all

BATCH = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """A verdict as it would have been, empty while open, with when it came about and could be known."""

    verdict: str
    happened_at: datetime | None = None
    known_at: datetime | None = None
    share: Decimal | None = None
    side_value: str = ""

    @property
    def outcome(self) -> Outcome | None:
        """What forecasts are scored against; None where there is nothing to score."""
        share = share_of(self.verdict, self.share)
        if share is None:
            return None
        moments = tuple(moment for moment in (self.happened_at, self.known_at) if moment is not None)
        return Outcome(share, moments)


OPEN = Replayed("")


def replay(*, predictions: Sequence[Prediction], as_of: datetime, variant: str) -> Mapping[UUID, Replayed]:
    """
    Return what predictions came to on what was known at `as_of`, by one reading of their rules.

    A person's verdict that stands now counts from when it could be known; before that, and where nobody judged, the
    rule decides. Another reading than the central one is decided by its rule alone.

    Args:
        predictions: Those issued after `as_of` come out open.
        as_of: The knowledge time.
        variant: CENTRAL, STRICT or LENIENT; a prediction without such a reading comes out open.
    """
    return replay_beside(predictions=predictions, readings=(), as_of=as_of, variant=variant)[0]


class Readings(NamedTuple):
    """
    What readings of rules came to, by their keys; and the milestones that they were evaluated with.

    `until` is from when on time alone may change any of it; None for never.
    """

    found: Mapping[UUID, Replayed]
    milestones: Mapping[str, datetime]
    until: datetime | None = None


def replay_beside(
    *, predictions: Sequence[Prediction], readings: Sequence[RuleVersion], as_of: datetime, variant: str
) -> tuple[Mapping[UUID, Replayed], Readings]:
    """
    Return what predictions came to as `replay` does, and what other readings of rules came to.

    What rules have to know is read once for both. No person is heard about the other readings.

    Args:
        predictions: As `replay` takes them.
        readings: With their predictions at hand; those issued after `as_of` are left out.
        as_of: The knowledge time.
        variant: The reading that decides the predictions.
    """
    found = dict.fromkeys((one.pk for one in predictions), OPEN)
    if variant == RuleVersion.Variant.CENTRAL:
        found |= _by_people(predictions, as_of=as_of)
    pending = (one for one in predictions if found[one.pk] is OPEN and one.issued_at <= as_of)
    others = [one for one in readings if one.prediction.issued_at <= as_of]
    unissued = [one.prediction.issued_at for one in readings if one.prediction.issued_at > as_of]
    beside = Readings({}, milestones() if readings and not others else {}, min(unissued, default=None))
    while (batch := list(islice(pending, BATCH))) or others:
        deciding = _deciding(batch, variant=variant)
        judged = _judged({one.pk: one for one in (*deciding, *others)}, as_of=as_of)
        found |= {version.prediction_id: judged.found[version.pk] for version in deciding}
        if others:
            until = min(filter(None, (judged.until, *unissued)), default=None)
            beside, others = Readings({one.pk: judged.found[one.pk] for one in others}, judged.milestones, until), []
    return found, beside


def replay_readings(*, readings: Sequence[RuleVersion], as_of: datetime) -> Readings:
    """
    Return what readings of rules came to on what was known at `as_of`; no person is heard.

    Args:
        readings: With their predictions at hand; those issued after `as_of` are left out.
        as_of: The knowledge time.
    """
    return replay_beside(predictions=(), readings=readings, as_of=as_of, variant=RuleVersion.Variant.CENTRAL)[1]


def _by_people(predictions: Sequence[Prediction], *, as_of: datetime) -> dict[UUID, Replayed]:
    standing = Resolution.objects.current().filter(prediction__in=predictions, actor__isnull=False, known_at__lte=as_of)
    return {
        one.prediction_id: Replayed(one.verdict, one.happened_at, one.known_at, one.share, one.side_value)
        for one in standing.exclude(state=Resolution.State.REOPENED)
    }


def _deciding(predictions: Sequence[Prediction], *, variant: str) -> list[RuleVersion]:
    """The rules that decide predictions by one reading; those without it have none."""
    current = rules_in_force(predictions=predictions) if predictions else {}
    return [version for one in predictions for version in _chosen(current[one.pk], variant=variant)]


def _judged(readings: Mapping[UUID, RuleVersion], *, as_of: datetime) -> Readings:
    """What each rule came to."""
    found: dict[UUID, Replayed] = {}
    dates: Mapping[str, datetime] = {}
    ends: list[datetime] = []
    for key, one in zip(readings, judge_all(rule_versions=list(readings.values()), as_of=as_of), strict=True):
        found[key], dates = _replayed(one), one.knowledge.milestones
        if (until := one.holds_until) is not None:
            ends.append(until)
    return Readings(found, dates, min(ends, default=None))


def _chosen(versions: Sequence[RuleVersion], *, variant: str) -> Iterator[RuleVersion]:
    """The first reading of the variant, if there is one."""
    yield from islice((version for version in versions if version.variant == variant), 1)


def _replayed(judged: Judged) -> Replayed:
    status = judged.outcome.status.value
    if status not in Verdict.values:
        return OPEN
    side = judged.outcome.side_value
    return Replayed(status, judged.happened_at, judged.known_at, side_value=side.value if side else "")

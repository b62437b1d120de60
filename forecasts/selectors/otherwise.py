"""What predictions come to by the other readings of their rules: all of them evaluated together, for whoever compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from forecasts.models import Prediction, RuleVersion

from .counting import Counted, Made, forecasts_made
from .coverage import asked_forecasts, coverage_predictions
from .knowledge import is_any_known_after
from .recounts import Recount, at_hand, recount_under, rows_under
from .replays import OPEN, Readings, Replayed, replay_beside, replay_readings
from .resolutions import current_rules_of
from .slices import Slice, forecasts_in

MOST_REPLAYED = 200
CENTRAL = RuleVersion.Variant.CENTRAL


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """
    Predictions of a slice whose rules have other readings than the central one.

    `rules` are the readings in force of each, the central one first; `found` is what each other reading comes to, by its
    key, with the `milestones` of that time, and `until` from when on time alone may change any of it; `made` are the
    forecasts on them, those of the slice marked.
    """

    predictions: Mapping[UUID, Prediction] = field(default_factory=dict)
    rules: Mapping[UUID, Sequence[RuleVersion]] = field(default_factory=dict)
    found: Mapping[UUID, Replayed] = field(default_factory=dict)
    milestones: Mapping[str, datetime] = field(default_factory=dict)
    until: datetime | None = None
    made: Mapping[UUID, Sequence[Made]] = field(default_factory=dict)

    def held(self, *, variant: str) -> dict[UUID, RuleVersion]:
        """The first reading of a variant, by prediction; those without one are left out."""
        of_variant = {
            pk: [one for one in versions if one.variant == variant] for pk, versions in sorted(self.rules.items())
        }
        return {pk: versions[0] for pk, versions in of_variant.items() if versions}

    def came_to(self, held: Mapping[UUID, RuleVersion]) -> dict[UUID, Replayed]:
        """What some of the predictions came to, each by the reading given."""
        return {pk: self.found.get(version.pk, OPEN) for pk, version in held.items()}

    def rows(self, chosen: Slice, *, held: Mapping[UUID, RuleVersion]) -> list[Counted]:
        """The forecasts of the slice that count on some of the predictions, each decided by the reading given."""
        predictions = [self.predictions[pk] for pk in held]
        return rows_under(chosen, predictions=predictions, found=self.came_to(held), made=self.made)


def otherwise_of(chosen: Slice, *, as_of: datetime) -> Otherwise | None:
    """
    Return what the other readings of the predictions of a slice come to on what was known at an instant.

    Nobody but the rules is heard.

    Args:
        chosen: The slice.
        as_of: The knowledge time.
    Returns:
        None where more than `MOST_REPLAYED` predictions would have to be evaluated.
    """
    return _evaluated(_asked(_read_otherwise(chosen), as_of=as_of), chosen=chosen, as_of=as_of)


def otherwise_implied(chosen: Slice, *, as_of: datetime) -> Otherwise | None:
    """The same for those predictions only whose deadline an editor set."""
    return _evaluated(_asked(_implied(chosen), as_of=as_of), chosen=chosen, as_of=as_of)


def recount_beside(chosen: Slice, *, as_of: datetime) -> tuple[Recount, Otherwise | None]:
    """
    Decide the predictions of a slice on what was known at an instant, and evaluate the other readings of their rules with them.

    What rules have to know is read once for both.

    Returns:
        As `recount`; and as `otherwise_of`, or, where the slice itself goes by another reading, as `otherwise_implied`.
    """
    asked = _asked(_read_otherwise(chosen) if chosen.variant == CENTRAL else _implied(chosen), as_of=as_of)
    predictions = list(at_hand(coverage_predictions(chosen)))
    others = asked.others if asked else ()
    found, readings = replay_beside(predictions=predictions, readings=others, as_of=as_of, variant=chosen.variant)
    anew = recount_under(chosen, predictions=predictions, found=found)
    return anew, None if asked is None else _with_forecasts(asked, chosen=chosen, readings=readings)


def _read_otherwise(chosen: Slice) -> QuerySet[Prediction]:
    asked = asked_forecasts(chosen).exclude(lexicon_entry__is_hedge=True).order_by().values("prediction")
    others = RuleVersion.objects.exclude(variant=CENTRAL).values("prediction")
    return Prediction.objects.filter(pk__in=asked).filter(pk__in=others)


def _implied(chosen: Slice) -> QuerySet[Prediction]:
    return _read_otherwise(chosen).filter(deadline_basis=Prediction.DeadlineBasis.IMPLIED)


class _Asked(NamedTuple):
    """
    Predictions whose rules have other readings, and all readings in force of each.

    `until` is the knowledge time where any fact on record is known only later, None elsewhere.
    """

    predictions: Sequence[Prediction]
    rules: Mapping[UUID, Sequence[RuleVersion]]
    until: datetime | None = None

    @property
    def others(self) -> list[RuleVersion]:
        return [version for versions in self.rules.values() for version in versions if version.variant != CENTRAL]


def _asked(rows: QuerySet[Prediction], *, as_of: datetime) -> _Asked | None:
    """Read the predictions and their rules; None where there are too many to evaluate."""
    asked = at_hand(rows.order_by("pk")).annotate(is_outdated=is_any_known_after(instant=as_of))
    predictions: list[Any] = list(asked[: MOST_REPLAYED + 1])
    if len(predictions) > MOST_REPLAYED:
        return None
    if not predictions:
        return _Asked([], {})
    return _Asked(predictions, current_rules_of(predictions=predictions), as_of if predictions[0].is_outdated else None)


def _evaluated(asked: _Asked | None, *, chosen: Slice, as_of: datetime) -> Otherwise | None:
    if asked is None:
        return None
    return _with_forecasts(asked, chosen=chosen, readings=replay_readings(readings=asked.others, as_of=as_of))


def _with_forecasts(asked: _Asked, *, chosen: Slice, readings: Readings) -> Otherwise:
    if not asked.predictions:
        return Otherwise()
    return Otherwise(
        predictions={one.pk: one for one in asked.predictions},
        rules=asked.rules,
        found=readings.found,
        milestones=readings.milestones,
        until=asked.until or readings.until,
        made=forecasts_made(asked.rules, among=forecasts_in(chosen)),
    )

"""What became of the predictions of a slice by verdicts that are given anew, on what was known at an instant."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from forecasts.models import Resolution

from .counting import SETTLED
from .coverage import Coverage, Facts, asked_forecasts, counts_of, coverage_predictions, reported, stated_in
from .replays import OPEN, Replayed
from .slices import Slice


@dataclass(frozen=True, kw_only=True)
class Replay:
    """
    Verdicts given anew, and what counts under them.

    `in_time` are the forecasts that were made in time, `counted` the predictions that one of those in the slice is on,
    `weighted` those that have weight under its weighting.
    """

    verdicts: Mapping[UUID, Replayed]
    late: Collection[UUID]
    in_time: Collection[UUID]
    counted: Collection[UUID]
    weighted: Collection[UUID]


class _Asked(NamedTuple):
    """A probability of the forecaster's own."""

    pk: UUID
    prediction_id: UUID
    made_at: datetime
    is_hedge: bool


def replayed_coverage(chosen: Slice, *, replay: Replay) -> Coverage:
    """What became of the predictions of a slice under the verdicts of a replay; the words are those of the record."""
    asked = [
        _Asked(pk, prediction, made_at, bool(hedge))
        for pk, prediction, made_at, hedge in asked_forecasts(chosen).values_list(
            "pk", "prediction", "made_at", "lexicon_entry__is_hedge"
        )
    ]
    counts = counts_of(_groups(chosen, asked=asked, replay=replay))
    counts["reported"] = reported(chosen)
    counts["forecasts_excluded"] = sum(_is_too_late(one, chosen=chosen, replay=replay) for one in asked)
    counts["unweighted"] = counts["resolved"] - len(replay.weighted)
    return Coverage.of(counts)


def _groups(chosen: Slice, *, asked: list[_Asked], replay: Replay) -> Counter[Facts]:
    made = _made(chosen)
    by_hedge = {
        is_hedge: {one.prediction_id for one in asked if one.is_hedge is is_hedge} for is_hedge in (False, True)
    }
    found: Counter[Facts] = Counter()
    rows = coverage_predictions(chosen).values_list("pk", "condition", "deadline_basis").distinct()
    for pk, condition, basis in rows:
        verdict = replay.verdicts.get(pk, OPEN)
        if not _is_in_time(pk, made=made[pk], chosen=chosen, replay=replay):
            continue
        facts = Facts(
            verdict=verdict.verdict,
            state=Resolution.State.FINAL.value,
            side_value=verdict.side_value,
            is_retrospective=pk in replay.late,
            is_conditional=bool(condition),
            deadline_basis=basis,
            is_asked=pk in by_hedge[False],
            is_hedged=pk in by_hedge[True],
            is_counted=pk in replay.counted,
        )
        found[facts] += 1
    return found


def _made(chosen: Slice) -> Mapping[UUID, list[datetime]]:
    """When the forecasts on each prediction were made."""
    made: dict[UUID, list[datetime]] = defaultdict(list)
    for prediction, moment in stated_in(chosen).values_list("prediction", "made_at"):
        made[prediction].append(moment)
    return made


def _is_too_late(one: _Asked, *, chosen: Slice, replay: Replay) -> bool:
    verdict = replay.verdicts.get(one.prediction_id, OPEN)
    if one.is_hedge or verdict.verdict not in SETTLED or one.pk in replay.in_time:
        return False
    return _is_in_time(one.prediction_id, made=[one.made_at], chosen=chosen, replay=replay)


def _is_in_time(pk: UUID, *, made: Iterable[datetime], chosen: Slice, replay: Replay) -> bool:
    """Whether a prediction was logged, and one of its forecasts made, when the slice asks."""
    known_at, is_late = replay.verdicts.get(pk, OPEN).known_at, pk in replay.late
    if chosen.retrospective not in (None, is_late):
        return False
    asks_nothing = chosen.lead_days_min is None and chosen.lead_days_max is None
    return known_at is None or asks_nothing or any(chosen.has_lead(made_at, known_at) for made_at in made)

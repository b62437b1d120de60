"""What became of the predictions of a slice by verdicts that are given anew, on what was known at an instant."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from forecasts.models import Resolution

from .counting import SETTLED
from .coverage import AGAINST, Coverage, Facts, asked_forecasts, counts_of, coverage_predictions, reported, stated_in
from .recounts import Recount, weight_under
from .replays import OPEN
from .slices import Slice


class _Asked(NamedTuple):
    """A probability of the forecaster's own."""

    pk: UUID
    prediction_id: UUID
    made_at: datetime
    is_hedge: bool


def replayed_coverage(chosen: Slice, *, recount: Recount) -> Coverage:
    """What became of the predictions of a slice decided anew; the words are those of the record."""
    asked = [
        _Asked(pk, prediction, made_at, bool(hedge))
        for pk, prediction, made_at, hedge in asked_forecasts(chosen).values_list(
            "pk", "prediction", "made_at", "lexicon_entry__is_hedge"
        )
    ]
    counts = counts_of(_groups(chosen, asked=asked, recount=recount))
    counts["reported"] = reported(chosen).distinct().count()
    counts["forecasts_excluded"] = sum(_is_too_late(one, chosen=chosen, recount=recount) for one in asked)
    weighted = [row for row in recount.rows if weight_under(row, weighting=chosen.weighting)]
    counts["unweighted"] = counts["resolved"] - len({row.prediction_id for row in weighted})
    counts.update(AGAINST[row.reference_kind] for row in weighted)
    return Coverage.of(counts)


def _groups(chosen: Slice, *, asked: list[_Asked], recount: Recount) -> Counter[Facts]:
    made, counted = _made(chosen), {row.prediction_id for row in recount.rows}
    by_hedge = {
        is_hedge: {one.prediction_id for one in asked if one.is_hedge is is_hedge} for is_hedge in (False, True)
    }
    found: Counter[Facts] = Counter()
    rows = coverage_predictions(chosen).values_list("pk", "condition", "deadline_basis").distinct()
    for pk, condition, basis in rows:
        verdict = recount.found.get(pk, OPEN)
        if not _is_in_time(pk, made=made[pk], chosen=chosen, recount=recount):
            continue
        facts = Facts(
            verdict=verdict.verdict,
            state=Resolution.State.FINAL.value,
            side_value=verdict.side_value,
            is_retrospective=pk in recount.late,
            is_conditional=bool(condition),
            deadline_basis=basis,
            is_asked=pk in by_hedge[False],
            is_hedged=pk in by_hedge[True],
            is_counted=pk in counted,
        )
        found[facts] += 1
    return found


def _made(chosen: Slice) -> Mapping[UUID, list[datetime]]:
    """When the forecasts on each prediction were made."""
    made: dict[UUID, list[datetime]] = defaultdict(list)
    for prediction, moment in stated_in(chosen).values_list("prediction", "made_at"):
        made[prediction].append(moment)
    return made


def _is_too_late(one: _Asked, *, chosen: Slice, recount: Recount) -> bool:
    verdict = recount.found.get(one.prediction_id, OPEN)
    if one.is_hedge or verdict.verdict not in SETTLED or one.pk in recount.in_time:
        return False
    return _is_in_time(one.prediction_id, made=[one.made_at], chosen=chosen, recount=recount)


def _is_in_time(pk: UUID, *, made: Iterable[datetime], chosen: Slice, recount: Recount) -> bool:
    """Whether a prediction was logged, and one of its forecasts made, when the slice asks."""
    known_at, is_late = recount.found.get(pk, OPEN).known_at, pk in recount.late
    if chosen.retrospective not in (None, is_late):
        return False
    asks_nothing = chosen.lead_days_min is None and chosen.lead_days_max is None
    return known_at is None or asks_nothing or any(chosen.has_lead(made_at, known_at) for made_at in made)

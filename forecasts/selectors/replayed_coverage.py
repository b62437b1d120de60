"""What became of the predictions of a slice by verdicts that are given anew, on what was known at an instant."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from forecasts.models import Prediction, Resolution

from .counting import SETTLED
from .coverage import AGAINST, Coverage, Facts, counts_of, reported
from .recounts import Recount, Stated, weight_under
from .replays import OPEN
from .slices import Slice


def replayed_coverage(chosen: Slice, *, recount: Recount) -> Coverage:
    """What became of the predictions of a slice decided anew; the words are those of the record."""
    stated = [one for one in recount.stated if one.was_made_by(chosen.as_of)]
    counts = counts_of(_groups(chosen, stated=stated, recount=recount))
    counts["reported"] = _reported(chosen, recount=recount)
    counts["forecasts_excluded"] = sum(_is_too_late(one, chosen=chosen, recount=recount) for one in stated)
    weighted = [row for row in recount.rows if weight_under(row, weighting=chosen.weighting)]
    counts["unweighted"] = counts["resolved"] - len({row.prediction_id for row in weighted})
    counts.update(AGAINST[row.reference_kind] for row in weighted)
    return Coverage.of(counts)


def _reported(chosen: Slice, *, recount: Recount) -> int:
    """How many beliefs of others were reported; without a forecaster they are among the predictions decided."""
    if chosen.forecaster or chosen.verbal is not None:
        return reported(chosen).distinct().count()
    return sum(one.attribution == Prediction.Attribution.REPORTED for one in recount.predictions)


def _groups(chosen: Slice, *, stated: Iterable[Stated], recount: Recount) -> Counter[Facts]:
    made: dict[UUID, list[datetime]] = defaultdict(list)
    by_hedge: dict[bool, set[UUID]] = {False: set(), True: set()}
    for one in stated:
        made[one.prediction_id].append(one.made_at)
        if one.is_own:
            by_hedge[bool(one.is_hedge)].add(one.prediction_id)
    counted = {row.prediction_id for row in recount.rows}
    found: Counter[Facts] = Counter()
    for prediction in recount.predictions:
        pk = prediction.pk
        verdict = recount.found.get(pk, OPEN)
        if not _is_in_time(pk, made=made[pk], chosen=chosen, recount=recount):
            continue
        facts = Facts(
            verdict=verdict.verdict,
            state=Resolution.State.FINAL.value,
            side_value=verdict.side_value,
            is_retrospective=pk in recount.late,
            is_conditional=prediction.is_conditional,
            deadline_basis=prediction.deadline_basis,
            is_asked=pk in by_hedge[False],
            is_hedged=pk in by_hedge[True],
            is_counted=pk in counted,
        )
        found[facts] += 1
    return found


def _is_too_late(one: Stated, *, chosen: Slice, recount: Recount) -> bool:
    verdict = recount.found.get(one.prediction_id, OPEN)
    if not one.is_own or one.is_hedge or verdict.verdict not in SETTLED or one.pk in recount.in_time:
        return False
    return _is_in_time(one.prediction_id, made=[one.made_at], chosen=chosen, recount=recount)


def _is_in_time(pk: UUID, *, made: Iterable[datetime], chosen: Slice, recount: Recount) -> bool:
    """Whether a prediction was logged, and one of its forecasts made, when the slice asks."""
    known_at, is_late = recount.found.get(pk, OPEN).known_at, pk in recount.late
    if chosen.retrospective not in (None, is_late):
        return False
    asks_nothing = chosen.lead_days_min is None and chosen.lead_days_max is None
    return known_at is None or asks_nothing or any(chosen.has_lead(made_at, known_at) for made_at in made)

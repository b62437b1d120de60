"""Two forecasters on the predictions that both made, or one against everybody else who made the same."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import fsum
from uuid import UUID

from forecasts.models import Prediction
from forecasts.scoring.comparison import (
    AlwaysValid,
    Comparison,
    SharedEvent,
    compare,
    confidence_sequence,
)
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.thresholds import Absent, Missing
from forecasts.scoring.unseen import other_way

from .slices import Slice
from .tallies import PredictionTally, tallies_by_prediction, tallies_with_peers

MAX_CALLS, ROWS = 100, 2_000

NOTHING_SHARED = Absent(Missing.NOTHING_SHARED, "No prediction that both made has come to an outcome.")
NO_PEERS = Absent(Missing.NOTHING_SHARED, "Nobody else forecast what this forecaster did and has come to an outcome.")


@dataclass(frozen=True, kw_only=True)
class SharedCall:
    """
    One prediction that both made, with the mean Brier score of each on it.

    `weight` is what it counts for. `n_peers` is how many the second score is the mean of; `second_otherwise` is what it would
    be, had the outcome been the other way.
    """

    prediction_id: UUID
    title: str
    cluster: str
    weight: float
    first_brier: float
    second_brier: float
    second_otherwise: float
    n_peers: int

    @property
    def difference(self) -> float:
        """First minus second: below 0 the first was better."""
        return self.first_brier - self.second_brier

    @property
    def otherwise(self) -> float:
        """The difference of what both said, had the outcome been the other way."""
        return other_way(self.first_brier) - self.second_otherwise


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What only one of them scored on: how many predictions, and their mean Brier score there."""

    n: int
    mean_brier: float | None


@dataclass(frozen=True, kw_only=True)
class Versus:
    """
    How the first forecaster did against the second, or against everybody else where `second` is empty.

    `calls` holds those that weigh most in the difference, `MAX_CALLS` at most; `n_shared` says how many there are.
    `sequence` is of the mean over events of their mean differences.
    """

    slice: Slice
    first: str
    second: str
    n_shared: int
    n_clusters: int
    first_brier: float | None
    second_brier: float | None
    comparison: Comparison | Absent
    sequence: AlwaysValid | Absent
    only_first: LeftOut
    only_second: LeftOut
    calls: tuple[SharedCall, ...]


def compare_two(chosen: Slice, *, first: str, second: str, now: datetime | None = None) -> Versus:
    """
    Return how two forecasters compare on the predictions of a slice that both scored on.

    Args:
        chosen: The slice, whoever it is about.
        first: The slug of the one.
        second: The slug of the other.
        now: The knowledge time of another reading where the slice names none.
    Raises:
        ValueError: They are the same.
    """
    return _versus(chosen, _tallies(chosen, first=first, second=second, now=now), first=first, second=second)


def compare_with_peers(chosen: Slice, *, first: str, now: datetime | None = None) -> Versus:
    """
    Return how a forecaster compares with everybody else who forecast the same predictions of a slice.

    The second score on a prediction is the mean over the others of the mean Brier score of each.

    Args:
        chosen: The slice, whoever it is about.
        first: The slug of the forecaster.
        now: The knowledge time of another reading where the slice names none.
    """
    return _versus(chosen, _tallies(chosen, first=first, second="", now=now), first=first, second="")


def shared_calls(chosen: Slice, *, first: str, second: str, now: datetime | None = None) -> Iterator[SharedCall]:
    """
    Yield every prediction of a slice that is compared, those that weigh most in the difference first.

    Args:
        chosen: As `compare_two` takes it; so are the others.
        first: The slug of the one.
        second: The slug of the other; empty for everybody else.
        now: The knowledge time of another reading where the slice names none.
    """
    own, others = _apart(_tallies(chosen, first=first, second=second, now=now), first=first)
    calls = _shared(own, others)
    for start in range(0, len(calls), ROWS):
        yield from _titled(calls[start : start + ROWS])


def _tallies(chosen: Slice, *, first: str, second: str, now: datetime | None) -> Sequence[PredictionTally]:
    if first == second:
        raise ValueError(f"{first} cannot be compared with themselves")
    if second:
        return tallies_by_prediction(chosen, forecasters=(first, second), now=now)
    return tallies_with_peers(chosen, forecaster=first, now=now)


Own = Mapping[UUID, PredictionTally]
Others = Mapping[UUID, Sequence[PredictionTally]]


def _apart(tallies: Iterable[PredictionTally], *, first: str) -> tuple[Own, Others]:
    """By prediction, what the first made of it, and what the others did."""
    own: dict[UUID, PredictionTally] = {}
    others: dict[UUID, list[PredictionTally]] = defaultdict(list)
    for one in tallies:
        if one.forecaster == first:
            own[one.prediction_id] = one
        else:
            others[one.prediction_id].append(one)
    return own, others


def _shared(own: Own, others: Others) -> list[SharedCall]:
    calls = [_call(own[pk], against=others[pk]) for pk in own if pk in others]
    return sorted(calls, key=lambda call: (-abs(call.weight * call.difference), call.prediction_id))


def _versus(chosen: Slice, tallies: Sequence[PredictionTally], *, first: str, second: str) -> Versus:
    own, others = _apart(tallies, first=first)
    calls = _shared(own, others)
    events = _by_event(calls)
    comparison = compare([*events.values()])
    return Versus(
        slice=chosen,
        first=first,
        second=second,
        n_shared=len(calls),
        n_clusters=len(events),
        first_brier=_mean([(call.weight, call.first_brier) for call in calls]),
        second_brier=_mean([(call.weight, call.second_brier) for call in calls]),
        comparison=comparison if calls else NOTHING_SHARED if second else NO_PEERS,
        sequence=_sequence(events.values()) if calls else NOTHING_SHARED if second else NO_PEERS,
        only_first=_left_out([one for pk, one in own.items() if pk not in others]),
        only_second=_left_out([one for pk, found in others.items() if pk not in own for one in found]),
        calls=_titled(calls[:MAX_CALLS]),
    )


def _call(own: PredictionTally, *, against: Sequence[PredictionTally]) -> SharedCall:
    # Whoever took part for less of the time is compared on no more than that.
    weight = min(own.weight, max(one.weight for one in against))
    return SharedCall(
        prediction_id=own.prediction_id,
        title="",
        cluster=own.cluster,
        weight=weight / WHOLE,
        first_brier=own.mean_brier,
        second_brier=fsum(one.mean_brier for one in against) / len(against),
        second_otherwise=fsum(other_way(one.mean_brier) for one in against) / len(against),
        n_peers=len(against),
    )


def _by_event(calls: Iterable[SharedCall]) -> Mapping[str, SharedEvent]:
    """What the calls on each event come to together, weighted, and what they could have."""
    found: dict[str, list[SharedCall]] = defaultdict(list)
    for call in calls:
        found[call.cluster].append(call)
    return {cluster: _event(together) for cluster, together in found.items()}


def _event(calls: Sequence[SharedCall]) -> SharedEvent:
    return SharedEvent(
        difference=fsum(call.weight * call.difference for call in calls),
        n=sum(call.weight for call in calls),
        least=fsum(call.weight * min(call.difference, call.otherwise) for call in calls),
        most=fsum(call.weight * max(call.difference, call.otherwise) for call in calls),
    )


def _sequence(events: Collection[SharedEvent]) -> AlwaysValid | Absent:
    means, least, most = ([getattr(one, name) / one.n for one in events] for name in ("difference", "least", "most"))
    return confidence_sequence(
        n_clusters=len(means),
        total=fsum(means),
        squares=fsum(mean**2 for mean in means),
        span=(-1.0, 1.0),
        reach=(fsum(least) / len(least), fsum(most) / len(most)),
    )


def _mean(terms: Sequence[tuple[float, float]]) -> float | None:
    total = fsum(weight for weight, _ in terms)
    return fsum(weight * value for weight, value in terms) / total if total else None


def _left_out(tallies: Sequence[PredictionTally]) -> LeftOut:
    return LeftOut(n=len(tallies), mean_brier=_mean([(one.weight, one.mean_brier) for one in tallies]))


def _titled(calls: Sequence[SharedCall]) -> tuple[SharedCall, ...]:
    titles = dict(Prediction.objects.filter(pk__in=[call.prediction_id for call in calls]).values_list("pk", "title"))
    return tuple(replace(call, title=titles[call.prediction_id]) for call in calls)

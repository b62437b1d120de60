"""What a crowd said from instant to instant, out of the forecasts that stood then and of nothing that came later."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from forecasts.scoring.aggregates import Method, aggregate, one_of_each_origin

# Fewer opinions are not a crowd.
MIN_OPINIONS: Final = 2
MAX_INSTANTS: Final = 200


@dataclass(frozen=True, slots=True)
class Opinion:
    """
    What a forecaster said from an instant on; None for a withdrawal.

    Opinions of equal origin count as one; without one, each stands for itself.
    """

    forecaster: Hashable
    made_at: datetime
    probability: float | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """What a crowd said from an instant on, out of so many opinions; by no method where they are too few."""

    at: datetime
    n_opinions: int
    probabilities: Mapping[Method, float]


def stands(
    opinions: Iterable[Opinion], *, before: Sequence[datetime] = (), after: datetime | None = None
) -> Iterator[Stand]:
    """
    Yield what a crowd said at each instant where one of them changed their mind.

    Each instant rests on the opinions that stood at it. Where there are more than 200 instants, 200 of them are taken at
    equal distances, the last one always.

    Args:
        opinions: Of one prediction, in any order.
        before: The moments at which its outcome came about and could be known: nothing is said from the first on.
        after: Only instants later than this.
    """
    in_order = sorted(opinions, key=lambda one: one.made_at)
    known = [one for one in in_order if all(one.made_at < moment for moment in before)]
    wanted = _thinned(sorted({one.made_at for one in known if after is None or one.made_at > after}))
    yield from _swept(known, wanted)


def stand_at(opinions: Iterable[Opinion], *, at: datetime) -> Stand:
    """
    Return what a crowd said at an instant.

    Args:
        opinions: Of one prediction, in any order; those made later are left out.
        at: The instant.
    """
    in_order = sorted((one for one in opinions if one.made_at <= at), key=lambda one: one.made_at)
    return _stand(_standing(in_order), at=at)


def _swept(in_order: Sequence[Opinion], wanted: Sequence[datetime]) -> Iterator[Stand]:
    standing: dict[Hashable, Opinion] = {}
    place = 0
    for at in wanted:
        while place < len(in_order) and in_order[place].made_at <= at:
            _take(standing, in_order[place])
            place += 1
        yield _stand(standing, at=at)


def _standing(in_order: Iterable[Opinion]) -> dict[Hashable, Opinion]:
    standing: dict[Hashable, Opinion] = {}
    for one in in_order:
        _take(standing, one)
    return standing


def _take(standing: dict[Hashable, Opinion], one: Opinion) -> None:
    """Put an opinion in place of its forecaster's last one, behind all others."""
    standing.pop(one.forecaster, None)
    if one.probability is not None:
        standing[one.forecaster] = one


def _stand(standing: Mapping[Hashable, Opinion], *, at: datetime) -> Stand:
    held = list(standing.values())
    fcst = [one.probability for one in held if one.probability is not None]
    each = one_of_each_origin(fcst, [one.origin or (one.forecaster,) for one in held])
    if len(each) < MIN_OPINIONS:
        return Stand(at, len(each), {})
    return Stand(at, len(each), {method: aggregate(each, method=method) for method in Method})


def _thinned(instants: Sequence[datetime]) -> Sequence[datetime]:
    if len(instants) <= MAX_INSTANTS:
        return instants
    last = len(instants) - 1
    return [instants[round(place * last / (MAX_INSTANTS - 1))] for place in range(MAX_INSTANTS)]

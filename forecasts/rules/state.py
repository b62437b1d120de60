"""Whether something that events switch on and off holds at an instant."""

from collections.abc import Iterable
from dataclasses import dataclass

from forecasts.rules.candidates import Candidate, find_matches
from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.findings import ReasonCode, Settled
from forecasts.rules.language import State
from forecasts.rules.tally import sure_ones
from forecasts.rules.truth import Truth, truth_of
from forecasts.rules.windows import BEGINNING_OF_TIME, Horizon, Span, WindowSpan


@dataclass(frozen=True, kw_only=True)
class StateCheck:
    """What a state clause comes to, the event that made it so, and those that leave it open."""

    settled: Settled
    witnesses: tuple[str, ...]
    possible: tuple[str, ...]


def check_state(*, clause: State, at: Span, knowledge: Knowledge, horizon: Horizon) -> StateCheck:
    """
    Return whether a state holds at an instant, all events strictly before it taken in.

    `initial` is how things stood at publication, so with it only later events are considered.

    Args:
        clause: What starts the state, what ends it, and how it stood at first if that is known.
        at: The instant asked about.
        knowledge: All events known.
        horizon: How far absence can be trusted.
    Returns:
        U until everything before the instant is in. Then the side of a sure change that surely came
        after every possible opposite one; else the initial side where no opposite change is
        possible; else U.
    """
    began = BEGINNING_OF_TIME if clause.initial is None else knowledge.publication
    before = WindowSpan(Span(began, began), at)
    starts = tuple(find_matches(pattern=clause.initiates, window=before, knowledge=knowledge))
    ends = tuple(find_matches(pattern=clause.terminates, window=before, knowledge=knowledge))
    possible = tuple(sorted({one.occurrence.id for one in (*starts, *ends)}))
    if not horizon.is_closed(at.hi):
        return StateCheck(settled=_open(at=at, horizon=horizon), witnesses=(), possible=possible)
    for side, changes, opposite in ((True, starts, ends), (False, ends, starts)):
        last = _decisive(changes, opposite=opposite)
        if last is not None:
            return StateCheck(
                settled=_closed(side, at=at, reason=ReasonCode.WITNESS),
                witnesses=(last.id,),
                possible=(),
            )
        if clause.initial is side and not opposite:
            settled = _closed(side, at=at, reason=ReasonCode.WINDOW_CLOSED)
            return StateCheck(settled=settled, witnesses=(), possible=())
    settled = Settled(value=Truth.U, at=None, soonest=at.lo, reason=ReasonCode.POSSIBLE_MATCH)
    return StateCheck(settled=settled, witnesses=(), possible=possible)


def _decisive(changes: tuple[Candidate, ...], *, opposite: Iterable[Candidate]) -> Occurrence | None:
    """Return the last sure change, if it surely came after every possible opposite one."""
    last = max(sure_ones(changes), key=lambda one: (one.span.lo, one.occurrence.id), default=None)
    ended = max((one.span.hi for one in opposite), default=BEGINNING_OF_TIME)
    return last.occurrence if last is not None and last.span.lo > ended else None


def _closed(side: bool, *, at: Span, reason: ReasonCode) -> Settled:
    return Settled(value=truth_of(side), at=at, soonest=at.lo, reason=reason)


def _open(*, at: Span, horizon: Horizon) -> Settled:
    waiting = horizon.as_of < horizon.closes_at(at.hi)
    reason = ReasonCode.WINDOW_OPEN if waiting else ReasonCode.AWAITING_COVERAGE
    return Settled(value=Truth.U, at=None, soonest=at.lo, reason=reason)

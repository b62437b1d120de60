"""Clauses that count: occurs, never, count and sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from forecasts.rules.amounts import Amount, read_amount
from forecasts.rules.candidates import Candidate
from forecasts.rules.findings import ReasonCode, Settled
from forecasts.rules.language import Count, Sum
from forecasts.rules.settling import conjunction, negation
from forecasts.rules.truth import Truth
from forecasts.rules.windows import Horizon, Span, WindowSpan


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The matches of a clause, and the rivals that rule it out, inside one window."""

    window: WindowSpan
    horizon: Horizon
    matches: tuple[Candidate, ...]
    rivals: tuple[Candidate, ...] = ()

    @property
    def sure(self) -> tuple[Candidate, ...]:
        """Matches that surely count."""
        return sure_ones(self.matches)

    @property
    def possible(self) -> tuple[Candidate, ...]:
        """Matches that may count."""
        return tuple(one for one in self.matches if one.value is Truth.U)

    @property
    def unseen_from(self) -> datetime:
        """The earliest instant in the window at which an unseen event could lie."""
        return self.horizon.unseen_from(self.window.start.lo)

    @property
    def is_closed(self) -> bool:
        """Whether nothing in the window can still be unseen."""
        return self.horizon.is_closed(self.window.end.hi)

    def first_possible_times(self) -> list[datetime]:
        """Return the earliest instant inside the window for each match, sure or possible."""
        start = self.window.start.lo
        return sorted(max(one.span.lo, start) for one in self.matches)


def sure_ones(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """
    Return the candidates that surely count.

    Args:
        candidates: Sure and possible ones.
    Returns:
        Those whose value is T, in the same order.
    """
    return tuple(one for one in candidates if one.value is Truth.T)


def at_least(tally: Tally, *, n: int) -> Settled:
    """
    Return whether a window holds at least `n` matches.

    Args:
        tally: Matches and rivals.
        n: How many are needed.
    Returns:
        T once enough are sure; F once a sure rival rules them out, whatever is possible, or the window
        has closed with too few even counting possible ones; U before, and U when both a match and a
        rival are sure.
    """
    if n <= 0:
        return _settled(Truth.T, ReasonCode.WITNESS, tally.window.start)
    rivals = sure_ones(tally.rivals)
    if rivals and tally.sure:
        return _unknown(tally, ReasonCode.CONTRADICTION, n=n)
    if rivals:
        # Outcomes exclude each other, so whatever is possible will turn out to be no match.
        return _settled(Truth.F, ReasonCode.REFUTED, _failed_at(tally))
    if len(tally.sure) >= n:
        hi = sorted(one.span.hi for one in tally.sure)[n - 1]
        return _settled(Truth.T, ReasonCode.WITNESS, Span(_true_from(tally, n=n), hi))
    if tally.is_closed and len(tally.matches) < n:
        return _settled(Truth.F, ReasonCode.WINDOW_CLOSED, _failed_at(tally))
    return _unknown(tally, why_open(tally), n=n)


def compare_count(tally: Tally, *, clause: Count) -> Settled:
    """
    Return whether the number of matches compares as a clause asks.

    Args:
        tally: Matches and rivals.
        clause: The comparison and the number.
    Returns:
        The comparison, built from "at least" and its negation.
    """
    match clause.op:
        case ">=":
            return at_least(tally, n=clause.n)
        case ">":
            return at_least(tally, n=clause.n + 1)
        case "<":
            return negation(at_least(tally, n=clause.n))
        case "<=":
            return negation(at_least(tally, n=clause.n + 1))
        case "==":
            enough, too_many = at_least(tally, n=clause.n), at_least(tally, n=clause.n + 1)
            return conjunction([enough, negation(too_many)])
    raise ValueError(f"Unknown comparison {clause.op!r}.")


def total_at_least(tally: Tally, *, clause: Sum) -> Settled:
    """
    Return whether a non-negative attribute of the matches adds up to a value.

    Args:
        tally: Matches of the clause.
        clause: Names the attribute, its unit if that matters, and the total needed. What is missing,
            below zero, not a number or in another unit counts as unknown.
    Returns:
        T once the lows of sure matches reach it; F once the window has closed, no amount is unknown,
        and the highs of all matches fall short even with the possible ones; else U.
    """
    if clause.value <= 0:
        return _settled(Truth.T, ReasonCode.WITNESS, tally.window.start)
    amounts = {one: amount_of(one, clause=clause) for one in tally.matches}
    sure = [(one.span.hi, known.low if (known := amounts[one]) else 0.0) for one in tally.sure]
    reached = _reached_at(sure, value=clause.value)
    could_reach = _could_reach_at(tally, amounts=amounts, value=clause.value)
    if reached is not None:
        return _settled(Truth.T, ReasonCode.WITNESS, Span(min(could_reach, reached), reached))
    largest = sum(exactly(known.high) for known in amounts.values() if known)
    if tally.is_closed and None not in amounts.values() and largest < exactly(clause.value):
        return _settled(Truth.F, ReasonCode.WINDOW_CLOSED, tally.window.end)
    reason = ReasonCode.POSSIBLE_MATCH if tally.is_closed else why_open(tally)
    soonest = min(could_reach, tally.window.end.lo)
    return Settled(value=Truth.U, at=None, soonest=soonest, reason=reason)


def amount_of(candidate: Candidate, *, clause: Sum) -> Amount | None:
    """
    Return the amount that an event adds.

    Args:
        candidate: A match.
        clause: Names the attribute and its unit.
    Returns:
        The amount, or None where it is missing, may be below zero, or is not in the unit.
    """
    amount = read_amount(candidate.occurrence.attributes.get(clause.attr), unit=clause.unit)
    return amount if amount is not None and amount.low >= 0 else None


def why_open(tally: Tally) -> ReasonCode:
    """
    Return what an undecided count waits for.

    Args:
        tally: Matches inside a window.
    Returns:
        Time, coverage, or better facts on a possible match.
    """
    horizon, end = tally.horizon, tally.window.end.hi
    if horizon.as_of < horizon.closes_at(end):
        return ReasonCode.WINDOW_OPEN
    if not horizon.is_covered(end):
        return ReasonCode.AWAITING_COVERAGE
    waits = [one.waits_for for one in tally.possible if one.waits_for is not None]
    if any(horizon.as_of < horizon.closes_at(one) for one in waits):
        return ReasonCode.WINDOW_OPEN
    return ReasonCode.AWAITING_COVERAGE if waits else ReasonCode.POSSIBLE_MATCH


def _settled(value: Truth, reason: ReasonCode, at: Span) -> Settled:
    return Settled(value=value, at=at, soonest=at.lo, reason=reason)


def _unknown(tally: Tally, reason: ReasonCode, *, n: int) -> Settled:
    soonest = min(_true_from(tally, n=n), _failed_at(tally).lo)
    return Settled(value=Truth.U, at=None, soonest=soonest, reason=reason)


def _true_from(tally: Tally, *, n: int) -> datetime:
    """Return the earliest instant at which the n-th match, known or unseen, could lie."""
    times = tally.first_possible_times()
    return min(times[n - 1], tally.unseen_from) if len(times) >= n else tally.unseen_from


def _failed_at(tally: Tally) -> Span:
    """Return when the count fails: at its first rival, or else when the window ends."""
    start, end = tally.window.start, tally.window.end
    if not tally.rivals:
        return end
    los = [max(one.span.lo, start.lo) for one in tally.rivals]
    his = [one.span.hi for one in sure_ones(tally.rivals)]
    return Span(min([*los, tally.unseen_from, end.lo]), min([*his, end.hi]))


def _reached_at(amounts: list[tuple[datetime, float]], *, value: float) -> datetime | None:
    total = Fraction(0)
    for instant, amount in sorted(amounts):
        total += exactly(amount)
        if total >= exactly(value):
            return instant
    return None


def exactly(amount: float) -> Fraction:
    """
    Return a number as it is written, so that 0.1 and 0.2 add up to 0.3 in any order.

    Args:
        amount: A finite number.
    Returns:
        Its shortest decimal form as a fraction.
    """
    return Fraction(repr(float(amount)))


def _could_reach_at(tally: Tally, *, amounts: Mapping[Candidate, Amount | None], value: float) -> datetime:
    start = tally.window.start.lo
    highs = [(max(one.span.lo, start), value if amount is None else amount.high) for one, amount in amounts.items()]
    reached = _reached_at(highs, value=value)
    return tally.unseen_from if reached is None else min(reached, tally.unseen_from)

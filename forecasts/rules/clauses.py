"""Every kind of clause turned into a finding: value, facts, window, and a sentence that says why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from forecasts.rules.candidates import Candidate, find_candidates
from forecasts.rules.facts import Knowledge
from forecasts.rules.findings import Finding, ReasonCode, Settled
from forecasts.rules.language import Count, Judged, Occurs, Pattern, Series, State, Sum
from forecasts.rules.phrases import count_needed, format_number, format_span, format_window, n_matches
from forecasts.rules.series import find_run
from forecasts.rules.settling import negation
from forecasts.rules.state import check_state
from forecasts.rules.tally import Tally, amount_of, at_least, compare_count, sure_ones, total_at_least
from forecasts.rules.truth import Truth, truth_of
from forecasts.rules.windows import Horizon, Span, WindowSpan

LONGEST_GAP = timedelta(days=30)
_BY = {"occurred": "", "announced": " by announcement", "effective": " by taking effect"}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The facts that a clause is judged on, and how far they reach."""

    knowledge: Knowledge
    horizon: Horizon


def judge_occurs(clause: Occurs, *, path: str, window: WindowSpan, scene: Scene) -> Finding:
    """
    Return the finding of an `occurs` clause.

    Args:
        clause: Pattern, guards and rivals.
        path: Where the clause stands in the rule.
        window: Its window, worked out.
        scene: Facts and horizon.
    Returns:
        The finding.
    """
    tally = _tally(clause, window=window, scene=scene)
    settled = at_least(tally, n=1)
    return _counted(clause, settled, tally=tally, path=path, kind="occurs", needed="at least 1 needed", shown=1)


def judge_never(clause: Occurs, *, path: str, window: WindowSpan, scene: Scene) -> Finding:
    """
    Return the finding of a `never` clause, the opposite of `occurs`.

    Args:
        clause: Pattern, guards and rivals.
        path: Where the clause stands in the rule.
        window: Its window, worked out.
        scene: Facts and horizon.
    Returns:
        The finding.
    """
    tally = _tally(clause, window=window, scene=scene)
    settled = negation(at_least(tally, n=1))
    return _counted(clause, settled, tally=tally, path=path, kind="never", needed="none allowed", shown=1)


def judge_count(clause: Count, *, path: str, window: WindowSpan, scene: Scene) -> Finding:
    """
    Return the finding of a `count` clause.

    Args:
        clause: Pattern, guards, rivals, comparison and number.
        path: Where the clause stands in the rule.
        window: Its window, worked out.
        scene: Facts and horizon.
    Returns:
        The finding.
    """
    tally = _tally(clause, window=window, scene=scene)
    settled = compare_count(tally, clause=clause)
    shown = clause.n if clause.op in (">=", "<") else clause.n + 1
    needed = count_needed(clause)
    return _counted(clause, settled, tally=tally, path=path, kind="count", needed=needed, shown=shown)


def judge_sum(clause: Sum, *, path: str, window: WindowSpan, scene: Scene) -> Finding:
    """
    Return the finding of a `sum` clause.

    Args:
        clause: Pattern, guards, attribute and total.
        path: Where the clause stands in the rule.
        window: Its window, worked out.
        scene: Facts and horizon.
    Returns:
        The finding.
    """
    tally = _tally(clause, window=window, scene=scene)
    settled = total_at_least(tally, clause=clause)
    unit = f" {clause.unit}" if clause.unit else ""
    needed = f"{clause.attr} of at least {format_number(clause.value)}{unit} needed in total"
    unclear = _ids([one for one in tally.matches if amount_of(one, clause=clause) is None])
    if unclear:
        needed += f", {len(unclear)} without an amount that counts"
    finding = _counted(clause, settled, tally=tally, path=path, kind="sum", needed=needed, shown=len(tally.sure))
    return replace(
        finding,
        witnesses=tuple(name for name in finding.witnesses if name not in unclear),
        possible=tuple(dict.fromkeys((*finding.possible, *unclear))),
    )


def judge_series(clause: Series, *, path: str, window: WindowSpan, scene: Scene) -> Finding:
    """
    Return the finding of a `series` clause.

    Args:
        clause: Series, comparison, run.
        path: Where the clause stands in the rule.
        window: Its window, worked out.
        scene: Facts and horizon.
    Returns:
        The finding; its witnesses are observations.
    """
    horizon = scene.horizon
    run = find_run(clause=clause, window=window, values=scene.knowledge.observations, horizon=horizon)
    wanted = f"{clause.series} {clause.op} {format_number(clause.value)}"
    why = f"{wanted} for at most {run.longest} of {clause.consecutive} successive values in {format_window(window)}"
    if run.values:
        last = run.values[-1]
        why = f"{wanted} on {format_span(run.settled.at)} ({format_number(last.value)})"
    elif run.hole and horizon.is_closed(window.end.hi):
        why += f"; no value from {run.hole[0]:%Y-%m-%d} to {run.hole[1]:%Y-%m-%d}"
    ids = tuple(one.id for one in run.values)
    return _finding(
        run.settled,
        path=path,
        kind="series",
        why=_with_ending(why, run.settled, window=window, horizon=horizon),
        window=window,
        witnesses=ids,
        rests_on=ids,
        rests_on_absence=True,
        horizon=horizon,
    )


def judge_state(clause: State, *, path: str, at: Span, scene: Scene) -> Finding:
    """
    Return the finding of a `state` clause.

    Args:
        clause: What starts and ends the state.
        path: Where the clause stands in the rule.
        at: The instant asked about.
        scene: Facts and horizon.
    Returns:
        The finding.
    """
    check = check_state(clause=clause, at=at, knowledge=scene.knowledge, horizon=scene.horizon)
    held = {Truth.T: "held", Truth.F: "did not hold", Truth.U: "is not known to hold"}
    why = f"the state {held[check.settled.value]} at {format_span(at)}"
    if check.settled.reason is ReasonCode.WINDOW_CLOSED:
        why += "; nothing had changed it"
    window = WindowSpan(at, at)
    return _finding(
        check.settled,
        path=path,
        kind="state",
        why=_with_ending(why, check.settled, window=window, horizon=scene.horizon),
        window=window,
        witnesses=check.witnesses,
        possible=check.possible,
        rests_on=check.witnesses,
        rests_on_absence=True,
        horizon=scene.horizon,
    )


def judge_question(clause: Judged, *, path: str, window: WindowSpan, scene: Scene) -> Finding:
    """
    Return the finding of a `judged` clause: unknown until a person has answered.

    Args:
        clause: The question.
        path: Where the clause stands in the rule; answers are filed under it.
        window: Its window, worked out.
        scene: Facts, answers and horizon.
    Returns:
        The finding; a person is needed once the window has begun.
    """
    answer = scene.knowledge.judgements.get(path)
    as_of, start = scene.horizon.as_of, window.start.lo
    if answer is not None:
        at = Span(start, max(window.end.hi, window.start.hi))
        settled = Settled(value=truth_of(answer), at=at, soonest=start, reason=ReasonCode.JUDGED)
        why = f"a person answered {'yes' if answer else 'no'} to: {clause.question}"
        return _finding(settled, path=path, kind="judged", why=why, window=window)
    begun = as_of >= start
    reason = ReasonCode.JUDGEMENT_NEEDED if begun else ReasonCode.WINDOW_OPEN
    settled = Settled(value=Truth.U, at=None, soonest=start, reason=reason)
    why = f"a person has to answer: {clause.question}"
    return _finding(settled, path=path, kind="judged", why=why, window=window, wakes_at=None if begun else start)


def _tally(clause: Occurs | Sum, *, window: WindowSpan, scene: Scene) -> Tally:
    find = partial(find_candidates, window=window, knowledge=scene.knowledge, horizon=scene.horizon)
    rival: Pattern | None = getattr(clause, "refuted_by", None)
    return Tally(
        window=window,
        horizon=scene.horizon,
        matches=find(pattern=clause.pattern, guards=clause.guards),
        rivals=find(pattern=rival) if rival else (),
    )


def _counted(
    clause: Occurs | Sum,
    settled: Settled,
    *,
    tally: Tally,
    path: str,
    kind: str,
    needed: str,
    shown: int,
) -> Finding:
    rivals = sure_ones(tally.rivals)
    counted = rivals if settled.reason is ReasonCode.REFUTED else tally.sure[: max(shown, 1)]
    if settled.reason is ReasonCode.CONTRADICTION:
        counted = (*tally.sure, *rivals)
    why = f"{n_matches(len(tally.sure), len(tally.possible))} in {format_window(tally.window)}"
    why += f"{_BY[clause.pattern.basis]}, {needed}"
    if rivals:
        why = f"{why}; {len(rivals)} rival outcome" + ("s" if len(rivals) > 1 else "")
    return _finding(
        settled,
        path=path,
        kind=kind,
        why=_with_ending(why, settled, window=tally.window, horizon=tally.horizon),
        window=tally.window,
        witnesses=_ids(counted),
        possible=_ids(tally.possible),
        rests_on=_ids(counted) + tuple(name for one in counted for name in one.rests_on),
        rests_on_absence=settled.reason is ReasonCode.WINDOW_CLOSED or bool(clause.guards),
        horizon=tally.horizon,
        waits=[instant for one in tally.possible for instant in one.undecided_to],
    )


def _ids(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    return tuple(one.occurrence.id for one in candidates)


def _with_ending(why: str, settled: Settled, *, window: WindowSpan, horizon: Horizon) -> str:
    match settled.reason:
        case ReasonCode.WINDOW_CLOSED:
            return f"{why}; the window has closed"
        case ReasonCode.WINDOW_OPEN:
            return f"{why}; the window is open until {horizon.closes_at(window.end.hi):%Y-%m-%d}"
        case ReasonCode.AWAITING_COVERAGE:
            reach = f"reach {horizon.covered_to:%Y-%m-%d}" if horizon.covered_to else "are absent"
            return f"{why}; the sources {reach}"
        case ReasonCode.CONTRADICTION:
            return f"{why}; they contradict each other"
        case ReasonCode.POSSIBLE_MATCH:
            return f"{why}; a possible match needs a decision"
    return why


def _finding(
    settled: Settled,
    *,
    path: str,
    kind: str,
    why: str,
    window: WindowSpan,
    witnesses: tuple[str, ...] = (),
    possible: tuple[str, ...] = (),
    rests_on: tuple[str, ...] = (),
    rests_on_absence: bool = False,
    horizon: Horizon | None = None,
    waits: Sequence[datetime] = (),
    wakes_at: datetime | None = None,
) -> Finding:
    closes_at = horizon.closes_at(window.end.hi) if horizon else None
    overdue_at = None
    if horizon and settled.value is Truth.U:
        ends = [window.end.hi, *waits]
        overdue_at = _overdue_at(horizon, ends=ends)
        wakes_at = _next_wake(horizon, ends=ends, overdue_at=overdue_at)
    return Finding(
        value=settled.value,
        at=settled.at,
        soonest=settled.soonest,
        reason=settled.reason,
        path=path,
        kind=kind,
        why=why,
        window=window,
        witnesses=witnesses,
        possible=possible,
        rests_on=rests_on,
        rests_on_absence=rests_on_absence,
        closes_at=closes_at,
        wakes_at=wakes_at,
        awaits_coverage=overdue_at is not None,
        overdue_at=overdue_at,
        coverage=horizon.groups if horizon else (),
        covered_to=horizon.covered_to if horizon else None,
    )


def _overdue_at(horizon: Horizon, *, ends: Sequence[datetime]) -> datetime | None:
    """Return when a person should know that sources do not reach what is over; None where they do."""
    late = [horizon.closes_at(end) for end in ends if not horizon.is_covered(end)]
    return min((time + LONGEST_GAP for time in late if time <= horizon.as_of), default=None)


def _next_wake(horizon: Horizon, *, ends: Sequence[datetime], overdue_at: datetime | None) -> datetime | None:
    """Return the next instant at which time alone may decide, or call for a person."""
    times = [horizon.closes_at(end) for end in ends] + ([overdue_at] if overdue_at else [])
    return min((time for time in times if time > horizon.as_of), default=None)

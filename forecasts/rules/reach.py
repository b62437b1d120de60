"""The stretch of time in which something must happen to concern a clause: wider is fine, narrower never."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from forecasts.rules.bounds import not_after, not_before
from forecasts.rules.language import Formula, StateFormula, Window
from forecasts.rules.structure import body_of, patterns_of
from forecasts.rules.windows import BEGINNING_OF_TIME, END_OF_TIME, TICK


class Stretch(NamedTuple):
    """A stretch of time that includes its start and excludes its end."""

    since: datetime
    until: datetime


ALWAYS = Stretch(BEGINNING_OF_TIME, END_OF_TIME)
NEVER = Stretch(END_OF_TIME, BEGINNING_OF_TIME)


def stretch_of(formula: Formula, *, known: Mapping[str, datetime]) -> Stretch:
    """
    Return when something must happen to concern a clause itself.

    A side that hangs on what is not known is open. A guard looks around a match, and a match may
    have lasted any time, so a clause with guards is open on both; and so is one that goes by another
    date than when an event occurred.

    Args:
        formula: Any formula.
        known: Anchors whose instant is known already.
    Returns:
        The stretch; `NEVER` for a combination, which has no time of its own.
    """
    body = body_of(formula)
    if any(pattern.basis != "occurred" for _, pattern in patterns_of(formula)):
        return ALWAYS
    if isinstance(formula, StateFormula):
        end = not_after(body.at, known=known)
        return ALWAYS if end is None or end >= END_OF_TIME else Stretch(BEGINNING_OF_TIME, end + TICK)
    window: Window | None = getattr(body, "window", None)
    if window is None:
        return NEVER
    if getattr(body, "guards", ()):
        return ALWAYS
    since, until = not_before(window.start, known=known), not_after(window.end, known=known)
    return Stretch(since or BEGINNING_OF_TIME, until or END_OF_TIME)


def hull(one: Stretch, other: Stretch) -> Stretch:
    """
    Return the shortest stretch that holds both.

    Args:
        one: A stretch.
        other: Another.
    Returns:
        From the earlier start to the later end.
    """
    return Stretch(min(one.since, other.since), max(one.until, other.until))

"""A mean score over time, drawn as a line with the band it may lie in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from forecasts.charts.svg import WIDTH, document, element, number, text, tooltip
from forecasts.charts.ticks import axis_ticks, day

LEFT, RIGHT, TOP, BOTTOM = 38.0, WIDTH - 14.0, 16.0, 166.0
HEIGHT: Final = 192.0
COIN: Final = 0.25
STEPS: Final = (0.05, 0.1, 0.25)


@dataclass(frozen=True, slots=True)
class Standing:
    """A score at an instant, after so many calls; low and high are None where no range is known."""

    at: datetime
    n: int
    score: float
    low: float | None = None
    high: float | None = None


def running_line(standings: Sequence[Standing], *, id_prefix: str, title: str) -> str:
    """
    Return the scores joined by a line, over the band where there is one; the line at 0.25 is what 50% always earns.

    Args:
        standings: The earliest first, two at least.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: Fewer than two, two at one instant or out of order, a score outside [0, 1], or an id_prefix that is no
            plain identifier.
    """
    _require_rising(standings)
    start, end = standings[0].at, standings[-1].at
    most = min(1.0, max(COIN, *(one.high if one.high is not None else one.score for one in standings)) * 1.08)

    def x(at: datetime) -> float:
        return LEFT + (at - start) / (end - start) * (RIGHT - LEFT)

    def y(score: float) -> float:
        return BOTTOM - min(score, most) / most * (BOTTOM - TOP)

    body = _levels(most, y=y) + _dates(start, end, x=x)
    low = [(x(one.at), y(one.low)) for one in standings if one.low is not None]
    high = [(x(one.at), y(one.high)) for one in standings if one.high is not None]
    if low:
        body += element("g", element("polygon", points=_points([*high, *reversed(low)])), class_="chart-chance")
    line = element("polyline", points=_points([(x(one.at), y(one.score)) for one in standings]))
    body += element("g", line, class_="chart-curve")
    body += "".join(_dot(one, x=x(one.at), y=y(one.score)) for one in standings)
    return document(
        body, kind="running", height=HEIGHT, id_prefix=id_prefix, title=title, description=_described(standings)
    )


def _require_rising(standings: Sequence[Standing]) -> None:
    if len(standings) < 2:
        raise ValueError(f"a line needs two scores, got {len(standings)}")
    for one, other in pairwise(standings):
        if not one.at < other.at:
            raise ValueError(f"scores must come in the order of time, got {one.at} before {other.at}")
    for one in standings:
        if not 0 <= one.score <= 1:
            raise ValueError(f"a score must be in [0, 1], got {one.score}")


def _levels(most: float, *, y: Callable[[float], float]) -> str:
    step = next((one for one in STEPS if most / one <= 6), STEPS[-1])
    drawn = ""
    for place in range(int(most / step + 1e-9) + 1):
        score = place * step
        drawn += element("line", x1=LEFT, x2=RIGHT, y1=y(score), y2=y(score), class_="chart-grid")
        drawn += text(f"{score:.2f}", x=LEFT - 6, y=y(score) + 4, class_="chart-text chart-muted", anchor="end")
    return drawn + element("line", x1=LEFT, x2=RIGHT, y1=y(COIN), y2=y(COIN), class_="chart-diagonal")


def _dates(start: datetime, end: datetime, *, x: Callable[[datetime], float]) -> str:
    drawn = element("line", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="chart-line")
    for at, label in axis_ticks(start, end, at_most=5):
        anchor = "end" if x(at) > RIGHT - 24 else "start" if x(at) < LEFT + 24 else "middle"
        drawn += element("line", x1=x(at), x2=x(at), y1=BOTTOM, y2=BOTTOM + 4, class_="chart-line")
        drawn += text(label, x=x(at), y=BOTTOM + 18, class_="chart-text chart-muted", anchor=anchor)
    return drawn


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _dot(one: Standing, *, x: float, y: float) -> str:
    reach = "" if one.low is None or one.high is None else f", between {one.low:.2f} and {one.high:.2f}"
    name = tooltip(f"{day(one.at)}: {one.score:.4f} after {one.n} calls{reach}")
    return element("g", name + element("circle", cx=x, cy=y, r=2), class_="chart-level")


def _described(standings: Sequence[Standing]) -> str:
    first, last = standings[0], standings[-1]
    return (
        f"From {first.score:.4f} after {first.n} calls on {day(first.at)} to {last.score:.4f} after {last.n} calls on "
        f"{day(last.at)}. The dashed line is 0.25, what always saying 50% earns; lower is better."
    )

"""
Every scored call on one line from 0 to 100%: what happened above it, what did not below.

Classes: chart-dots; chart-call with chart-yes (filled) or chart-no (hollow); chart-stem with the same two, where
calls are too many to be drawn one by one; chart-tick, chart-text, chart-muted, chart-line.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.charts.svg import WIDTH, document, element, percent, text, tooltip

LEFT: Final = 16.0
RIGHT: Final = WIDTH - 16.0
RULER: Final = 22.0
HEADING: Final = 20.0
RADIUS: Final = 4.5
MAX_STACK: Final = 130.0
HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Call:
    """One scored call: the probability and how much of it came true, both in [0, 1], and what to name it."""

    probability: float
    outcome: float
    label: str

    @property
    def became(self) -> str:
        """What came of it, in words."""
        whole = {1.0: "happened", 0.0: "did not happen"}
        return whole.get(self.outcome, f"happened in part ({percent(self.outcome)})")


@dataclass(frozen=True, slots=True)
class _Side:
    """The calls on one side of the ruler; sign is the direction away from it, -1 up and 1 down."""

    calls: Sequence[Call]
    sign: int
    name: str

    @property
    def class_(self) -> str:
        return "chart-yes" if self.sign < 0 else "chart-no"

    @property
    def heading(self) -> str:
        """How many there are, and apart from them what came true in part."""
        whole = sum(call.outcome in (0, 1) for call in self.calls)
        return f"{self.name.capitalize()}: {whole}" + (f", in part: {n}" if (n := len(self.calls) - whole) else "")


@dataclass(frozen=True, slots=True)
class Tally:
    """The calls at one probability, in [0, 1]: how many of them came true and how many did not, in part or in whole."""

    probability: float
    happened: float
    failed: float


def calls_strip(calls: Sequence[Call], *, id_prefix: str, title: str) -> str:
    """
    Return a strip with one dot for each call.

    What came true in part stands on the side of its larger half, a tie above. Dots keep their exact place along the line
    and stack where they would touch.

    Args:
        calls: In any order, some hundreds at most; may be empty.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: A probability outside [0, 1], or an id_prefix that is no plain identifier.
    """
    for call in calls:
        _require_share(call.probability, name=repr(call.label))
    above = _Side([call for call in calls if call.outcome >= HALF], -1, "happened")
    below = _Side([call for call in calls if call.outcome < HALF], 1, "did not happen")
    scale = _scale(_dot_rows(above), _dot_rows(below))
    body = _dots(above, base=scale.top, step=scale.step) + _dots(below, base=scale.bottom, step=scale.step)
    description = f"{len(calls)} calls: {_counted(calls)}."
    return _strip(
        body, scale, headings=(above.heading, below.heading), id_prefix=id_prefix, title=title, description=description
    )


def tallies_strip(tallies: Sequence[Tally], *, id_prefix: str, title: str) -> str:
    """
    Return a strip with a stem for each probability, up for the calls that came true and down for those that did not.

    Args:
        tallies: One for each probability, in any order; may be empty.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: A probability outside [0, 1], or an id_prefix that is no plain identifier.
    """
    for one in tallies:
        _require_share(one.probability, name="a tally")
    above = {one.probability: one.happened for one in tallies if one.happened}
    below = {one.probability: one.failed for one in tallies if one.failed}
    scale = _scale(max(above.values(), default=0), max(below.values(), default=0))
    body = _stems(above, base=scale.top, length=-scale.step, name="happened", class_="chart-yes")
    body += _stems(below, base=scale.bottom, length=scale.step, name="did not happen", class_="chart-no")
    n_yes, n_no = (_number(sum(counts.values())) for counts in (above, below))
    description = f"Of all calls, {n_yes} happened and {n_no} did not happen."
    headings = f"Happened: {n_yes}", f"Did not happen: {n_no}"
    return _strip(body, scale, headings=headings, id_prefix=id_prefix, title=title, description=description)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where the two lines of the ruler are, how far one call reaches, and how high the drawing is."""

    top: float
    bottom: float
    step: float
    height: float


def _scale(above: float, below: float) -> _Scale:
    """One scale for both sides, or their heights could not be compared."""
    step = min(2 * RADIUS + 1, MAX_STACK / max(1, above, below))
    top = HEADING + _reach(above, step=step)
    bottom = top + RULER
    return _Scale(top, bottom, step, height=bottom + _reach(below, step=step) + HEADING)


def _strip(body: str, scale: _Scale, *, headings: tuple[str, str], id_prefix: str, title: str, description: str) -> str:
    drawn = _ruler(scale.top) + body + text(headings[0], x=LEFT, y=12)
    drawn += text(headings[1], x=LEFT, y=scale.height - 5)
    return document(drawn, kind="dots", height=scale.height, id_prefix=id_prefix, title=title, description=description)


def _require_share(probability: float, *, name: str) -> None:
    if not 0 <= probability <= 1:
        raise ValueError(f"probability must be in [0, 1], got {probability} for {name}")


def _number(count: float) -> str:
    return f"{round(count, 1):,.10g}"


def _counted(calls: Sequence[Call]) -> str:
    n_yes, n_no = (sum(call.outcome == whole for call in calls) for whole in (1, 0))
    counted = f"{n_yes} happened, {n_no} did not happen"
    return counted + (f", {n} happened in part" if (n := len(calls) - n_yes - n_no) else "")


def _x(probability: float) -> float:
    return LEFT + probability * (RIGHT - LEFT)


def _ruler(top: float) -> str:
    marks = ""
    for y in (top, top + RULER):
        marks += element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_="chart-line")
    for quarter in range(5):
        x, anchor = _x(quarter / 4), {0: "start", 4: "end"}.get(quarter, "middle")
        for y, sign in ((top, 1), (top + RULER, -1)):
            marks += element("line", x1=x, x2=x, y1=y, y2=y + 4 * sign, class_="chart-line chart-tick")
        marks += text(percent(quarter / 4), x=x, y=top + 15.5, class_="chart-text chart-muted", anchor=anchor)
    return marks


def _rows(calls: Sequence[Call]) -> list[tuple[Call, int]]:
    """Return each call with the first row in which it touches no other."""
    placed, last_in_row = [], list[float]()
    for call in sorted(calls, key=lambda call: (call.probability, call.label)):
        x = _x(call.probability)
        row = next((row for row, last in enumerate(last_in_row) if x - last >= 2 * RADIUS), len(last_in_row))
        last_in_row[row : row + 1] = [x]
        placed.append((call, row))
    return placed


def _dot_rows(side: _Side) -> int:
    return max((row + 1 for _, row in _rows(side.calls)), default=0)


def _reach(extent: float, *, step: float) -> float:
    return step * max(0, extent - 1) + 2 * RADIUS + 8


def _dots(side: _Side, *, base: float, step: float) -> str:
    drawn = ""
    for call, row in _rows(side.calls):
        y = base + side.sign * (RADIUS + 3 + row * step)
        circle = element("circle", cx=_x(call.probability), cy=y, r=RADIUS)
        name = tooltip(f"{percent(call.probability)}, {call.became}: {call.label}")
        drawn += element("g", name + circle, class_=f"chart-call {side.class_}")
    return drawn


def _stems(counts: Mapping[float, float], *, base: float, length: float, name: str, class_: str) -> str:
    drawn = ""
    for probability, count in sorted(counts.items()):
        x, start = _x(probability), base + math.copysign(2, length)
        line = element("line", x1=x, x2=x, y1=start, y2=start + length * count)
        told = tooltip(f"{percent(probability)}: {_number(count)} {name}")
        drawn += element("g", told + line, class_=f"chart-stem {class_}")
    return drawn

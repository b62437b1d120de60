"""
Every scored call on one line from 0 to 100%: what happened above it, what did not below.

Classes: chart-dots; chart-call with chart-yes (filled) or chart-no (hollow); chart-stem with the same two, where
dots are too many; chart-tick, chart-text, chart-muted, chart-line.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.charts.svg import WIDTH, document, element, percent, text, tooltip

MAX_DOTS: Final = 200
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


def calls_strip(calls: Sequence[Call], *, id_prefix: str, title: str) -> str:
    """
    Return a strip with one dot for each call, or with one stem for each probability above 200 calls.

    What came true in part stands on the side of its larger half, a tie above. Dots keep their exact place along the line and stack where they would touch; stems are as long as their count.

    Args:
        calls: In any order; may be empty.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: A probability outside [0, 1], or an id_prefix that is no plain identifier.
    """
    for call in calls:
        if not 0 <= call.probability <= 1:
            raise ValueError(f"probability must be in [0, 1], got {call.probability} for {call.label!r}")
    above = _Side([call for call in calls if call.outcome >= HALF], -1, "happened")
    below = _Side([call for call in calls if call.outcome < HALF], 1, "did not happen")
    draw, extent = (_dots, _dot_rows) if len(calls) <= MAX_DOTS else (_stems, _tallest)
    # One scale for both sides, or their heights could not be compared.
    step = min(2 * RADIUS + 1, MAX_STACK / max(1, extent(above), extent(below)))
    top = HEADING + _reach(extent(above), step=step)
    bottom = top + RULER
    height = bottom + _reach(extent(below), step=step) + HEADING
    body = _ruler(top) + draw(above, base=top, step=step) + draw(below, base=bottom, step=step)
    body += text(above.heading, x=LEFT, y=12)
    body += text(below.heading, x=LEFT, y=height - 5)
    description = f"{len(calls)} calls: {_counted(calls)}."
    return document(body, kind="dots", height=height, id_prefix=id_prefix, title=title, description=description)


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


def _counts(side: _Side) -> Counter[float]:
    return Counter(round(call.probability, 4) for call in side.calls)


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


def _tallest(side: _Side) -> int:
    return max(_counts(side).values(), default=0)


def _reach(extent: int, *, step: float) -> float:
    return step * max(0, extent - 1) + 2 * RADIUS + 8


def _dots(side: _Side, *, base: float, step: float) -> str:
    drawn = ""
    for call, row in _rows(side.calls):
        y = base + side.sign * (RADIUS + 3 + row * step)
        circle = element("circle", cx=_x(call.probability), cy=y, r=RADIUS)
        name = tooltip(f"{percent(call.probability)}, {call.became}: {call.label}")
        drawn += element("g", name + circle, class_=f"chart-call {side.class_}")
    return drawn


def _stems(side: _Side, *, base: float, step: float) -> str:
    drawn = ""
    for probability, count in sorted(_counts(side).items()):
        x, start = _x(probability), base + side.sign * 2
        line = element("line", x1=x, x2=x, y1=start, y2=start + side.sign * step * count)
        name = tooltip(f"{percent(probability)}: {count} {side.name}")
        drawn += element("g", name + line, class_=f"chart-stem {side.class_}")
    return drawn

"""
A reliability diagram: how often things happened, at each probability that was given to them.

Classes: chart-reliability; chart-diagonal (perfect calibration), chart-bar (interval), chart-level (dot),
chart-count (bar of the margin), chart-grid, chart-text, chart-muted, chart-line.
"""

import math
from collections.abc import Sequence
from typing import Final, Protocol

from forecasts.charts.svg import WIDTH, document, element, percent, text, text_width, tooltip

LEFT: Final = 46.0
RIGHT: Final = WIDTH - 14.0
TOP: Final = 14.0
BOTTOM: Final = TOP + (RIGHT - LEFT)
MARGIN_TOP: Final = BOTTOM + 12
MARGIN_BOTTOM: Final = MARGIN_TOP + 30
HEIGHT: Final = MARGIN_BOTTOM + 58
MAX_RADIUS: Final = 11.0
MIN_RADIUS: Final = 2.5


class LevelLike(Protocol):
    """One probability that was used, how often, the share that happened, and an interval for that share."""

    @property
    def probability(self) -> float: ...
    @property
    def n(self) -> int: ...
    @property
    def observed_share(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def reliability_diagram(levels: Sequence[LevelLike], *, id_prefix: str, title: str) -> str:
    """
    Return a diagram with a dot for each level, its area in proportion to n, and its interval as a bar.

    The margin below shows n again as bars, with the number where there is room.

    Args:
        levels: One for each distinct probability; may be empty.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: A number outside [0, 1], n below 1, or an id_prefix that is no plain identifier.
    """
    ordered = sorted(levels, key=lambda level: level.probability)
    for level in ordered:
        _require_drawable(level)
    most = max((level.n for level in ordered), default=1)
    body = _grid() + "".join(_bar(level) for level in ordered)
    body += "".join(_dot(level, most=most) for level in ordered) + _margin(ordered, most=most)
    n, happened = sum(level.n for level in ordered), sum(level.n * level.observed_share for level in ordered)
    description = (
        f"{n} forecasts at {len(ordered)} probabilities; {happened:.10g} happened. "
        "Dots on the diagonal are calibrated, above it too low, below it too high."
    )
    return document(body, kind="reliability", height=HEIGHT, id_prefix=id_prefix, title=title, description=description)


def _require_drawable(level: LevelLike) -> None:
    shares = (level.probability, level.low, level.observed_share, level.high)
    if level.n < 1 or not all(0 <= share <= 1 for share in shares):
        raise ValueError(f"a level needs shares in [0, 1] and n of at least 1, got {level}")


def _x(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _y(share: float) -> float:
    return BOTTOM - share * (BOTTOM - TOP)


def _grid() -> str:
    drawn = ""
    for quarter in range(5):
        share = quarter / 4
        class_ = "chart-line" if quarter == 0 else "chart-line chart-grid"
        drawn += element("line", x1=LEFT, x2=RIGHT, y1=_y(share), y2=_y(share), class_=class_)
        drawn += element("line", x1=_x(share), x2=_x(share), y1=TOP, y2=BOTTOM, class_=class_)
        muted, anchor = "chart-text chart-muted", "end" if quarter == 4 else "middle"
        drawn += text(percent(share), x=LEFT - 6, y=_y(share) + 4, class_=muted, anchor="end")
        drawn += text(percent(share), x=_x(share), y=MARGIN_BOTTOM + 16, class_=muted, anchor=anchor)
    drawn += element("line", x1=LEFT, y1=BOTTOM, x2=RIGHT, y2=TOP, class_="chart-diagonal")
    drawn += text("Share that happened", x=LEFT + 8, y=TOP + 14)
    return drawn + text("Probability given, and number of calls", x=RIGHT, y=MARGIN_BOTTOM + 36, anchor="end")


def _named(level: LevelLike, shape: str, *, class_: str) -> str:
    share = f"{level.n * level.observed_share:.10g} of {level.n} happened ({percent(level.observed_share)})"
    interval = f"interval {percent(level.low)} to {percent(level.high)}"
    return element("g", tooltip(f"{percent(level.probability)}: {share}, {interval}") + shape, class_=class_)


def _bar(level: LevelLike) -> str:
    x = _x(level.probability)
    return _named(level, element("line", x1=x, x2=x, y1=_y(level.low), y2=_y(level.high)), class_="chart-bar")


def _dot(level: LevelLike, *, most: int) -> str:
    radius = max(MIN_RADIUS, MAX_RADIUS * math.sqrt(level.n / max(most, 4)))
    circle = element("circle", cx=_x(level.probability), cy=_y(level.observed_share), r=radius)
    return _named(level, circle, class_="chart-level")


def _margin(levels: Sequence[LevelLike], *, most: int) -> str:
    drawn = element("line", x1=LEFT, x2=RIGHT, y1=MARGIN_BOTTOM, y2=MARGIN_BOTTOM, class_="chart-line")
    free_from = 0.0
    for level in levels:
        x, top = _x(level.probability), MARGIN_BOTTOM - 16 * level.n / most
        drawn += _named(level, element("line", x1=x, x2=x, y1=MARGIN_BOTTOM, y2=top), class_="chart-count")
        half = text_width(str(level.n)) / 2
        if x - half >= free_from and x + half <= WIDTH:
            drawn += text(str(level.n), x=x, y=top - 3, class_="chart-text chart-muted", anchor="middle")
            free_from = x + half + 4
    return drawn

"""
A reliability diagram: how often things happened, at each probability that was given to them.

Classes: chart-reliability; chart-diagonal (perfect calibration), chart-chance (band of what chance would do, filled),
chart-proven (band of what the record proves, two dashed edges), chart-curve (the calibration curve), chart-bar
(interval), chart-level (dot), chart-count (bar of the margin), chart-grid, chart-text, chart-muted, chart-line.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from forecasts.charts.svg import WIDTH, document, element, number, percent, text, text_width, tooltip

LEFT: Final = 46.0
RIGHT: Final = WIDTH - 14.0
TOP: Final = 14.0
BOTTOM: Final = TOP + (RIGHT - LEFT)
MARGIN_TOP: Final = BOTTOM + 12
MARGIN_BOTTOM: Final = MARGIN_TOP + 30
HEIGHT: Final = MARGIN_BOTTOM + 58
MAX_RADIUS: Final = 11.0
MIN_RADIUS: Final = 2.5
ROUNDING: Final = 1e-9
DIAGONAL: Final = element("line", x1=LEFT, y1=BOTTOM, x2=RIGHT, y2=TOP, class_="chart-diagonal")


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


class StepLike(Protocol):
    """A run of probabilities, low to high, over which the curve takes the same share to happen."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def observed_share(self) -> float: ...


class BandLike(Protocol):
    """A range of shares, low to high, at each of the rising probabilities."""

    @property
    def probabilities(self) -> Sequence[float]: ...
    @property
    def low(self) -> Sequence[float]: ...
    @property
    def high(self) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies under the dots: the curve, the band of chance and the band of what is proven; each may be missing."""

    curve: Sequence[StepLike] = ()
    chance: BandLike | None = None
    proven: BandLike | None = None


def reliability_diagram(
    levels: Sequence[LevelLike], *, id_prefix: str, title: str, ground: Ground | None = None
) -> str:
    """
    Return a diagram with a dot for each level, its area in proportion to n, and its interval as a bar.

    With a ground, the curve and its bands take the place of the intervals, which would hide them. The margin below shows
    n again as bars, with the number where there is room.

    Args:
        levels: One for each distinct probability; may be empty.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
        ground: The curve and its bands, where the sample allows them.
    Raises:
        ValueError: A number outside [0, 1], n below 1, a band whose probabilities do not rise or lack an end, or an
            id_prefix that is no plain identifier.
    """
    ordered = sorted(levels, key=lambda level: level.probability)
    for level in ordered:
        _require_drawable(level)
    most = max((level.n for level in ordered), default=1)
    below = DIAGONAL + "".join(_bar(level) for level in ordered) if ground is None else _ground(ground)
    body = _grid() + below + "".join(_dot(level, most=most) for level in ordered) + _margin(ordered, most=most)
    n, happened = sum(level.n for level in ordered), sum(level.n * level.observed_share for level in ordered)
    description = (
        f"{n} forecasts at {len(ordered)} probabilities; {happened:.10g} happened. "
        "Dots on the diagonal are calibrated, above it too low, below it too high."
    )
    return document(body, kind="reliability", height=HEIGHT, id_prefix=id_prefix, title=title, description=description)


def _ground(ground: Ground) -> str:
    drawn = ""
    if ground.chance is not None:
        _require_rising(ground.chance)
        drawn += _chance(ground.chance)
    drawn += DIAGONAL
    if ground.proven is not None:
        _require_rising(ground.proven)
        drawn += _proven(ground.proven)
    return drawn + _curve(ground.curve)


def _chance(band: BandLike) -> str:
    """The band as one filled shape; a single probability is drawn as a bar."""
    lower, upper = zip(band.probabilities, band.low, strict=True), zip(band.probabilities, band.high, strict=True)
    outline = [*lower, *reversed([*upper])]
    shape = (
        element("polygon", points=_points(outline))
        if len(outline) > 2
        else element("polyline", points=_points(outline))
    )
    return element("g", tooltip("What chance would do") + shape, class_="chart-chance")


def _proven(band: BandLike) -> str:
    """
    The two edges as steps; a single probability is drawn as a bar.

    A bound at one probability holds up to the next: the lower one for all higher probabilities, the upper one for all
    lower ones. A straight line between two points would claim more than is proven.
    """
    lower, upper = [*zip(band.probabilities, band.low, strict=True)], [*zip(band.probabilities, band.high, strict=True)]
    if len(lower) == 1:
        return _edges(lower + upper)
    rise = [lower[0], *(point for here, there in pairwise(lower) for point in ((there[0], here[1]), there))]
    fall = [upper[0], *(point for here, there in pairwise(upper) for point in ((here[0], there[1]), there))]
    return _edges(rise, fall)


def _edges(*lines: Sequence[tuple[float, float]]) -> str:
    drawn = "".join(element("polyline", points=_points(line)) for line in lines)
    return element("g", tooltip("What the record proves") + drawn, class_="chart-proven")


def _curve(steps: Sequence[StepLike]) -> str:
    if not steps:
        return ""
    points = [point for step in steps for point in ((step.low, step.observed_share), (step.high, step.observed_share))]
    line = element("polyline", points=_points(dict.fromkeys(points)))
    return element("g", tooltip("The calibration curve") + line, class_="chart-curve")


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{number(_x(probability))},{number(_y(share))}" for probability, share in places)


def _require_rising(band: BandLike) -> None:
    ends = (len(band.probabilities), len(band.low), len(band.high))
    shares = (*band.probabilities, *band.low, *band.high)
    is_rising = all(here < there for here, there in pairwise(band.probabilities))
    if (
        not ends[0]
        or len(set(ends)) > 1
        or not is_rising
        or not all(-ROUNDING <= share <= 1 + ROUNDING for share in shares)
    ):
        raise ValueError(f"a band needs rising probabilities with a low and a high share each, in [0, 1], got {band}")


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

"""A leaderboard drawn as ranges: from the best to the worst rank that each may have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.charts.svg import WIDTH, document, element, shorten, text, tooltip

MAX_ROWS: Final = 30
NAMES: Final = 130.0
LEFT, RIGHT = NAMES + 14.0, WIDTH - 14.0
HEADING, ROW, RADIUS = 22.0, 18.0, 4.0


@dataclass(frozen=True, slots=True)
class RankRange:
    """A name, its rank, and the best and the worst one it may have; 1 is the best."""

    name: str
    rank: int
    best: int
    worst: int


def rank_ranges(ranges: Sequence[RankRange], *, id_prefix: str, title: str) -> str:
    """
    Return one line for each forecaster from the best to the worst rank they may have, with a dot at their own.

    Args:
        ranges: In the order to draw; the first 30 are drawn.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: A rank below 1 or outside its own range, or an id_prefix that is no plain identifier.
    """
    for one in ranges:
        if not 1 <= one.best <= one.rank <= one.worst:
            raise ValueError(f"ranks must be 1 <= best <= rank <= worst, got {one}")
    drawn = ranges[:MAX_ROWS]
    last = max((one.worst for one in drawn), default=1)
    height = HEADING + ROW * max(1, len(drawn)) + 6
    body = _axis(last, height=height) + "".join(_row(one, place, last=last) for place, one in enumerate(drawn))
    description = f"{len(drawn)} forecasters with the ranks that each may have, 1 the best, {last} the worst."
    return document(body, kind="ranks", height=height, id_prefix=id_prefix, title=title, description=description)


def _x(rank: int, *, last: int) -> float:
    return LEFT if last == 1 else LEFT + (rank - 1) / (last - 1) * (RIGHT - LEFT)


def _axis(last: int, *, height: float) -> str:
    drawn = ""
    for rank, anchor in {1: "start", last: "end"}.items() if last > 1 else ((1, "start"),):
        x = _x(rank, last=last)
        drawn += element("line", x1=x, x2=x, y1=HEADING - 4, y2=height - 4, class_="chart-grid")
        drawn += text(str(rank), x=x, y=HEADING - 9, class_="chart-text chart-muted", anchor=anchor)
    return drawn


def _row(one: RankRange, place: int, *, last: int) -> str:
    y = HEADING + ROW * (place + 0.5)
    best, own, worst = (_x(rank, last=last) for rank in (one.best, one.rank, one.worst))
    label = text(shorten(one.name, width=NAMES), x=0, y=y + 4)
    span = element("line", x1=best, x2=worst, y1=y, y2=y, class_="chart-line chart-range")
    ends = "".join(
        element("line", x1=x, x2=x, y1=y - 3, y2=y + 3, class_="chart-line chart-range") for x in (best, worst)
    )
    dot = element("circle", cx=own, cy=y, r=RADIUS)
    told = tooltip(f"{one.name}: rank {one.rank}, between {one.best} and {one.worst}")
    return element("g", told + label + span + ends + dot, class_="chart-rank")

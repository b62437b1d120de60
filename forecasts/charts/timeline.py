"""
One prediction's life on a time axis: its dates above, its windows as bars, what happened below.

Classes: chart-timeline; chart-window with chart-condition, chart-outcome or chart-grace; chart-mark with
chart-publication, chart-milestone, chart-yes, chart-no or chart-void; chart-event with chart-witness, chart-possible
or chart-other; chart-now, chart-leader, chart-tick, chart-text, chart-muted, chart-line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from forecasts.charts.placing import Placed, place_labels
from forecasts.charts.spans import Event, EventKind, Mark, MarkKind, Timeline, Window
from forecasts.charts.svg import WIDTH, document, element, escape, number, shorten, text, text_width, tooltip
from forecasts.charts.ticks import axis_ticks, day

LEFT: Final = 14.0
RIGHT: Final = WIDTH - 14.0
ROW: Final = 17.0
WINDOW_ROW: Final = 30.0
EVENT_LANE: Final = 28.0
MAX_ROWS: Final = 8
MAX_LABEL: Final = 210.0


@dataclass(frozen=True, slots=True)
class _Lane:
    """The points on one side of the axis, where their glyphs and first labels go; sign is -1 up and 1 down."""

    points: Sequence[Mark | Event]
    places: Sequence[Placed | None]
    glyphs: float
    first: float
    sign: int

    def baseline(self, place: Placed) -> float:
        return self.first + self.sign * ROW * place.row

    def labelled(self) -> Iterator[tuple[Mark | Event, Placed]]:
        return ((point, place) for point, place in zip(self.points, self.places, strict=True) if place)


def timeline(drawn: Timeline, *, id_prefix: str, title: str) -> str:
    """
    Return the timeline; labels that find no room stay as tooltips, and a line says how many.

    Args:
        drawn: What to draw.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
    Raises:
        ValueError: An id_prefix that is no plain identifier.
    """
    above, below = _places(drawn, drawn.marks), _places(drawn, drawn.events)
    windows_top = 8 + ROW * _n_rows(above)
    axis = windows_top + WINDOW_ROW * len(drawn.windows) + 16
    height = axis + EVENT_LANE + 12 + ROW * _n_rows(below)
    upper = _Lane(drawn.marks, above, glyphs=axis, first=windows_top - 6, sign=-1)
    lower = _Lane(drawn.events, below, glyphs=axis + EVENT_LANE, first=axis + EVENT_LANE + 22, sign=1)
    body = _now(drawn, top=windows_top, axis=axis) + _axis(drawn, y=axis) + _leaders(drawn, upper)
    for row, window in enumerate(drawn.windows):
        body += _window(drawn, window, top=windows_top + WINDOW_ROW * row)
    body += _leaders(drawn, lower) + _labels(drawn, lower) + _labels(drawn, upper)
    body += _glyphs(drawn, lower) + _glyphs(drawn, upper)
    if n_unlabelled := above.count(None) + below.count(None):
        height += ROW
        note = f"{n_unlabelled} more without a label"
        body += text(note, x=LEFT, y=height - 6, class_="chart-text chart-muted")
    words = _description(drawn)
    return document(body, kind="timeline", height=height, id_prefix=id_prefix, title=title, description=words)


def _x(drawn: Timeline, at: datetime) -> float:
    return LEFT + drawn.share(at) * (RIGHT - LEFT)


def _short(drawn: Timeline, point: Mark | Event) -> str:
    x = _x(drawn, point.at)
    # What fits beside its point on the wider side touches its leader line at every size of type.
    room = max(x - LEFT, RIGHT - x) - text_width(f"  {day(point.at)}")
    return shorten(point.label, width=min(MAX_LABEL, room))


def _places(drawn: Timeline, points: Sequence[Mark | Event]) -> tuple[Placed | None, ...]:
    wanted = [(_x(drawn, point.at), text_width(f"{_short(drawn, point)}  {day(point.at)}")) for point in points]
    return place_labels(wanted, left=LEFT, right=RIGHT, max_rows=MAX_ROWS)


def _n_rows(places: Sequence[Placed | None]) -> int:
    return max((place.row + 1 for place in places if place), default=0)


def _axis(drawn: Timeline, *, y: float) -> str:
    line = element("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, class_="chart-line")
    for at, label in axis_ticks(drawn.start, drawn.end):
        x, half = _x(drawn, at), text_width(label) / 2
        line += element("line", x1=x, x2=x, y1=y, y2=y + 4, class_="chart-line chart-tick")
        middle = min(max(x, half), WIDTH - half)
        line += text(label, x=middle, y=y + 16, class_="chart-text chart-muted", anchor="middle")
    return line


def _now(drawn: Timeline, *, top: float, axis: float) -> str:
    if drawn.now is None or not drawn.start <= drawn.now <= drawn.end:
        return ""
    x = _x(drawn, drawn.now)
    line = element("line", x1=x, x2=x, y1=top, y2=axis + EVENT_LANE + 5)
    return element("g", tooltip(f"today, {day(drawn.now)}") + line, class_="chart-now")


def _window(drawn: Timeline, window: Window, *, top: float) -> str:
    start, end = _x(drawn, window.starts_at), _x(drawn, window.ends_at)
    name = tooltip(f"{window.label}: from {day(window.starts_at)}, before {day(window.ends_at)}")
    bar = element("rect", x=start, y=top + 17, width=max(end - start, 1.0), height=7, rx=2)
    label = shorten(window.label, width=RIGHT - LEFT)
    left = max(LEFT, min(start, RIGHT - text_width(label)))
    return element("g", name + text(label, x=left, y=top + 12) + bar, class_=f"chart-window chart-{window.kind}")


def _leaders(drawn: Timeline, lane: _Lane) -> str:
    return "".join(_leader(_x(drawn, point.at), place, lane=lane) for point, place in lane.labelled())


def _labels(drawn: Timeline, lane: _Lane) -> str:
    return "".join(_label(drawn, point, place, lane=lane) for point, place in lane.labelled())


def _glyphs(drawn: Timeline, lane: _Lane) -> str:
    # What decides the verdict is drawn last, on top of what does not.
    by_weight = sorted(lane.points, key=lambda point: point.kind in (EventKind.POSSIBLE, EventKind.WITNESS))
    return "".join(_glyph(drawn, point, y=lane.glyphs) for point in by_weight)


def _leader(x: float, place: Placed, *, lane: _Lane) -> str:
    end = lane.baseline(place) + (4 if lane.sign < 0 else -11)
    return element("line", x1=x, x2=x, y1=lane.glyphs, y2=end, class_="chart-leader")


def _label(drawn: Timeline, point: Mark | Event, place: Placed, *, lane: _Lane) -> str:
    # Isolated, or a label written from right to left would take the date apart.
    date = element("tspan", escape(day(point.at)), class_="chart-muted", direction="ltr", unicode_bidi="isolate")
    words = f"{tooltip(_name(point))}{escape(_short(drawn, point))} {date}"
    return element(
        "text",
        words,
        x=place.x,
        y=lane.baseline(place),
        class_="chart-text",
        text_anchor=place.anchor,
        unicode_bidi="plaintext",
    )


def _name(point: Mark | Event) -> str:
    return f"{point.kind}, {day(point.at)}: {point.label}"


def _glyph(drawn: Timeline, point: Mark | Event, *, y: float) -> str:
    x = _x(drawn, point.at)
    group = "chart-mark" if isinstance(point, Mark) else "chart-event"
    if point.kind is MarkKind.MILESTONE:
        corners = f"M{number(x)} {number(y - 5)}l5 5l-5 5l-5 -5z"
        shape = element("path", d=corners)
    elif point.kind is MarkKind.PUBLICATION:
        shape = element("rect", x=x - 4, y=y - 4, width=8, height=8)
    else:
        shape = element("circle", cx=x, cy=y, r=6 if isinstance(point, Mark) else 4.5)
    return element("g", tooltip(_name(point)) + shape, class_=f"{group} chart-{point.kind}")


def _description(drawn: Timeline) -> str:
    parts = [f"From {day(drawn.start)} to {day(drawn.end)}."]
    parts += [f"{window.label}: {day(window.starts_at)} to {day(window.ends_at)}." for window in drawn.windows]
    parts += [f"{_name(mark)}." for mark in sorted(drawn.marks, key=lambda mark: mark.at)]
    parts.append(f"{len(drawn.events)} recorded events.")
    return " ".join(parts)

"""Where labels go so that none covers another and no leader line crosses one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Span = tuple[float, float]

GAP: Final = 6.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label is anchored, by its `start` or its `end`, and its row, counted away from the axis."""

    x: float
    anchor: str
    row: int


def place_labels(
    wanted: Sequence[tuple[float, float]], *, left: float, right: float, max_rows: int
) -> tuple[Placed | None, ...]:
    """
    Return a place for each label, or None where it does not fit in max_rows.

    A label starts at its own point; where it would pass the right edge it ends there, and where that passes the
    left edge it ends at the right one. Those that start at their point go first, from the right, so that leader lines
    run past the free ends of labels; a leader line crosses a label only where no other row is left.

    Args:
        wanted: The point on the axis and the width of each label, no wider than the space between the edges.
        left: Left edge of the space.
        right: Right edge of the space.
        max_rows: At least 0.
    """
    places: list[Placed | None] = [None] * len(wanted)
    labels: list[list[Span]] = [[] for _ in range(max_rows)]
    leaders: list[list[Span]] = [[] for _ in range(max_rows)]
    for index in sorted(range(len(wanted)), key=lambda index: (sum(wanted[index]) > right, -wanted[index][0])):
        point, width = wanted[index]
        end = next(end for end in (point + width, point, right) if left <= end - width and end <= right)
        box = (end - width, end)
        free = [row for row in range(max_rows) if not _any_overlap(box, labels[row], gap=GAP)]
        clear = [row for row in free if _is_clear(box, point, row=row, labels=labels, leaders=leaders)]
        if not free:
            continue
        row = min(clear or free)
        labels[row].append(box)
        for nearer in leaders[:row]:
            nearer.append((point, point))
        places[index] = Placed(point, "start", row) if end == point + width else Placed(end, "end", row)
    return tuple(places)


def _is_clear(box: Span, point: float, *, row: int, labels: list[list[Span]], leaders: list[list[Span]]) -> bool:
    crosses = any(_any_overlap((point, point), nearer, gap=0.0) for nearer in labels[:row])
    return not crosses and not _any_overlap(box, leaders[row], gap=1.0)


def _any_overlap(one: Span, others: list[Span], *, gap: float) -> bool:
    return any(one[0] < other[1] + gap and other[0] < one[1] + gap for other in others)

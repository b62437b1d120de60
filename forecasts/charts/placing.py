"""Where labels go so that none covers another and no leader line crosses one."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 6.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A label's left edge and its row, counted away from the axis."""

    left: float
    row: int


def place_labels(
    wanted: Sequence[tuple[float, float]], *, left: float, right: float, max_rows: int
) -> tuple[Placed | None, ...]:
    """
    Return a place for each label, or None where it does not fit in max_rows.

    A label starts at its own point and is moved left only where it would pass the right edge. Points furthest right
    take the row nearest to the axis, so that leader lines run past the free ends of labels.

    Args:
        wanted: The point on the axis and the width of each label, no wider than the space between the edges.
        left: Left edge of the space.
        right: Right edge of the space.
        max_rows: At least 0.
    """
    places: list[Placed | None] = [None] * len(wanted)
    taken: list[list[tuple[float, float]]] = [[] for _ in range(max_rows)]
    for index in sorted(range(len(wanted)), key=lambda index: -wanted[index][0]):
        point, width = wanted[index]
        start = max(left, min(point, right - width))
        box = (min(start, point), max(start + width, point))
        row = next((row for row in range(max_rows) if _fits(box, point=point, row=row, taken=taken)), None)
        if row is None:
            continue
        taken[row].append(box)
        for nearer in taken[:row]:
            nearer.append((point, point))
        places[index] = Placed(start, row)
    return tuple(places)


def _fits(box: tuple[float, float], *, point: float, row: int, taken: list[list[tuple[float, float]]]) -> bool:
    if any(_overlap(box, other, gap=GAP) for other in taken[row]):
        return False
    boxes = [other for nearer in taken[:row] for other in nearer if other[0] < other[1]]
    return not any(_overlap((point, point), other, gap=0.0) for other in boxes)


def _overlap(one: tuple[float, float], other: tuple[float, float], *, gap: float) -> bool:
    return one[0] < other[1] + gap and other[0] < one[1] + gap

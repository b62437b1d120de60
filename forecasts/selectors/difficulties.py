"""Forecasters of a slice set beside each other by what was hard for everybody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum
from typing import Final

from forecasts.scoring.difficulty import Adjusted, Mark, adjusted
from forecasts.scoring.levels import WHOLE
from forecasts.scoring.thresholds import MIN_SHOWN, NEVER_REVEALED, Absent, Missing

from .sealed import who_never_revealed
from .slices import Slice
from .tallies import PredictionTally, tallies_of_everybody

# Of forecasters and predictions together: what can be worked out while somebody waits.
MOST: Final = 100_000
MAX_LISTED: Final = 500

TOO_MANY: Final = Absent(
    Missing.TOO_MANY, f"There are more than {MOST:,} scores of a forecaster on a prediction: ask about less at once."
)
ALONE: Final = Absent(Missing.NOT_COMPARABLE, "No shared prediction connects this forecaster with anybody.")


@dataclass(frozen=True, kw_only=True)
class AdjustedLine:
    """
    A forecaster with the plain mean of their Brier scores, and what it would be had all made the same predictions.

    `absent` is why the latter is not shown.
    """

    forecaster: str
    n: int
    n_clusters: int
    mean_brier: float
    adjusted: Adjusted
    absent: Absent | None


@dataclass(frozen=True, kw_only=True)
class Difficulties:
    """
    The forecasters of a slice in groups that can be compared, the largest first, in each the lowest score first.

    `MAX_LISTED` forecasters at most; `absent` is why there are none.
    """

    slice: Slice
    groups: tuple[tuple[AdjustedLine, ...], ...]
    n_forecasters: int
    absent: Absent | None


def difficulties(chosen: Slice, *, now: datetime | None = None) -> Difficulties:
    """
    Return the forecasters of a slice, adjusted for how hard their predictions were.

    Args:
        chosen: The slice.
        now: The knowledge time of another reading where the slice names none.
    """
    tallies = tallies_of_everybody(chosen, most=MOST + 1, now=now)
    if len(tallies) > MOST:
        return Difficulties(slice=chosen, groups=(), n_forecasters=0, absent=TOO_MANY)
    marks = [
        Mark(one.forecaster, one.prediction_id, one.cluster, one.mean_brier, one.weight / WHOLE) for one in tallies
    ]
    own: dict[str, list[PredictionTally]] = defaultdict(list)
    for one in tallies:
        own[one.forecaster].append(one)
    found = adjusted(marks)
    kept_back = who_never_revealed(as_recorded=chosen.as_recorded)
    lines = sorted(
        (_line(slug, own[slug], found[slug], keeps_back=slug in kept_back) for slug in own),
        key=lambda line: (line.adjusted.group, line.absent is not None, line.adjusted.score, line.forecaster),
    )
    groups: dict[int, list[AdjustedLine]] = defaultdict(list)
    for line in lines[:MAX_LISTED]:
        groups[line.adjusted.group].append(line)
    return Difficulties(
        slice=chosen, groups=tuple(tuple(group) for group in groups.values()), n_forecasters=len(lines), absent=None
    )


def _line(slug: str, own: Sequence[PredictionTally], found: Adjusted, *, keeps_back: bool) -> AdjustedLine:
    total = fsum(one.weight for one in own)
    return AdjustedLine(
        forecaster=slug,
        n=round(total / WHOLE),
        n_clusters=found.n_clusters,
        mean_brier=fsum(one.weight * one.mean_brier for one in own) / total,
        adjusted=found,
        absent=NEVER_REVEALED if keeps_back else _why_absent(found),
    )


def _why_absent(found: Adjusted) -> Absent | None:
    least = MIN_SHOWN["difficulty_adjusted"].events
    if found.n_in_group == 1:
        return ALONE
    if found.n_clusters < least:
        are = "is 1" if found.n_clusters == 1 else f"are {found.n_clusters}"
        return Absent(Missing.TOO_FEW_EVENTS, f"Shown from {least} independent events on; there {are} so far.")
    return None

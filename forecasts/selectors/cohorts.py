"""Scores of whole cohorts: everything that was due by a date, so that what came true early does not run ahead of the rest."""

from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.scoring.figures import Figure
from forecasts.scoring.part_figures import mean_part
from forecasts.scoring.summary import ScoreSummary, summarise_sums
from forecasts.scoring.thresholds import Absent, Missing

from .coverage import Coverage
from .recorded_coverage import recorded_coverage
from .slices import Slice
from .sums import sums_of

MOST_ADDED_UP = 10_000

ALL_DECIDED = Absent(
    Missing.NOT_ASKED, "Nothing is pending, so what is settled is whole: it was not picked by coming true early."
)
DECIDED_ANEW = Absent(
    Missing.NOT_ASKED, "Verdicts given anew are not told apart by when they were due: ask with due_to."
)
TOO_MANY = Absent(
    Missing.TOO_MANY,
    f"More than {MOST_ADDED_UP:,} forecasts: too many to add up again while somebody waits. Ask with due_to.",
)
ASKED_ALREADY = Absent(Missing.NOT_ASKED, "Only what was due by a date is asked about already.")


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """The score of all that was due before an instant, and what became of it: the share still open is told, not hidden."""

    due_to: datetime
    summary: ScoreSummary
    coverage: Coverage
    brier: Figure

    @property
    def open_share(self) -> float | None:
        """The share of what was due that has no verdict; None where nothing was due."""
        return self.coverage.share("pending")


def cohort_of(
    chosen: Slice, *, coverage: Coverage, n_rows: int, now: datetime, is_whole: bool = True
) -> Cohort | Absent:
    """
    Return the score of what was due by now, beside that of all that is resolved; or why that says nothing more.

    Args:
        chosen: The slice.
        coverage: What became of its predictions.
        n_rows: How many forecasts count in it.
        now: What is due later is left out.
        is_whole: Whether its coverage counts more than what became of each prediction, as `recorded_coverage` has it.
    """
    if chosen.due_to is not None:
        return ASKED_ALREADY
    if chosen.is_replayed or chosen.as_recorded is not None:
        return DECIDED_ANEW
    if not coverage.pending:
        return ALL_DECIDED
    if n_rows > MOST_ADDED_UP:
        return TOO_MANY
    due = replace(chosen, due_to=now)
    sums = sums_of(due)
    return Cohort(
        due_to=now,
        summary=summarise_sums(sums.totals, sums.levels),
        coverage=recorded_coverage(due, is_whole=is_whole),
        brier=mean_part("BRIER", sums.totals),
    )

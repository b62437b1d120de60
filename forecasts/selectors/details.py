"""What a scorecard says beside its figures: of words, of conditions, and of how much hangs on readings."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.scoring.statistics import Totals

from .conditions import Conditional, conditional_of
from .coverage import Coverage
from .deadlines import Deadlines, deadlines_of
from .recounts import Recount
from .slices import Slice
from .spoken import Hedges, hedges_in, spoken_in
from .spreads import Spread, spread_of
from .wordings import Verbal, verbal_of


@dataclass(frozen=True, kw_only=True)
class Details:
    """What there is to say of the words, the conditions, the readings and the deadlines of a slice."""

    verbal: Verbal
    conditional: Conditional
    spread: Spread
    deadlines: Deadlines


def details_of(
    chosen: Slice, *, totals: Totals, coverage: Coverage, as_of: datetime | None, recount: Recount | None = None
) -> Details:
    """
    Return the details of a slice.

    Args:
        chosen: The slice.
        totals: Its sums.
        coverage: What became of its predictions.
        as_of: The knowledge time on which other readings of the rules are evaluated; without it they are left out.
        recount: What counts where predictions are decided anew; by the record otherwise.
    """
    has_words = coverage.in_words != 0
    spoken = spoken_in(chosen, recount=recount) if has_words else []
    hedges = hedges_in(chosen, recount=recount) if has_words else Hedges()
    return Details(
        verbal=verbal_of(spoken, hedges=hedges),
        conditional=conditional_of(chosen, coverage=coverage, recount=recount),
        spread=spread_of(chosen, totals=totals, coverage=coverage, spoken=spoken or (), recount=recount, as_of=as_of),
        deadlines=deadlines_of(chosen, n=coverage.implied_deadline, totals=totals, as_of=as_of, recount=recount),
    )

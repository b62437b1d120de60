"""What a scorecard says beside its figures: of words, of conditions, and of how much hangs on readings."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.scoring.statistics import Totals

from .conditions import Conditional, conditional_of
from .coverage import Coverage
from .deadlines import Deadlines, deadlines_of
from .recounts import Recount
from .slices import Slice
from .spoken import Hedges, Spoken, hedges_in, spoken_in
from .spreads import Spread, spread_of
from .wordings import Verbal, verbal_of


@dataclass(frozen=True, kw_only=True)
class Told:
    """What there is to say of the words and the conditions of a slice."""

    verbal: Verbal
    conditional: Conditional


@dataclass(frozen=True, kw_only=True)
class Details(Told):
    """What there is to say of the words, the conditions, the readings and the deadlines of a slice."""

    spread: Spread
    deadlines: Deadlines


def told_of(chosen: Slice, *, coverage: Coverage, recount: Recount | None = None) -> Told:
    """
    Return what is told of words and conditions, without a look at other readings.

    Args:
        chosen: The slice.
        coverage: What became of its predictions.
        recount: What counts where predictions are decided anew; by the record otherwise.
    """
    spoken, hedges = _spoken(chosen, coverage=coverage, recount=recount)
    conditional = conditional_of(chosen, coverage=coverage, recount=recount)
    return Told(verbal=verbal_of(spoken, hedges=hedges), conditional=conditional)


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
    spoken, hedges = _spoken(chosen, coverage=coverage, recount=recount)
    return Details(
        verbal=verbal_of(spoken, hedges=hedges),
        conditional=conditional_of(chosen, coverage=coverage, recount=recount),
        spread=spread_of(chosen, totals=totals, coverage=coverage, spoken=spoken or (), recount=recount, as_of=as_of),
        deadlines=deadlines_of(chosen, n=coverage.implied_deadline, totals=totals, as_of=as_of, recount=recount),
    )


def _spoken(chosen: Slice, *, coverage: Coverage, recount: Recount | None) -> tuple[list[Spoken] | None, Hedges]:
    """The forecasts in words that count, None where they are too many; and what came of words that only hedge."""
    if coverage.in_words == 0:
        return [], Hedges()
    return spoken_in(chosen, recount=recount), hedges_in(chosen, recount=recount)

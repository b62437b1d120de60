"""What a scorecard says beside its figures: of words, of conditions, and of how much hangs on readings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from forecasts.scoring.figures import Figure

from .conditions import Conditional, conditional_of
from .coverage import Coverage
from .deadlines import Deadlines, deadlines_of
from .recounts import Recount
from .slices import Slice
from .spoken import Hedges, Spoken, hedges_in, hedges_of, spoken_in
from .spreads import Spread, SpreadLine, spread_of
from .sums import Sums
from .wordings import Verbal, verbal_of


class Named(NamedTuple):
    """A figure with the part of the scorecard it stands in, and what there it is about; empty for the part as a whole."""

    part: str
    about: str
    figure: Figure


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

    def figures(self) -> Iterator[Named]:
        """Every number of the parts that has an interval, or the reason why it has none."""
        verbal, conditional, deadlines = self.verbal, self.conditional, self.deadlines
        score = verbal.score
        for figure in (score.brier, score.best, score.worst, score.reader_variance, verbal.discrimination, verbal.auc):
            yield Named("verbal", "", figure)
        for phrase in verbal.phrases:
            yield Named("verbal", f"{phrase.forecaster}: {phrase.phrase} ({phrase.lexicon})", phrase.meaning)
        for ladder in verbal.ladders:
            yield from (Named("verbal", ladder.lexicon, figure) for figure in (ladder.score, ladder.midpoint_brier))
        yield from (Named("verbal", "hedges", figure) for figure in (verbal.hedges.share, verbal.hedges.brier))
        for figure in (
            conditional.annulled_share, conditional.mean_condition, conditional.brier, conditional.largest_gap,
            conditional.largest_distance,
        ):  # fmt: skip
            yield Named("conditional", "", figure)
        yield Named("spread", "", self.spread.brier)
        yield from _of_lines("spread", (*self.spread.lexicons, *self.spread.variants))
        yield Named("deadlines", "", deadlines.share)
        yield from _of_lines("deadlines", filter(None, (deadlines.early, deadlines.late)))


def _of_lines(part: str, lines: Iterable[SpreadLine]) -> Iterator[Named]:
    for line in lines:
        about = line.name if line.version is None else f"{line.name} v{line.version}"
        yield from (Named(part, about, figure) for figure in (line.brier, line.difference))


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
    chosen: Slice, *, sums: Sums, coverage: Coverage, as_of: datetime | None, recount: Recount | None = None
) -> Details:
    """
    Return the details of a slice.

    Args:
        chosen: The slice.
        sums: What it adds up to.
        coverage: What became of its predictions.
        as_of: The knowledge time on which other readings of the rules are evaluated; without it they are left out.
        recount: What counts where predictions are decided anew; by the record otherwise.
    """
    spoken, hedges = _spoken(chosen, coverage=coverage, recount=recount)
    return Details(
        verbal=verbal_of(spoken, hedges=hedges),
        conditional=conditional_of(chosen, coverage=coverage, n_rows=sums.n_rows, recount=recount),
        spread=spread_of(chosen, sums=sums, coverage=coverage, spoken=spoken or (), recount=recount, as_of=as_of),
        deadlines=deadlines_of(chosen, n=coverage.implied_deadline, sums=sums, as_of=as_of, recount=recount),
    )


def _spoken(chosen: Slice, *, coverage: Coverage, recount: Recount | None) -> tuple[list[Spoken] | None, Hedges]:
    """The forecasts in words that count, None where they are too many; and what came of words that only hedge."""
    if coverage.in_words == 0:
        return [], hedges_of(())
    return spoken_in(chosen, recount=recount), hedges_in(chosen, recount=recount)

"""What a scorecard says beside its figures: of words, of conditions, and of how much hangs on readings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import NamedTuple

from forecasts.scoring.figures import Figure

from .conditions import Conditional, conditional_of
from .coverage import Coverage
from .deadlines import Deadlines, deadlines_of
from .otherwise import CENTRAL, Otherwise, otherwise_implied, otherwise_of
from .recounts import Recount
from .slices import Slice, Weighting
from .spoken import Entries, Spoken, entries_of, hedges_in, hedges_of, spoken_in
from .spreads import Spread, SpreadLine, spread_of, terms_of
from .sums import Sums, with_cells
from .wordings import Verbal, verbal_of

NO_ENTRIES = Entries(steps={}, hedges=frozenset())


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
class Reread:
    """
    What there is to say of other readings and of other deadlines of a slice.

    `until` is from when on time alone may change it: None for never, the knowledge time where that cannot be told. It comes
    with `reread_of` only.
    """

    spread: Spread
    deadlines: Deadlines
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Details(Reread, Told):
    """What there is to say of the words, the conditions, the readings and the deadlines of a slice."""

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
    _, verbal = _verbal(chosen, coverage=coverage, recount=recount)
    return Told(verbal=verbal, conditional=conditional_of(chosen, coverage=coverage, recount=recount))


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
    spoken, verbal = _verbal(chosen, coverage=coverage, recount=recount)
    others = _others(chosen, coverage=coverage, as_of=as_of)
    reread = _reread(
        chosen, sums=sums, coverage=coverage, spoken=spoken or (), recount=recount, as_of=as_of, others=others
    )
    return Details(
        verbal=verbal,
        conditional=conditional_of(chosen, coverage=coverage, n_rows=sums.n_rows, recount=recount),
        spread=reread.spread,
        deadlines=reread.deadlines,
    )


def reread_of(
    chosen: Slice,
    *,
    sums: Sums,
    coverage: Coverage,
    as_of: datetime,
    recount: Recount | None = None,
    beside: Otherwise | None = None,
) -> Reread:
    """
    Return how much hangs on how words, rules and deadlines are read, and nothing else.

    The arguments are those of `details_of`.

    Args:
        beside: What `recount_beside` found of other readings, where it was asked; looked up otherwise.
    """
    spoken = spoken_in(chosen, recount=recount) if coverage.in_words != 0 else []
    others = _others(chosen, coverage=coverage, as_of=as_of, beside=beside)
    reread = _reread(
        chosen, sums=sums, coverage=coverage, spoken=spoken or (), recount=recount, as_of=as_of, others=others
    )
    return replace(reread, until=_until(others))


def _until(others: tuple[Otherwise | None, Otherwise | None]) -> datetime | None:
    """From when on time alone may change what other readings came to: their windows, or a fact that is known later."""
    return min((one.until for one in others if one is not None and one.until), default=None)


def _reread(
    chosen: Slice,
    *,
    sums: Sums,
    coverage: Coverage,
    spoken: Sequence[Spoken],
    recount: Recount | None,
    as_of: datetime | None,
    others: tuple[Otherwise | None, Otherwise | None],
) -> Reread:
    of_rules, of_deadlines = others
    read_anew = {pk for others in (of_rules, of_deadlines) if others for pk in others.predictions}
    before = terms_of(chosen, recount=recount, predictions=read_anew) if read_anew else ()
    anew = {one.cluster_key for others in (of_rules, of_deadlines) if others for one in others.predictions.values()}
    sums = with_cells(sums, clusters=anew | {one.cluster for one in spoken})
    n = coverage.implied_deadline
    return Reread(
        spread=spread_of(chosen, sums=sums, spoken=spoken, others=of_rules, before=before, as_of=as_of),
        deadlines=deadlines_of(
            chosen, n=n, sums=sums, as_of=as_of, others=of_deadlines, before=before, recount=recount
        ),
    )


def _others(
    chosen: Slice, *, coverage: Coverage, as_of: datetime | None, beside: Otherwise | None = None
) -> tuple[Otherwise | None, Otherwise | None]:
    """What other readings come to: of all predictions, and of those whose deadline an editor set; evaluated once."""
    if as_of is None or coverage.read_otherwise == 0 or chosen.weighting is Weighting.AT_HORIZON:
        return Otherwise(), Otherwise()
    is_central = chosen.variant == CENTRAL
    every = beside or otherwise_of(chosen, as_of=as_of) if is_central else Otherwise()
    if not coverage.implied_deadline or (is_central and every is not None):
        return every, every
    return every, (None if is_central else beside) or otherwise_implied(chosen, as_of=as_of)


def _verbal(chosen: Slice, *, coverage: Coverage, recount: Recount | None) -> tuple[Sequence[Spoken] | None, Verbal]:
    """The forecasts in words that count, None where they are too many; and what the words were worth."""
    if coverage.in_words == 0:
        return (), _no_words()
    spoken = spoken_in(chosen, recount=recount)
    entries = entries_of(spoken or ())
    hedges = hedges_in(chosen, recount=recount, entries=entries)
    return spoken, verbal_of(spoken, hedges=hedges, entries=entries)


@cache
def _no_words() -> Verbal:
    """What there is to say of no words at all: the same each time."""
    return verbal_of((), hedges=hedges_of(()), entries=NO_ENTRIES)

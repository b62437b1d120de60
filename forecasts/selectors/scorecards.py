"""One selector and one frozen dataclass behind every figure on accuracy."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from forecasts.models import WHOLE, LexiconEntry
from forecasts.scoring.figures import Figure, Sample, figures_of, other_figures
from forecasts.scoring.reliability import Bands, bands_of
from forecasts.scoring.summary import ScoreSummary, summarise_sums

from .calls import Call, newest_calls
from .counting import Counted
from .coverage import Coverage
from .details import Details, Named, Reread, Told, details_of, reread_of, told_of
from .listings import Listed, Listing, listed_calls
from .otherwise import recount_beside
from .recorded_coverage import coverage_with
from .recounts import Recount, as_of_when, recount, weight_under
from .replayed_coverage import replayed_coverage
from .sealed import MAX_LISTED, SealedCounts, SealedItem, counted_among, newest_sealed, sealed_counts
from .slices import Slice, Weighting
from .sums import Group, KeptScope, Sums, added_up, sums_of


class LexiconName(NamedTuple):
    """One version of a lexicon."""

    code: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """
    All metrics for one slice: what API, pages, admin and CSV show.

    `lexicons` are the versions that the words of the slice were read by, which the told one leaves out; `sample`
    the exact sums behind all of them.
    `bands` is None unless they were asked for.

    `sealed` says how much the forecaster of the slice sealed, whatever else the slice is narrowed by: what it is about
    cannot be known. `newest_sealed` has what was sealed last; it comes with the told one.

    `told`, and `calls`, the newest ones, come with the told and the full one only, `details` with the full one, and
    `reread` with the one read otherwise; `n_calls`
    says how many count. `listed` is the page of them that was asked for.
    """

    slice: Slice
    coverage: Coverage
    summary: ScoreSummary
    sample: Sample
    calls: tuple[Call, ...] = ()
    listed: Listed | None = None
    lexicons: tuple[LexiconName, ...] = ()
    bands: Bands | None = None
    told: Told | None = None
    details: Details | None = None
    reread: Reread | None = None
    n_calls: int = 0
    sealed: SealedCounts | None = None
    newest_sealed: tuple[SealedItem, ...] = ()

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers of the scorecard with their intervals, worked out when they are asked for."""
        return figures_of(self.sample)

    @cached_property
    def others(self) -> tuple[Figure, ...]:
        """Those in the scales of other sites, likewise."""
        return other_figures(self.sample)

    @property
    def brier_at_worst(self) -> float | None:
        """The mean Brier score, had all that was never revealed been as wrong as can be; None where nothing was kept back."""
        kept_back = self.sealed.never_revealed if self.sealed else 0
        if not kept_back:
            return None
        weight = self.sample.totals.weight / WHOLE
        told = float(self.sample.totals.mean("brier")) * weight if weight else 0.0
        return (told + kept_back) / (weight + kept_back)

    def every_figure(self) -> Iterator[Named]:
        """Every number of the scorecard, by the part it stands in."""
        yield from (Named("scores", "", figure) for figure in self.figures)
        yield from (Named("other_scales", "", figure) for figure in self.others)
        if self.details:
            yield from self.details.figures()


def scorecard(chosen: Slice, *, now: datetime | None = None, scope: KeptScope | None = None) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were.

    A forecaster has one unit of weight on a prediction, however often they forecast it. Only forecasts made before the
    outcome could be known count. Beliefs that an article reports of others count for those who hold them.

    Args:
        chosen: The slice. With `as_of`, or for another reading than the central one, the rules are evaluated again on
            what was known; else the verdicts on record count.
        now: The knowledge time of another reading where the slice names none.
        scope: What is kept of the slice, where it was read already.
    """
    moment = as_of_when(chosen, now=now)
    anew = None if moment is None else recount(chosen, as_of=moment)
    sums = _sums(chosen, anew=anew, scope=scope)
    return replace(_card(chosen, sums=sums, anew=anew), lexicons=_lexicons(sums), sealed=_sealed(chosen))


def told_scorecard(chosen: Slice, *, now: datetime | None = None, listing: Listing | None = None) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were, with what there is to say of words and conditions.

    It comes with the newest calls.

    Args:
        chosen: The slice, as `scorecard` takes it.
        now: The knowledge time of another reading where the slice names none.
        listing: The page of its calls that is to come with it; without it there is none.
    """
    moment = as_of_when(chosen, now=now)
    anew = None if moment is None else recount(chosen, as_of=moment)
    sums = _sums(chosen, anew=anew)
    card = _card(chosen, sums=sums, anew=anew)
    told = told_of(chosen, coverage=card.coverage, recount=anew)
    calls = newest_calls(chosen, n_rows=sums.n_rows, recount=anew)
    items = tuple(newest_sealed(forecaster=chosen.forecaster)) if chosen.forecaster else ()
    card = replace(card, told=told, calls=calls, newest_sealed=items, sealed=_sealed(chosen, items=items))
    if listing is None:
        return card
    return replace(card, listed=listed_calls(chosen, listing=listing, newest=calls, n_rows=card.n_calls, recount=anew))


def full_scorecard(
    chosen: Slice, *, now: datetime | None = None, with_calls: bool = True, scope: KeptScope | None = None
) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were, with what there is to say of words, conditions and readings.

    Args:
        chosen: The slice, as `scorecard` takes it.
        now: The knowledge time of other readings where the slice names none; without it they are left out.
        with_calls: Whether the newest calls come with it.
        scope: What is kept of the slice, where it was read already.
    """
    moment = as_of_when(chosen, now=now)
    anew = None if moment is None else recount(chosen, as_of=moment)
    sums = _sums(chosen, anew=anew, scope=scope)
    card = _card(chosen, sums=sums, anew=anew)
    details = details_of(chosen, sums=sums, coverage=card.coverage, as_of=moment or now, recount=anew)
    calls = newest_calls(chosen, n_rows=sums.n_rows, recount=anew) if with_calls else ()
    card = replace(card, lexicons=_lexicons(sums), sealed=_sealed(chosen))
    return replace(card, told=details, details=details, calls=calls)


def reread_scorecard(chosen: Slice, *, now: datetime) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were, with how much that hangs on how words, rules and deadlines are read.

    Its coverage has what became of each prediction, and may leave out what is counted beside.

    Args:
        chosen: The slice, as `scorecard` takes it.
        now: The knowledge time of other readings where the slice names none.
    """
    moment = as_of_when(chosen, now=now)
    anew, beside = (None, None) if moment is None else recount_beside(chosen, as_of=moment)
    sums = _sums(chosen, anew=anew)
    card = _card(chosen, sums=sums, anew=anew, is_whole=False)
    reread = reread_of(chosen, sums=sums, coverage=card.coverage, as_of=moment or now, recount=anew, beside=beside)
    return replace(card, reread=reread)


def headline(chosen: Slice) -> ScoreSummary:
    """The first figures of a slice under the verdicts on record, for a line of text: no counts, no calls."""
    sums = sums_of(chosen)
    return summarise_sums(sums.totals, sums.levels)


def _sums(chosen: Slice, *, anew: Recount | None, scope: KeptScope | None = None) -> Sums:
    if anew is None:
        return sums_of(chosen, scope=scope)
    return added_up(_grouped(anew.rows, weighting=chosen.weighting))


def _card(chosen: Slice, *, sums: Sums, anew: Recount | None, is_whole: bool = True) -> Scorecard:
    summary = summarise_sums(sums.totals, sums.levels)
    sample = Sample(sums.totals, sums.levels, summary, few=sums.few)
    return Scorecard(
        slice=chosen,
        coverage=coverage_with(chosen, scope=sums.scope, is_whole=is_whole)
        if anew is None
        else replayed_coverage(chosen, recount=anew),
        summary=summary,
        sample=sample,
        n_calls=sums.n_rows,
    )


def _sealed(chosen: Slice, *, items: Sequence[SealedItem] | None = None) -> SealedCounts | None:
    """How much was sealed by when the slice asks; counted among the newest, where these are at hand and all of it."""
    if not chosen.forecaster:
        return None
    ends = [instant for instant in (chosen.as_of, chosen.as_recorded) if instant is not None]
    by = min(ends, default=None)
    if items is not None and len(items) < MAX_LISTED:
        return counted_among(items, as_recorded=by)
    return sealed_counts(forecaster=chosen.forecaster, as_recorded=by)


def with_bands(card: Scorecard) -> Scorecard:
    """The same scorecard with its bands, and with the figures that take the same draws."""
    bands = bands_of(card.sample.levels, n_clusters=card.sample.n_clusters)
    sample = replace(card.sample, consistency=bands.consistency)
    return replace(card, sample=sample, bands=bands)


def _lexicons(sums: Sums) -> tuple[LexiconName, ...]:
    """The versions of the lexicons that the words were read by."""
    entries = [entry for entry in sums.by_words if entry]
    if not entries:
        return ()
    names = LexiconEntry.objects.filter(pk__in=entries).values_list("lexicon__code", "lexicon__version")
    return tuple(LexiconName(*name) for name in sorted(set(names)))


def _grouped(rows: Iterable[Counted], *, weighting: Weighting) -> Iterable[Group]:
    for row in rows:
        weight = weight_under(row, weighting=weighting)
        yield Group(row.cluster, row.level, row.outcome, row.reference, row.lexicon_entry, weight, 1)

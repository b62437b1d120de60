"""One selector and one frozen dataclass behind every figure on accuracy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from forecasts.models import Forecast, LexiconEntry, Posting, Resolution
from forecasts.scoring.figures import Figure, Sample, figures_of, other_figures
from forecasts.scoring.levels import BASIS_POINTS, WHOLE
from forecasts.scoring.reliability import Bands, bands_of
from forecasts.scoring.rules import brier_score, log_score
from forecasts.scoring.summary import ScoreSummary, summarise_sums

from .counting import Counted
from .coverage import Coverage
from .details import Details, details_of
from .recorded_coverage import coverage_with, last_words, standing_postings
from .recounts import Recount, as_of_when, recount, weight_under
from .replayed_coverage import replayed_coverage
from .slices import Slice, Weighting
from .sums import Group, Sums, added_up, sums_of

PLACES = 10  # As many as scores are recorded with.
MAX_CALLS, MAX_LISTED = 500, 1_000  # How many are shown, and of how many the best are looked for.


@dataclass(frozen=True, kw_only=True)
class Call:
    """One scored forecast: what was said, how much of it came true, and the score for it."""

    prediction_id: str
    title: str
    topic: str
    forecaster: str
    phrase: str
    probability: float
    outcome: float
    brier: float
    log: float
    cluster: str
    verdict: str
    state: str
    is_conditional: bool
    is_retrospective: bool
    weight: float = 1.0


class LexiconName(NamedTuple):
    """One version of a lexicon."""

    code: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """
    All metrics for one slice: what API, pages, admin and CSV show.

    `figures` are the numbers of the scorecard with their intervals, `others` those in the scales of other sites;
    `lexicons` the versions that the words of the slice were read by; `sample` the exact sums behind all of them.
    `bands` is None unless they were asked for.

    `details` come with the full one only. `calls` holds the best `MAX_CALLS` at most, and none of a slice too large to
    look through; `n_calls` says how many there are.
    """

    slice: Slice
    coverage: Coverage
    summary: ScoreSummary
    sample: Sample
    calls: tuple[Call, ...]
    figures: tuple[Figure, ...] = ()
    others: tuple[Figure, ...] = ()
    lexicons: tuple[LexiconName, ...] = ()
    bands: Bands | None = None
    details: Details | None = None
    n_calls: int = 0


@dataclass(frozen=True)
class _Standing:
    """Under what the calls of a slice are scored: the verdict and state of each prediction, and what counts."""

    verdicts: Mapping[UUID, str]
    states: Mapping[UUID, str]
    retrospective: frozenset[UUID]
    rows: tuple[Counted, ...]
    coverage: Coverage


def scorecard(chosen: Slice, *, now: datetime | None = None) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were.

    A forecaster has one unit of weight on a prediction, however often they forecast it. Only forecasts made before the
    outcome could be known count. Beliefs that an article reports of others count for those who hold them.

    Args:
        chosen: The slice. With `as_of`, or for another reading than the central one, the rules are evaluated again on
            what was known; else the verdicts on record count.
        now: The knowledge time of another reading where the slice names none.
    """
    moment = as_of_when(chosen, now=now)
    anew = None if moment is None else recount(chosen, as_of=moment)
    return _scored(chosen, sums=_sums(chosen, anew=anew), anew=anew)


def full_scorecard(chosen: Slice, *, now: datetime | None = None) -> Scorecard:
    """
    Return how accurate the forecasts of a slice were, with what there is to say of words, conditions and readings.

    Args:
        chosen: The slice, as `scorecard` takes it.
        now: The knowledge time of other readings where the slice names none; without it they are left out.
    """
    moment = as_of_when(chosen, now=now)
    anew = None if moment is None else recount(chosen, as_of=moment)
    sums = _sums(chosen, anew=anew)
    card = _scored(chosen, sums=sums, anew=anew)
    details = details_of(chosen, totals=sums.totals, coverage=card.coverage, as_of=moment or now, recount=anew)
    return replace(card, details=details)


def headline(chosen: Slice) -> ScoreSummary:
    """The first figures of a slice under the verdicts on record, for a line of text: no counts, no calls."""
    sums = sums_of(chosen)
    return summarise_sums(sums.totals, sums.levels)


def _sums(chosen: Slice, *, anew: Recount | None) -> Sums:
    return sums_of(chosen) if anew is None else added_up(_grouped(anew.rows, weighting=chosen.weighting))


def _scored(chosen: Slice, *, sums: Sums, anew: Recount | None) -> Scorecard:
    standing = _recorded(chosen, sums=sums) if anew is None else _replayed(chosen, anew=anew)
    return _card(chosen, sums=sums, standing=standing, n_calls=sums.n_rows)


def _card(chosen: Slice, *, sums: Sums, standing: _Standing, n_calls: int) -> Scorecard:
    calls = _calls(chosen, standing=standing)
    summary = summarise_sums(sums.totals, sums.levels)
    sample = Sample(sums.totals, sums.levels, summary, few=sums.few)
    return Scorecard(
        slice=chosen,
        coverage=standing.coverage,
        summary=summary,
        sample=sample,
        figures=figures_of(sample),
        others=other_figures(sample),
        lexicons=_lexicons(sums),
        calls=tuple(calls[:MAX_CALLS]),
        n_calls=n_calls,
    )


def with_bands(card: Scorecard) -> Scorecard:
    """The same scorecard with its bands, and with the figures that take the same draws."""
    bands = bands_of(card.sample.levels, n_clusters=card.sample.n_clusters)
    sample = replace(card.sample, consistency=bands.consistency)
    return replace(card, sample=sample, bands=bands, figures=figures_of(sample))


def _lexicons(sums: Sums) -> tuple[LexiconName, ...]:
    """The versions of the lexicons that the words were read by."""
    entries = [entry for entry in sums.by_words if entry]
    if not entries:
        return ()
    names = LexiconEntry.objects.filter(pk__in=entries).values_list("lexicon__code", "lexicon__version")
    return tuple(LexiconName(*name) for name in sorted(set(names)))


def _recorded(chosen: Slice, *, sums: Sums) -> _Standing:
    """Under the verdicts on record, or under those that were on record at an instant."""
    coverage = coverage_with(chosen, scope=sums.scope)
    if not 0 < sums.n_rows <= MAX_LISTED:
        return _Standing({}, {}, frozenset(), (), coverage)
    found = list(standing_postings(chosen).select_related("resolution", "forecast"))
    told = last_words(chosen).filter(prediction__in={row.resolution.prediction_id for row in found})
    last = {one.prediction_id: one for one in told.defer("reason")}
    return _Standing(
        verdicts={pk: one.verdict for pk, one in last.items()},
        states={pk: one.state for pk, one in last.items()},
        retrospective=frozenset(row.resolution.prediction_id for row in found if row.resolution.is_retrospective),
        rows=tuple(_counted(row) for row in found),
        coverage=coverage,
    )


def _counted(row: Posting) -> Counted:
    return Counted(
        forecast_id=row.forecast_id,
        prediction_id=row.resolution.prediction_id,
        cluster=row.cluster,
        level=row.level,
        outcome=row.outcome,
        reference=row.reference,
        reference_kind=row.reference_kind,
        weight=row.weight,
        horizon_weight=row.horizon_weight,
        is_first=row.is_first,
        is_last=row.is_last,
        scheduled_close_at=row.scheduled_close_at,
        lexicon_entry=row.forecast.lexicon_entry_id or 0,
    )


def _replayed(chosen: Slice, *, anew: Recount) -> _Standing:
    """Under the verdicts that the rules, or people, give on what was known at an instant."""
    return _Standing(
        verdicts={pk: one.verdict for pk, one in anew.found.items()},
        states=dict.fromkeys(anew.found, Resolution.State.FINAL.value),
        retrospective=anew.late,
        rows=anew.rows,
        coverage=replayed_coverage(chosen, recount=anew),
    )


def _grouped(rows: Iterable[Counted], *, weighting: Weighting) -> Iterable[Group]:
    for row in rows:
        weight = weight_under(row, weighting=weighting)
        yield Group(row.cluster, row.level, row.outcome, row.reference, row.lexicon_entry, weight, 1)


def _calls(chosen: Slice, *, standing: _Standing) -> list[Call]:
    weighted = {row.forecast_id: row for row in standing.rows if _weight(row, chosen) > 0}
    if not weighted:
        return []
    related = ("prediction__topic", "forecaster")
    forecasts = Forecast.objects.filter(pk__in=list(weighted)).select_related(*related)
    calls = [_call(one, row=weighted[one.pk], chosen=chosen, standing=standing) for one in forecasts]
    return sorted(calls, key=lambda call: (call.brier, call.title, call.prediction_id))


def _weight(row: Counted, chosen: Slice) -> int:
    return WHOLE if chosen.weighting is Weighting.AT_HORIZON else weight_under(row, weighting=chosen.weighting)


def _call(forecast: Forecast, *, row: Counted, chosen: Slice, standing: _Standing) -> Call:
    prediction = forecast.prediction
    fcst, obs = [row.level / BASIS_POINTS], [row.outcome / BASIS_POINTS]
    return Call(
        prediction_id=str(prediction.pk),
        title=prediction.title,
        topic=prediction.topic.path,
        forecaster=forecast.forecaster.slug,
        phrase=forecast.phrase,
        probability=row.level / BASIS_POINTS,
        outcome=row.outcome / BASIS_POINTS,
        brier=round(float(brier_score(fcst, obs)[0]), PLACES),
        log=round(float(log_score(fcst, obs)[0]), PLACES),
        weight=_weight(row, chosen) / WHOLE,
        cluster=row.cluster,
        verdict=standing.verdicts.get(prediction.pk, ""),
        state=standing.states.get(prediction.pk, ""),
        is_conditional=prediction.is_conditional,
        is_retrospective=prediction.pk in standing.retrospective,
    )

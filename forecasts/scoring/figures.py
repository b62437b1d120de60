"""Every number of a scorecard, each with how to read it; what is too small to say has its reason in the number's place."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from scipy.special import ndtr

from forecasts.scoring.bands import Consistency
from forecasts.scoring.calibration import RecordStatement
from forecasts.scoring.compatibility import OTHER_SCORES, other_score
from forecasts.scoring.decomposition import decompose_brier
from forecasts.scoring.discrimination import area_under_curve
from forecasts.scoring.intervals import Interval, IntervalMethod
from forecasts.scoring.levels import WHOLE, Levels
from forecasts.scoring.measures import (
    MEASURES,
    NO_INTERVAL,
    NOT_RECOMMENDED,
    NOTES,
    OF_OTHER_SITES,
    OTHER_MEASURES,
    SHOWN_LIKE,
)
from forecasts.scoring.recalibration import Estimate, recalibration
from forecasts.scoring.rules import Measure
from forecasts.scoring.signed import (
    MIN_CLUSTERS_FOR_T,
    sign_flip_interval,
    signed_interval,
    t_interval,
)
from forecasts.scoring.statistics import UNITS, Cell, Totals
from forecasts.scoring.summary import ScoreSummary
from forecasts.scoring.thresholds import Absent, Missing, why_absent
from forecasts.scoring.unseen import (
    Reach,
    alike_p,
    alike_skill_bounds,
    are_alike,
    either_way,
    reach_of_levels,
    reach_of_saved,
)

# Means over forecasts: their name in the sums, and in what unit they are told.
MEANS: Final = {
    "POINTS_SAVED": ("points_saved", 100),
    "LOG": ("log", 1),
    "BIAS": ("bias", 1),
    "OVERCONFIDENCE": ("overconfidence", 1),
    "BRIER_GAP": ("brier_gap", 1),
}
NO_REFERENCE_LOSS: Final = Absent(Missing.NOT_COUNTED, "The reference never missed: there was nothing to save.")
NO_SPREAD: Final = Absent(Missing.NO_SPREAD, "Every score came out exactly as implied: there is no spread to go by.")
PART_COUNTED: Final = Absent(Missing.NOT_COUNTED, "Some forecasts or outcomes count in part, so no hits are counted.")
NOT_ASKED: Final = Absent(Missing.NOT_ASKED, "Worked out with the bands: ask with bands=true.")
PENALISED: Final = "Drawn towards no change: the record alone cannot hold it."


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One number with its interval and the sample it is made from.

    Where it is not shown, `absent` says why; where it is shown without an interval, `no_interval` does.
    """

    measure: Measure
    value: float | None
    interval: Interval | None
    absent: Absent | None
    n: int
    n_clusters: int
    note: str = ""
    no_interval: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) is (self.absent is None):
            raise ValueError(f"{self.measure.name} needs either a value or the reason why there is none")
        if self.value is not None and (self.interval is None) is (not self.no_interval):
            raise ValueError(f"{self.measure.name} needs either an interval or the reason why there is none")


@dataclass(frozen=True, slots=True)
class Sample:
    """
    What figures are made from.

    `few` has the sums of each event where there are fewer than 15, and may be empty above. `consistency` is None
    where nobody asked for it.
    """

    totals: Totals
    levels: Levels
    summary: ScoreSummary
    few: Sequence[Cell] = ()
    consistency: Consistency | Absent | None = None

    @property
    def n(self) -> int:
        """Forecasts, by weight."""
        return self.summary.n

    @property
    def n_clusters(self) -> int:
        """Independent events."""
        return self.totals.clusters


Found = tuple[float, Interval | None] | tuple[float, Interval | None, str] | Absent


def figures_of(sample: Sample, *, names: Collection[str] = MEASURES) -> tuple[Figure, ...]:
    """
    Return figures of a scorecard, in the order in which they are named; by default every one.

    Args:
        sample: The sums.
        names: Of the measures, in `MEASURES`. What belongs to others only is not worked out.
    """
    found: dict[str, Found] = {}
    for name in names:
        if name not in found:
            found.update(_FOUND_BY[name](sample))
    return tuple(figure_found(name, found[name], n=sample.n, n_clusters=sample.n_clusters) for name in names)


def other_figures(sample: Sample) -> tuple[Figure, ...]:
    """
    Return the scores that other sites use, each with why it is not recommended.

    Args:
        sample: The sums.
    """
    figures = []
    for name, measure in OTHER_MEASURES.items():
        value = why_absent(name, sample.levels, n_clusters=sample.n_clusters) or other_score(name, sample.levels)
        note = f"{NOT_RECOMMENDED} {OTHER_SCORES[name].caution}"
        absent = value if isinstance(value, Absent) else None
        shown = None if isinstance(value, Absent) else value
        reason = "" if absent else OF_OTHER_SITES
        figures.append(Figure(measure, shown, None, absent, sample.n, sample.n_clusters, note, reason))
    return tuple(figures)


def figure_found(name: str, found: Found, *, n: int, n_clusters: int) -> Figure:
    """
    Return a number of `MEASURES` with all that it takes to read it.

    Args:
        name: Of the measure.
        found: Its value, its interval or None, and what more there is to note; or why it is not shown.
        n: Forecasts it is made from, by weight.
        n_clusters: Independent events among them.
    """
    note = NOTES.get(name, "")
    if isinstance(found, Absent):
        return Figure(MEASURES[name], None, None, found, n, n_clusters, note)
    value, interval, *more = found
    note = " ".join(filter(None, [note, *more]))
    return Figure(MEASURES[name], value, interval, None, n, n_clusters, note, "" if interval else NO_INTERVAL[name])


def _absent(name: str, sample: Sample) -> Absent | None:
    return why_absent(SHOWN_LIKE[name], sample.levels, n_clusters=sample.n_clusters)


def _counts(sample: Sample) -> Iterator[tuple[str, Found]]:
    """The headline, the counts beside it, and the record."""
    summary, record = sample.summary, sample.summary.record
    absent = _absent("BRIER", sample)
    if absent or record is None or summary.mean_brier is None:
        names = ("BRIER", "N_CLIPPED", "N_CERTAIN_AND_WRONG", "EXPECTED", "OBSERVED", "RECORD_P_VALUE")
        yield from ((name, absent or PART_COUNTED) for name in names)
        return
    yield "BRIER", (summary.mean_brier, summary.brier_interval)
    yield "N_CLIPPED", (summary.n_clipped, None)
    yield "N_CERTAIN_AND_WRONG", (summary.n_certain_and_wrong, None)
    yield "EXPECTED", (record.expected, None)
    yield "OBSERVED", (record.observed, None)
    yield "RECORD_P_VALUE", _p_of(record)


def _p_of(record: RecordStatement) -> Found:
    return PART_COUNTED if record.p_value is None else (record.p_value, None)


def _mean_alone(sample: Sample, *, name: str) -> Iterator[tuple[str, Found]]:
    sums, factor = MEANS[name]
    yield name, _absent(name, sample) or _mean(name, sums, factor, sample=sample)


def _mean(name: str, sums: str, factor: int, *, sample: Sample) -> Found:
    if sample.n_clusters >= MIN_CLUSTERS_FOR_T or len(sample.few) != sample.n_clusters:
        return clustered_mean(name, sample.totals, reach=_reach(name, sample))
    events = [cell.measures()[sums] * factor / (UNITS[sums] * WHOLE) for cell in sample.few]
    weights = [cell.weight / WHOLE for cell in sample.few]
    interval = sign_flip_interval(events, weights, span=_span(name), reach=_reach(name, sample))
    return float(sample.totals.mean(sums)) * factor, interval


def _reach(name: str, sample: Sample) -> Reach:
    return points_reach(sample.totals) if name == "POINTS_SAVED" else reach_of_levels(name, sample.levels)


def points_reach(totals: Totals) -> Reach:
    """
    Return about what points saved come to where outcomes go the other way for either.

    The means are all that is known of what was said: it is as though each had been the score of one forecast.

    Args:
        totals: The sums, of at least one forecast.
    References:
        `reach_of_saved`.
    """
    own, saved = (float(totals.mean(name)) for name in ("brier", "points_saved"))
    low, high = reach_of_saved(own, max(0.0, own + saved))
    return 100 * low, 100 * high


def clustered_mean(name: str, totals: Totals, *, reach: Reach) -> tuple[float, Interval]:
    """
    Return a mean of `MEANS` with the interval of `signed_interval`, by event.

    Args:
        name: Of the mean.
        totals: The sums, of at least one forecast.
        reach: The least and the greatest that the mean can come to with what was said.
    Raises:
        ValueError: Nothing is counted.
    References:
        Liang and Zeger (1986), Biometrika 73(1), 13-22.
    """
    sums, factor = MEANS[name]
    mean = float(totals.mean(sums)) * factor
    return mean, signed_interval(
        mean,
        error=totals.standard_error(sums) * factor,
        n=max(1, round(totals.weight / WHOLE)),
        n_clusters=totals.clusters,
        effective_clusters=totals.effective_clusters,
        span=_span(name),
        reach=reach,
    )


def _span(name: str) -> tuple[float, float]:
    measure = MEASURES[name]
    return measure.low or 0.0, measure.high or 0.0


def _skill_alone(sample: Sample) -> Iterator[tuple[str, Found]]:
    yield "BRIER_SKILL", _absent("BRIER_SKILL", sample) or _skill(sample)


def _skill(sample: Sample) -> Found:
    found = sample.totals.skill()
    if found is None:
        return NO_REFERENCE_LOSS
    share, error = found
    n, n_clusters, events = sample.n, sample.n_clusters, sample.totals.effective_clusters
    own, reference = (float(sample.totals.mean(name)) for name in ("brier", "reference"))
    if are_alike(error, events=events, span=(0.0, 1.0)):
        low, high = alike_skill_bounds(own, reference, events=events)
        return share, Interval(low, high, IntervalMethod.ALIKE_BOUND, n, n_clusters, level=0.95)
    interval = t_interval(share, error=error, n=n, n_clusters=n_clusters, span=(None, 1.0))
    if interval is None:
        return share, None
    owns, references = either_way(own), either_way(reference)
    low, high = alike_skill_bounds(own, reference, events=events, owns=owns, references=references)
    return share, replace(interval, method=IntervalMethod.CLUSTER_DELTA).holding(low, high)


def _tests(sample: Sample) -> Iterator[tuple[str, Found]]:
    """Whether the score came out as implied, with the error clustered by event."""
    absent = _absent("BRIER_GAP_Z", sample)
    z = None if absent else sample.totals.z("brier_gap")
    if z is None:
        yield from ((name, absent or NO_SPREAD) for name in ("BRIER_GAP_Z", "BRIER_GAP_P_VALUE"))
        return
    yield "BRIER_GAP_Z", (z, None)
    unmet = alike_p(
        float(sample.totals.mean("brier_gap")),
        events=sample.totals.effective_clusters,
        span=reach_of_levels("BRIER_GAP", sample.levels),
    )
    yield "BRIER_GAP_P_VALUE", (max(2 * float(ndtr(-abs(z))), unmet), None)


def _parts(sample: Sample) -> Iterator[tuple[str, Found]]:
    names = ("MISCALIBRATION", "DISCRIMINATION", "UNCERTAINTY")
    parts = _absent("MISCALIBRATION", sample) or decompose_brier(sample.levels)
    for name in names:
        yield name, parts if isinstance(parts, Absent) else (getattr(parts, name.lower()), None)
    chance = _absent("MISCALIBRATION_P_VALUE", sample) or sample.consistency or NOT_ASKED
    if isinstance(chance, Absent):
        yield from ((name, chance) for name in ("MISCALIBRATION_BY_CHANCE", "MISCALIBRATION_P_VALUE"))
        return
    level, method = chance.band.coverage, IntervalMethod.RESAMPLED
    reach = Interval(chance.null_low, chance.null_high, method, sample.n, sample.n_clusters, level)
    yield "MISCALIBRATION_BY_CHANCE", (chance.null_miscalibration, reach)
    yield "MISCALIBRATION_P_VALUE", (chance.p_value, None)


def _line(sample: Sample) -> Iterator[tuple[str, Found]]:
    """What is fitted as if forecasts were independent."""
    line = _absent("RECALIBRATION_SLOPE", sample) or recalibration(sample.levels)
    names = ("RECALIBRATION_INTERCEPT", "RECALIBRATION_SLOPE", "RECALIBRATION_P_VALUE")
    if isinstance(line, Absent):
        yield from ((name, line) for name in names)
    else:
        more = PENALISED if line.penalised else ""
        yield names[0], (line.intercept.value, _wald(line.intercept, line.coverage, sample.n), more)
        yield names[1], (line.slope.value, _wald(line.slope, line.coverage, sample.n), more)
        yield names[2], (line.p_value, None)


def _area(sample: Sample) -> Iterator[tuple[str, Found]]:
    yield "AUC", area_found(sample.levels, n=sample.n, n_clusters=sample.n_clusters)


def area_found(levels: Levels, *, n: int, n_clusters: int) -> Found:
    """
    Return the area under the curve with its interval, or why it is not shown.

    Args:
        levels: The forecasts.
        n: How many they are, by weight.
        n_clusters: Independent events among them.
    References:
        DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44(3), 837-845.
    """
    area = why_absent(SHOWN_LIKE["AUC"], levels, n_clusters=n_clusters) or area_under_curve(levels)
    if isinstance(area, Absent):
        return area
    return area.area, _independent(area.low, area.high, IntervalMethod.DELONG, area.coverage, n)


def _wald(one: Estimate, coverage: float, n: int) -> Interval:
    return _independent(one.low, one.high, IntervalMethod.WALD, coverage, n)


def _independent(low: float, high: float, method: IntervalMethod, coverage: float, n: int) -> Interval:
    """An interval that takes every forecast for an event of its own."""
    return Interval(low, high, method, n=n, n_clusters=n, level=coverage)


_FOUND_BY: Final[Mapping[str, Callable[[Sample], Iterable[tuple[str, Found]]]]] = {
    **dict.fromkeys(("BRIER", "N_CLIPPED", "N_CERTAIN_AND_WRONG", "EXPECTED", "OBSERVED", "RECORD_P_VALUE"), _counts),
    **{name: partial(_mean_alone, name=name) for name in MEANS},
    "BRIER_SKILL": _skill_alone,
    **dict.fromkeys(("BRIER_GAP_Z", "BRIER_GAP_P_VALUE"), _tests),
    **dict.fromkeys(("MISCALIBRATION", "MISCALIBRATION_BY_CHANCE", "MISCALIBRATION_P_VALUE"), _parts),
    **dict.fromkeys(("DISCRIMINATION", "UNCERTAINTY"), _parts),
    **dict.fromkeys(("RECALIBRATION_INTERCEPT", "RECALIBRATION_SLOPE", "RECALIBRATION_P_VALUE"), _line),
    "AUC": _area,
}

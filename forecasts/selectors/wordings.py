"""What words of probability were worth: the forecasts of a slice that were given in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forecasts.models import LexiconEntry
from forecasts.scoring.decomposition import Decomposition, decompose_brier
from forecasts.scoring.discrimination import Auc, area_under_curve
from forecasts.scoring.intervals import Interval
from forecasts.scoring.ladder import ladder_cuts, ladder_score
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.lexicon import Reading
from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.rules import brier_score
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.thresholds import Absent, Missing, why_absent
from forecasts.scoring.verbal import (
    Meaning,
    Said,
    WordsScore,
    effective_meaning,
    meaning_statement,
    score_words,
    spread_of_range,
)

from .spoken import MOST_SPOKEN, Hedges, Spoken, entries_of, plain

MOST_PHRASES = 100
TOO_MANY = Absent(
    Missing.TOO_MANY,
    f"More than {MOST_SPOKEN:,} forecasts in words: too many to look through while somebody waits. Narrow the slice.",
)


@dataclass(frozen=True, kw_only=True)
class PhraseLine:
    """A phrase of one forecaster: how readers take it, what came of it, and what it came to mean."""

    forecaster: str
    phrase: str
    lexicon: str
    point: float
    low: float
    high: float
    n: float
    n_clusters: int
    happened: float
    meaning: Meaning | Absent
    text: str


@dataclass(frozen=True, kw_only=True)
class LadderLine:
    """A scale without gaps: its proper score, and the Brier score of its midpoints, which is none."""

    lexicon: str
    n: float
    score: float
    midpoint_brier: float


@dataclass(frozen=True, kw_only=True)
class Verbal:
    """
    The forecasts of a slice that were given in words.

    `discrimination` and `auc` need only the order of the phrases. `phrases` has the most used ones. `n` and `n_clusters` are
    None where they are too many to look through.
    """

    n: float | None
    n_clusters: int | None
    score: WordsScore | Absent
    interval: Interval | None
    discrimination: Decomposition | Absent
    auc: Auc | Absent
    phrases: tuple[PhraseLine, ...]
    n_phrases: int
    ladders: tuple[LadderLine, ...]
    hedges: Hedges


@dataclass
class _Use:
    """What was counted of one phrase of one forecaster."""

    name: str
    said: list[Said] = field(default_factory=list)
    clusters: set[str] = field(default_factory=set)


def verbal_of(spoken: Sequence[Spoken] | None, *, hedges: Hedges) -> Verbal:
    """
    Return what words of probability were worth.

    Args:
        spoken: The forecasts in words that count; None where they are too many to look through.
        hedges: What came of words that only hedge.
    """
    return _too_many(hedges) if spoken is None else _verbal(spoken, hedges=hedges)


def _too_many(hedges: Hedges) -> Verbal:
    return Verbal(
        n=None,
        n_clusters=None,
        score=TOO_MANY,
        interval=None,
        discrimination=TOO_MANY,
        auc=TOO_MANY,
        phrases=(),
        n_phrases=0,
        ladders=(),
        hedges=hedges,
    )


def _verbal(spoken: Sequence[Spoken], *, hedges: Hedges) -> Verbal:
    entries = entries_of(spoken)
    totals, levels = _sums(spoken)
    absent = why_absent("verbal.point", levels, n_clusters=totals.clusters)
    said = [_said(one, entries=entries) for one in spoken]
    lines = sorted(_lines(spoken, entries=entries), key=lambda line: (-line.n, line.forecaster, line.phrase))
    return Verbal(
        n=totals.weight / WHOLE,
        n_clusters=totals.clusters,
        score=absent or score_words(said),
        interval=None if absent else mean_brier_interval(totals),
        discrimination=why_absent("decomposition", levels, n_clusters=totals.clusters) or decompose_brier(levels),
        auc=why_absent("auc", levels, n_clusters=totals.clusters) or area_under_curve(levels),
        phrases=tuple(lines[:MOST_PHRASES]),
        n_phrases=len(lines),
        ladders=tuple(_ladders(spoken, entries=entries)),
        hedges=hedges,
    )


def _sums(spoken: Iterable[Spoken]) -> tuple[Totals, Levels]:
    clusters: dict[str, Cell] = defaultdict(Cell)
    cells = []
    for one in spoken:
        clusters[one.cluster] += cell_of(one.level, one.outcome, weight=one.weight)
        cells.append((one.level, one.weight, one.weight * one.outcome, one.rows))
    return Totals.of(cell for cell in clusters.values() if cell), Levels.summed(cells)


def _said(one: Spoken, *, entries: Mapping[int, LexiconEntry]) -> Said:
    """The words as a reading: the range of the forecast, and how far the readers of its lexicon differ."""
    point = one.level / BASIS_POINTS
    low, high = (point if end is None else float(end) for end in (one.low, one.high))
    low, high = min(low, point), max(high, point)
    entry = entries.get(one.entry or 0)
    known = entry.spread if entry else None
    spread = spread_of_range(low, high) if known is None else float(known)
    reading = Reading(_phrase(one, entry), _lexicon(entry), point, low, high)
    return Said(reading, spread, one.outcome / BASIS_POINTS, one.weight / WHOLE)


def _phrase(one: Spoken, entry: LexiconEntry | None) -> str:
    return entry.phrase if entry else plain(one.phrase)


def _lexicon(entry: LexiconEntry | None) -> str:
    return f"{entry.lexicon.code} v{entry.lexicon.version}" if entry else ""


def _lines(spoken: Iterable[Spoken], *, entries: Mapping[int, LexiconEntry]) -> Iterator[PhraseLine]:
    uses: dict[tuple[str, str, str], _Use] = {}
    for one in spoken:
        said = _said(one, entries=entries)
        use = uses.setdefault((one.forecaster, said.reading.phrase, said.reading.lexicon), _Use(one.name))
        use.said.append(said)
        use.clusters.add(one.cluster)
    for (forecaster, phrase, lexicon), use in uses.items():
        yield _line(forecaster, phrase, lexicon, use=use)


def _line(forecaster: str, phrase: str, lexicon: str, *, use: _Use) -> PhraseLine:
    n = sum(said.weight for said in use.said)
    happened = sum(said.weight * said.obs for said in use.said)
    # An editor may have read the same words differently in another place: then readers are their mean.
    point, low, high, spread = (
        sum(said.weight * value for said, value in zip(use.said, values, strict=True)) / n
        for values in zip(*((s.reading.point, s.reading.low, s.reading.high, s.spread) for s in use.said), strict=True)
    )
    counts = {"happened": happened, "failed": max(0.0, n - happened), "mean": min(max(point, 0.0), 1.0)}
    found = effective_meaning(**counts, n_clusters=len(use.clusters), spread=spread)
    events = "1 independent event" if len(use.clusters) == 1 else f"{len(use.clusters)} independent events"
    told = found.text if isinstance(found, Absent) else meaning_statement(use.name, phrase, found=found, **counts)
    return PhraseLine(
        forecaster=forecaster,
        phrase=phrase,
        lexicon=lexicon,
        point=point,
        low=low,
        high=high,
        n=n,
        n_clusters=len(use.clusters),
        happened=happened,
        meaning=found,
        text=told if isinstance(found, Absent) else f"{told} On {events}.",
    )


def _ladders(spoken: Iterable[Spoken], *, entries: Mapping[int, LexiconEntry]) -> Iterator[LadderLine]:
    """The score of each scale without gaps that was used."""
    steps: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for entry in entries.values():
        if entry.low is not None and entry.high is not None:
            steps[_lexicon(entry)].add((float(entry.low), float(entry.high)))
    used: dict[str, list[Said]] = defaultdict(list)
    for one in spoken:
        if one.entry:
            said = _said(one, entries=entries)
            used[said.reading.lexicon].append(said)
    for lexicon in sorted(used):
        cuts = ladder_cuts(steps[lexicon])
        if cuts:
            yield _ladder(lexicon, used[lexicon], cuts=cuts)


def _ladder(lexicon: str, said: list[Said], *, cuts: tuple[float, ...]) -> LadderLine:
    fcst, obs = [one.reading.point for one in said], [one.obs for one in said]
    n = sum(one.weight for one in said)
    score, brier = (
        sum(one.weight * value for one, value in zip(said, values.tolist(), strict=True)) / n
        for values in (ladder_score(fcst, obs, cuts=cuts), brier_score(fcst, obs))
    )
    return LadderLine(lexicon=lexicon, n=n, score=score, midpoint_brier=brier)

"""What words of probability were worth: the forecasts of a slice that were given in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forecasts.models import LexiconEntry
from forecasts.scoring.figures import Figure, figure_found
from forecasts.scoring.ladder import ladder_cuts, ladder_score
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.lexicon import Reading
from forecasts.scoring.part_figures import absent_part, forecasts_in, loss_totals, mean_part, order_parts
from forecasts.scoring.rules import brier_score
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.thresholds import Absent
from forecasts.scoring.verbal import (
    Said,
    WordsScore,
    effective_meaning,
    meaning_figure,
    meaning_statement,
    score_words,
    spread_of_range,
)

from .spoken import TOO_MANY, Entries, Hedges, Spoken, plain

MOST_PHRASES = 100


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
    meaning: Figure
    text: str


@dataclass(frozen=True, kw_only=True)
class LadderLine:
    """A scale without gaps: its proper score, and the Brier score of its midpoints, which is none."""

    lexicon: str
    n: float
    score: Figure
    midpoint_brier: Figure


@dataclass(frozen=True, kw_only=True)
class Verbal:
    """
    The forecasts of a slice that were given in words.

    `discrimination` and `auc` need only the order of the phrases. `phrases` has the most used ones. `n` and `n_clusters` are
    None where they are too many to look through.
    """

    n: float | None
    n_clusters: int | None
    score: WordsScore
    discrimination: Figure
    auc: Figure
    phrases: tuple[PhraseLine, ...]
    n_phrases: int
    ladders: tuple[LadderLine, ...]
    hedges: Hedges


@dataclass
class _Use:
    """What was counted of one phrase of one forecaster."""

    name: str
    said: list[Said] = field(default_factory=list)


def verbal_of(spoken: Sequence[Spoken] | None, *, hedges: Hedges, entries: Entries) -> Verbal:
    """
    Return what words of probability were worth.

    Args:
        spoken: The forecasts in words that count; None where they are too many to look through.
        hedges: What came of words that only hedge.
        entries: What the words were read by.
    """
    return _too_many(hedges) if spoken is None else _verbal(spoken, hedges=hedges, entries=entries.steps)


def _too_many(hedges: Hedges) -> Verbal:
    names = ("BRIER", "WORDS_BEST", "WORDS_WORST", "READER_VARIANCE")
    return Verbal(
        n=None,
        n_clusters=None,
        score=WordsScore(*(absent_part(name, TOO_MANY) for name in names)),
        discrimination=figure_found("DISCRIMINATION", TOO_MANY, n=0, n_clusters=0),
        auc=figure_found("AUC", TOO_MANY, n=0, n_clusters=0),
        phrases=(),
        n_phrases=0,
        ladders=(),
        hedges=hedges,
    )


def _verbal(spoken: Sequence[Spoken], *, hedges: Hedges, entries: Mapping[int, LexiconEntry]) -> Verbal:
    totals, levels = _sums(spoken)
    discrimination, auc = order_parts(levels, n=forecasts_in(totals), n_clusters=totals.clusters)
    lines = sorted(_lines(spoken, entries=entries), key=lambda line: (-line.n, line.forecaster, line.phrase))
    return Verbal(
        n=totals.weight / WHOLE,
        n_clusters=totals.clusters,
        score=score_words([_said(one, entries=entries) for one in spoken]),
        discrimination=discrimination,
        auc=auc,
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
    return Said(reading, spread, one.outcome / BASIS_POINTS, one.weight / WHOLE, one.cluster)


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
    n_clusters = len({said.cluster for said in use.said})
    counts = {"happened": happened, "failed": max(0.0, n - happened), "mean": min(max(point, 0.0), 1.0)}
    found = effective_meaning(**counts, n_clusters=n_clusters, spread=spread)
    events = "1 independent event" if n_clusters == 1 else f"{n_clusters} independent events"
    told = found.text if isinstance(found, Absent) else meaning_statement(use.name, phrase, found=found, **counts)
    return PhraseLine(
        forecaster=forecaster,
        phrase=phrase,
        lexicon=lexicon,
        point=point,
        low=low,
        high=high,
        n=n,
        n_clusters=n_clusters,
        happened=happened,
        meaning=meaning_figure(found, n=n, n_clusters=n_clusters),
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
    score, brier = (
        loss_totals(
            (one.cluster, loss, round(one.weight * WHOLE)) for one, loss in zip(said, losses.tolist(), strict=True)
        )
        for losses in (ladder_score(fcst, obs, cuts=cuts), brier_score(fcst, obs))
    )
    return LadderLine(
        lexicon=lexicon,
        n=sum(one.weight for one in said),
        score=mean_part("LADDER", score),
        midpoint_brier=mean_part("MIDPOINT_BRIER", brier),
    )

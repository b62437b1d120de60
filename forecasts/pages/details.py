"""What a scorecard says of words, conditions and readings, in sentences; and the table of words as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from forecasts.feeds.spreadsheets import inert
from forecasts.scoring.figures import Figure
from forecasts.scoring.tiers import FIRST_AT, Tier
from forecasts.selectors.conditions import Conditional
from forecasts.selectors.deadlines import Deadlines
from forecasts.selectors.details import Reread, Told
from forecasts.selectors.spoken import TOO_MANY, Hedges
from forecasts.selectors.spreads import Spread, SpreadLine
from forecasts.selectors.wordings import PhraseLine, Verbal

WORD_COLUMNS = (
    "forecaster", "phrase", "lexicon", "readers", "readers_low", "readers_high", "n", "events", "happened", "meaning",
    "meaning_low", "meaning_high", "interval_method", "why_no_meaning",
)  # fmt: skip
VARIANTS = {"STRICT": "Strict rules", "LENIENT": "Lenient rules"}


@dataclass(frozen=True)
class DetailLines:
    """Sentences for each part, none where there is nothing to say; and the rows of its table."""

    words: tuple[str, ...]
    phrases: tuple[PhraseLine, ...]
    conditions: tuple[str, ...]
    fits: tuple[str, ...]


@dataclass(frozen=True)
class ReadingLines:
    """What to say of other readings, and the rows of their table."""

    told: tuple[str, ...]
    rows: tuple[tuple[str, SpreadLine], ...]


def detail_lines(told: Told | None) -> DetailLines | None:
    """What is told in sentences; None where the scorecard has none."""
    if told is None:
        return None
    verbal = told.verbal
    return DetailLines(
        words=(*_words(verbal), *_hedges(verbal.hedges)),
        phrases=verbal.phrases,
        conditions=tuple(_conditions(told.conditional)),
        fits=tuple(f"{line.text} {_points(line.gap)}" for line in told.conditional.fits),
    )


def reading_lines(reread: Reread) -> ReadingLines:
    """How much hangs on how words, rules and deadlines are read, in sentences."""
    spread = reread.spread
    return ReadingLines(
        told=(*_readings(spread), *_deadlines(reread.deadlines)),
        rows=tuple((VARIANTS.get(line.name, line.name), line) for line in (*spread.lexicons, *spread.variants)),
    )


def _words(verbal: Verbal) -> tuple[str, ...]:
    brier, best, worst = verbal.score.brier, verbal.score.best, verbal.score.worst
    if verbal.n is None or verbal.n_clusters is None:
        return (TOO_MANY.text,)
    if not verbal.n:
        return ()
    said = f"{_calls(verbal.n)} in words, on {_events(verbal.n_clusters)}."
    if brier.absent:
        return (f"{said} No score of them alone yet: {brier.absent.text}",)
    caution = " Few: take it for an impression." if verbal.n_clusters < FIRST_AT[Tier.RATED] else ""
    return (
        f"{said} Mean Brier score {told(brier)}, words read as most readers do; from {told(best)} to {told(worst)} for "
        f"any number within what readers hear.{caution}",
        f"Readers differ: a single one scores {told(verbal.score.reader_variance)} worse on average. That is the price of "
        "vagueness.",
        *_order(verbal),
    )


def _order(verbal: Verbal) -> Iterator[str]:
    """What needs the order of the phrases only, or why it is not told."""
    if verbal.auc.absent or verbal.discrimination.absent:
        why = verbal.auc.absent or verbal.discrimination.absent
        yield f"How well words tell cases apart is not told yet: {why.text if why else ''}"
        return
    yield (
        f"By the order of words alone: discrimination {told(verbal.discrimination)}, area under the curve "
        f"{told(verbal.auc)}; 0.5 is chance."
    )


def _hedges(hedges: Hedges) -> tuple[str, ...]:
    if hedges.n is None:
        return (f"Words that only hedge: {TOO_MANY.text}",)
    if not hedges.n:
        return ()
    what = "said only that something may happen: counted here, in no score."
    settled = f"{_calls(hedges.n)} {what} {hedges.n_settled} settled, {hedges.happened:.3g} of them happened"
    if hedges.share.interval is None or hedges.share.value is None:
        return (f"{settled}.",)
    low, high = hedges.share.interval.low, hedges.share.interval.high
    return (
        f"{settled} ({hedges.share.value:.0%}, 95% interval {low:.0%} to {high:.0%}). Read as most readers do they would "
        f"have scored {told(hedges.brier)}.",
    )


def _conditions(found: Conditional) -> list[str]:
    if not found.n:
        return []
    told_so = [f"{found.n} with a condition: {found.resolved} settled, {found.annulled} annulled."]
    share = found.annulled_share
    if share.value is not None and share.interval is not None:
        told_so.append(
            f"Of those decided, {share.value:.0%} were annulled (95% interval {share.interval.low:.0%} to "
            f"{share.interval.high:.0%}, if each condition stood alone)."
        )
    if found.warning:
        told_so.append(found.warning)
    if found.side_happened or found.side_failed:
        told_so.append(
            f"Where the condition was not met, the outcome happened all the same in {_cases(found.side_happened)}, and in "
            f"{_cases(found.side_failed)} it did not happen either."
        )
    if found.resolved:
        brier = found.brier
        why = f"Mean Brier score of the settled ones: {brier.absent.text}" if brier.absent else ""
        told_so.append(why or f"Mean Brier score of the settled ones {told(brier)}.")
    if found.mean_condition.value is not None:
        told_so.append(
            f"The conditions were called {found.mean_condition.value:.0%} likely on average, where the same forecaster said "
            f"so ({found.mean_condition.n})."
        )
    if found.largest_distance.value:
        told_so.append(
            f"Numbers that do not fit together are {found.largest_distance.value:.3f} away from ones that do, at most; a "
            f"diagnostic over {found.largest_distance.n}, never a score."
        )
    if not found.are_fits_complete:
        told_so.append("Too many predictions to compare what was said of them: ask for a smaller slice.")
    return told_so


def _readings(spread: Spread) -> list[str]:
    told_so = [spread.variants_missing] if spread.variants_missing and spread.brier.value is not None else []
    read = sorted((line.brier.value, line.name) for line in spread.lexicons if line.brier.value is not None)
    if len(read) > 1:
        (least, by_least), (most, by_most) = read[0], read[-1]
        told_so.append(
            f"With the same words read through {len(read)} lexicons, the mean Brier score is from {least:.4f} "
            f"({by_least}) to {most:.4f} ({by_most})."
        )
    outside = [line.name for line in (*spread.lexicons, *spread.variants) if line.is_outside]
    if outside:
        told_so.append(f"Outside the interval of the score: {', '.join(outside)}. Much hangs on how it is read.")
    return told_so


def _deadlines(found: Deadlines) -> Iterator[str]:
    if not found.n or found.share.value is None:
        return
    has = "1 prediction has a deadline" if found.n == 1 else f"{found.n} predictions have deadlines"
    yield f"{has} that editors set, since the words give none: {found.share.value:.0%} of what is scored rests on that."
    if found.missing:
        yield found.missing
    elif not found.n_ranged:
        yield "For none of them is another end on record that the score could be held to."
    ends = (("earliest", found.early), ("latest", found.late))
    scores = [f"at the {name} ends {told(line.brier)}" for name, line in ends if line and line.brier.value is not None]
    if scores:
        yield f"For {found.n_ranged} another end is on record: the mean Brier score is {' and '.join(scores)}."
    if found.n_late:
        yield f"Late, and scored as failed: {_cases(found.n_late)} that came true after the deadline, by the latest end."


def told(figure: Figure) -> str:
    """A number that is shown, with its interval where it has one."""
    if figure.value is None:
        return figure.absent.text if figure.absent else ""
    value, interval = f"{figure.value:.4f}", figure.interval
    return (
        value
        if interval is None
        else f"{value} ({interval.level:.0%} interval {interval.low:.2f} to {interval.high:.2f})"
    )


def _calls(n: float) -> str:
    return "1 call" if n == 1 else f"{n:.3g} calls"


def _events(n: int) -> str:
    return "1 independent event" if n == 1 else f"{n} independent events"


def _cases(n: int) -> str:
    return "1 case" if n == 1 else f"{n} cases"


def _points(gap: float) -> str:
    return f"Off by {abs(gap) * 100:.0f} points." if abs(gap) >= 0.005 else "That fits."


def words_as_csv(told: Told | None) -> str:
    """Return one line for each phrase of each forecaster under a line of names; the meaning is empty below three events."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(WORD_COLUMNS)
    for line in told.verbal.phrases if told else ():
        found = line.meaning
        reach = found.interval
        meaning = (
            found.value, reach and reach.low, reach and reach.high, reach and reach.method.value,
            found.absent.text if found.absent else "",
        )  # fmt: skip
        texts = (line.forecaster, line.phrase, line.lexicon)
        numbers = (line.point, line.low, line.high, line.n, line.n_clusters, line.happened)
        writer.writerow(["" if value is None else inert(value) for value in (*texts, *numbers, *meaning)])
    return written.getvalue()

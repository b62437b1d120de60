"""What a scorecard says of words, conditions and readings, in sentences; and the table of words as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from forecasts.feeds.spreadsheets import inert
from forecasts.scoring.tiers import FIRST_AT, Tier
from forecasts.scoring.verbal import Meaning, WordsScore
from forecasts.selectors.conditions import Conditional
from forecasts.selectors.deadlines import Deadlines
from forecasts.selectors.details import Details, Told
from forecasts.selectors.spreads import Spread, SpreadLine
from forecasts.selectors.wordings import TOO_MANY, Hedges, PhraseLine, Verbal

WORD_COLUMNS = (
    "forecaster", "phrase", "lexicon", "readers", "readers_low", "readers_high", "n", "events", "happened", "meaning",
    "meaning_low", "meaning_high",
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


def reading_lines(details: Details) -> ReadingLines:
    """How much hangs on how words, rules and deadlines are read, in sentences."""
    spread = details.spread
    return ReadingLines(
        told=(*_readings(spread), *_deadlines(details.deadlines)),
        rows=tuple((VARIANTS.get(line.name, line.name), line) for line in (*spread.lexicons, *spread.variants)),
    )


def _words(verbal: Verbal) -> tuple[str, ...]:
    if verbal.n is None or verbal.n_clusters is None:
        return (TOO_MANY.text,)
    if not verbal.n:
        return ()
    said = f"{_calls(verbal.n)} in words, on {_events(verbal.n_clusters)}."
    if not isinstance(verbal.score, WordsScore):
        return (f"{said} No score of them alone yet: {verbal.score.text}",)
    score = verbal.score
    caution = " Few: take it for an impression." if verbal.n_clusters < FIRST_AT[Tier.RATED] else ""
    return (
        f"{said} Mean Brier score {score.brier:.4f}, words read as most readers do; from {score.envelope.best:.4f} to "
        f"{score.envelope.worst:.4f} for any number within what readers hear.{caution}",
        f"Readers differ: a single one scores {score.reader_variance:.4f} worse on average. That is the price of vagueness.",
    )


def _hedges(hedges: Hedges) -> tuple[str, ...]:
    if not hedges.n:
        return ()
    what = "said only that something may happen: counted here, in no score."
    told = f"{_calls(hedges.n)} {what} {hedges.n_settled} settled, {hedges.happened:.3g} of them happened"
    return (f"{told} ({hedges.share:.0%})." if hedges.share is not None else f"{told}.",)


def _conditions(found: Conditional) -> list[str]:
    if not found.n:
        return []
    told = [f"{found.n} with a condition: {found.resolved} settled, {found.annulled} annulled."]
    if found.annulled_share is not None and found.annulled_interval is not None:
        low, high = found.annulled_interval.low, found.annulled_interval.high
        told.append(
            f"Of those decided, {found.annulled_share:.0%} were annulled (95% interval {low:.0%} to {high:.0%}, if each "
            "condition stood alone)."
        )
    if found.warning:
        told.append(found.warning)
    if found.side_happened or found.side_failed:
        told.append(
            f"Where the condition was not met, the outcome happened all the same in {_cases(found.side_happened)}, and in "
            f"{_cases(found.side_failed)} it did not happen either."
        )
    if found.brier is not None and found.brier_interval is not None:
        interval = f"{found.brier_interval.low:.2f} to {found.brier_interval.high:.2f}"
        told.append(f"Mean Brier score of the settled ones {found.brier:.4f} (95% interval {interval}).")
    if found.mean_condition is not None:
        told.append(
            f"The conditions were called {found.mean_condition:.0%} likely on average, where the same forecaster said so "
            f"({found.n_condition})."
        )
    if not found.are_fits_complete:
        told.append("Too many predictions to compare what was said of them: ask for a smaller slice.")
    return told


def _readings(spread: Spread) -> list[str]:
    told = [spread.variants_missing] if spread.variants_missing and spread.brier is not None else []
    read = sorted((line for line in spread.lexicons if line.brier is not None), key=lambda line: line.brier or 0)
    if len(read) > 1:
        least, most = read[0], read[-1]
        told.append(
            f"With the same words read through {len(read)} lexicons, the mean Brier score is from {least.brier:.4f} "
            f"({least.name}) to {most.brier:.4f} ({most.name})."
        )
    outside = [line.name for line in (*spread.lexicons, *spread.variants) if line.is_outside]
    if outside:
        told.append(f"Outside the interval of the score: {', '.join(outside)}. Much hangs on how it is read.")
    return told


def _deadlines(found: Deadlines) -> Iterator[str]:
    if not found.n or found.share is None:
        return
    has = "1 prediction has a deadline" if found.n == 1 else f"{found.n} predictions have deadlines"
    yield f"{has} that editors set, since the words give none: {found.share:.0%} of what is scored rests on that."
    if found.missing:
        yield found.missing
    elif not found.n_ranged:
        yield "For none of them is another end on record that the score could be held to."
    ends = (("earliest", found.early), ("latest", found.late))
    told = [f"at the {name} ends {line.brier:.4f}" for name, line in ends if line and line.brier is not None]
    if told:
        yield f"For {found.n_ranged} another end is on record: the mean Brier score is {' and '.join(told)}."
    if found.n_late:
        yield f"Late, and scored as failed: {_cases(found.n_late)} that came true after the deadline, by the latest end."


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
        found = line.meaning if isinstance(line.meaning, Meaning) else None
        meaning = (found.probability, found.low, found.high) if found else ("", "", "")
        texts = (line.forecaster, line.phrase, line.lexicon)
        numbers = (line.point, line.low, line.high, line.n, line.n_clusters, line.happened)
        writer.writerow([inert(value) for value in (*texts, *numbers, *meaning)])
    return written.getvalue()

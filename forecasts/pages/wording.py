"""The sentences that pages put to codes and counts."""

from dataclasses import dataclass

from forecasts.models import Verdict
from forecasts.scoring.thresholds import Absent, Missing
from forecasts.scoring.tiers import FIRST_AT, Tier
from forecasts.selectors.cohorts import Cohort
from forecasts.selectors.coverage import Coverage
from forecasts.selectors.predictions import PredictionPage
from forecasts.selectors.scorecards import Scorecard

WAITING = {
    "CONTRADICTION": "Recorded events contradict each other: a person must decide.",
    "JUDGEMENT_NEEDED": "The rule asks a question that only a person can answer.",
    "POSSIBLE_MATCH": "A recorded event may be what the rule waits for: a person must say whether it is.",
    "CONTRADICTS_VERDICT": "What is known now contradicts the verdict on record: a person must look again.",
    "COVERAGE_GAP": "The window has long been over, and a source still does not say that it is complete up to its end: a "
    "person must see to it.",
    "ANCHOR_FAILED": "What the window is counted from did not happen: a person must say what follows.",
    "TOO_LATE_TO_REOPEN": "What came to light since would say “{answer}”. The verdict has been final for longer than its "
    "rule lets late evidence reopen it: it stands, and this is a note.",
    "NO_RULE": "No rule is recorded yet that could decide it.",
    "AWAITING_COVERAGE": "The window is over, but the sources do not yet say that they are complete up to its end: "
    "silence is no evidence until they do.",
    "WINDOW_OPEN": "The window is still open: it may yet happen.",
    "ANCHOR_UNKNOWN": "The window is counted from something that has not happened or has no date yet.",
}
SETTLED = {
    ("YES", False): "It happened as claimed.",
    ("NO", False): "It did not happen as claimed.",
    ("YES", True): "The condition was met, and the outcome happened.",
    ("NO", True): "The condition was met, and the outcome did not happen.",
}
SIDE_VALUES = {
    "T": "The condition was not met; the outcome happened all the same. Not scored.",
    "F": "The condition was not met, and the outcome did not happen either. Not scored.",
    "U": "The condition was not met; whether the outcome happened is not known. Not scored.",
}
ANNULLED = "The condition was not met, so there is nothing to score."
PARTLY = "It came true in part: {share:.0%} of it counts as having happened."
AMBIGUOUS = "The claim cannot be decided, so there is nothing to score."
HELP = {
    "resolved": ("Resolved", "Came out yes, no or in part, and scored."),
    "pending": ("Pending", "No verdict yet: a window is open, a source is incomplete, or a person is needed."),
    "annulled": ("Annulled", "The condition was not met, or the question fell away: never scored."),
    "ambiguous": ("Ambiguous", "A person found that the claim cannot be decided: never scored."),
    "unresolvable": ("Unresolvable", "No deadline at all: nothing could ever show it false."),
    "excluded_leakage": (
        "Made too late",
        "Settled, but said only when the outcome could be known already: never scored.",
    ),
    "hedged": ("Hedged", "All that was said is that it may happen: counted below, never scored."),
    "not_scored": ("Not scored", "No probability was given, or the number was not the forecaster’s own."),
}
# Shown even where there are none.
ALWAYS = ("Resolved", "Pending", "Annulled", "Ambiguous", "Not scored")
BESIDE = {
    "provisional": ("Provisional", "Of the resolved: decided by a proposal that is not final yet."),
    "retrospective": ("Retrospective", "Of the resolved: logged after the outcome could be known."),
    "unweighted": ("Without weight", "Of the resolved: none of it falls into the time that is weighed."),
    "annulled_void": ("Fell away", "Of the annulled: no condition failed, the question itself did."),
    "implied_deadline": ("Deadline of the editors", "The words give none, so the rule’s is a reading of them."),
    "forecasts_excluded": (
        "Late forecasts",
        "Forecasts, not predictions: made when the outcome could be known already.",
    ),
    "against_market": ("Against a market", "Scored forecasts: the points saved are against its price of the time."),
    "against_crowd": ("Against a crowd", "Scored forecasts: the points saved are against what it said at the time."),
    "against_base_rate": (
        "Against a base rate",
        "Scored forecasts: the points saved are against the share of earlier claims on the topic that had come true by then.",
    ),
    "against_one_half": ("Against one half", "Scored forecasts: nothing else was on record to compare them with."),
    "reported": ("Beliefs of others", "Reported in the same articles, held by somebody else: counted there, not here."),
}


@dataclass(frozen=True)
class CoverageLine:
    """One row of the table that says what became of all predictions."""

    name: str
    n: int
    help: str
    is_part: bool


def missing(page: PredictionPage) -> tuple[str, ...]:
    """What an open or doubted prediction waits for, one sentence each."""
    codes = list(page.prediction.review_reasons)
    evaluation = page.central.evaluation if page.central else None
    if page.resolution is None and evaluation and evaluation.reason in WAITING:
        codes.append(evaluation.reason)
    answer = evaluation.get_status_display() if evaluation else ""
    sentences = [
        WAITING.get(code, f"A person must look: {code}.").format(answer=answer) for code in dict.fromkeys(codes)
    ]
    if page.prediction.needs_confirmation:
        sentences.append("The machine proposes this verdict; a person has to confirm it before it is final.")
    return tuple(sentences)


def in_short(page: PredictionPage) -> str:
    """The verdict that stands as a plain sentence; empty while the prediction is open."""
    if page.resolution is None:
        return ""
    verdict = page.resolution.verdict
    if verdict == Verdict.ANNULLED:
        return SIDE_VALUES.get(page.resolution.side_value, ANNULLED)
    if page.resolution.share is not None:
        return PARTLY.format(share=page.resolution.share)
    return SETTLED.get((verdict, page.prediction.is_conditional), AMBIGUOUS)


def coverage_lines(card: Scorecard) -> tuple[CoverageLine, ...]:
    """What became of all predictions: parts that add up to all, then what is counted beside, where there is any."""
    parts = (CoverageLine(told[0], getattr(card.coverage, name), told[1], True) for name, told in HELP.items())
    beside = (CoverageLine(told[0], getattr(card.coverage, name), told[1], False) for name, told in BESIDE.items())
    return (*(line for line in parts if line.n or line.name in ALWAYS), *(line for line in beside if line.n))


def cohort_told(found: Cohort | Absent) -> str:
    """The score of what was due by now beside that of all that is resolved, in a sentence; empty where it says no more."""
    if isinstance(found, Absent):
        return found.text if found.reason is Missing.TOO_MANY else ""
    summary, coverage = found.summary, found.coverage
    told = f"What is due later is settled only where it came true early. Of what was due before {found.due_to:%Y-%m-%d} alone: "
    if summary.mean_brier is None or summary.brier_interval is None:
        return f"{told}nothing is settled ({coverage.pending} of {coverage.predictions} still open)."
    low, high = summary.brier_interval.low, summary.brier_interval.high
    calls = "1 call" if summary.n == 1 else f"{summary.n} calls"
    return (
        f"{told}mean Brier score {summary.mean_brier:.4f} (95% interval {low:.2f} to {high:.2f}) over {calls}; "
        f"{coverage.pending} of {coverage.predictions} still open ({found.open_share or 0:.0%})."
    )


def caution(card: Scorecard) -> str:
    """In plain words, what so few events do not allow; empty where they allow a rating."""
    n, n_clusters = card.summary.n, card.summary.n_clusters
    if n == 0:
        return _nothing(card.coverage)
    if n_clusters >= FIRST_AT[Tier.RATED]:
        return ""
    calls = "1 call is" if n == 1 else f"{n} calls are"
    if n_clusters == n:
        return f"{calls} too few to judge anybody by."
    events = "one event" if n_clusters == 1 else f"{n_clusters} events"
    return f"{calls} too few to judge anybody by, and not independent of one another: they hang on {events}."


def _nothing(coverage: Coverage) -> str:
    """Why there is nothing to judge."""
    if coverage.predictions and coverage.annulled == coverage.predictions:
        return "All of them were annulled: what they hang on did not come about, so nothing was ever put to the test."
    if not coverage.predictions:
        return "No prediction is on record yet."
    return "Nothing is resolved yet, so there is nothing to judge."

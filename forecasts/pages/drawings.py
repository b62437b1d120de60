"""From records to charts: which of a page's facts go into which picture."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby, zip_longest

from django.utils.safestring import SafeString

from forecasts.charts.dots import Call, Tally, calls_strip, tallies_strip
from forecasts.charts.reliability import Ground, reliability_diagram
from forecasts.charts.spans import Event, EventKind, Mark, MarkKind, Timeline, Window, WindowKind
from forecasts.charts.timeline import timeline
from forecasts.models import Article, Resolution, Verdict, Witness
from forecasts.scoring.reliability import curve_of
from forecasts.scoring.thresholds import Absent
from forecasts.selectors.predictions import PredictionPage, Reading, happened_at
from forecasts.selectors.scorecards import Scorecard

from .levels import shown_bands

MAX_WINDOWS, MAX_EVENTS = 6, 40
CLAUSES = {
    "occurs": "must happen",
    "never": "must not happen",
    "count": "is counted",
    "sum": "is added up",
    "series": "is measured",
    "state": "must hold",
    "judged": "is judged by a person",
}
VERDICT_MARKS = {Verdict.YES: MarkKind.VERDICT_YES, Verdict.NO: MarkKind.VERDICT_NO}


def life_of(page: PredictionPage, *, today: datetime) -> SafeString:
    """
    The timeline of a prediction: its publication, the windows of its rule, what happened, its verdict.

    Args:
        today: The day up to which an open prediction is drawn.
    """
    now = max(today, page.prediction.issued_at)
    events = _events(page.central)[:MAX_EVENTS]
    marks = [_publication(page), *_milestones(page), *_verdicts(page)]
    windows = list(_windows(page.central))[:MAX_WINDOWS]
    points = [*(mark.at for mark in marks), *(event.at for event in events)]
    start = min(points)
    visible = [window for window in windows if window.ends_at > start]
    ends = [*points, *(window.ends_at for window in visible)] + ([] if page.resolution else [now])
    margin = max((max(ends) - start) / 40, timedelta(days=1))
    drawn = Timeline(
        start=start - margin,
        end=max(ends) + margin,
        windows=tuple(visible),
        events=tuple(events),
        marks=tuple(marks),
        now=None if page.resolution else now,
    )
    # The charts escape every text they are given.
    return SafeString(timeline(drawn, id_prefix="life", title=f"From publication to verdict: {page.prediction.title}"))


def _windows(reading: Reading | None) -> Iterator[Window]:
    if reading is None or reading.evaluation is None:
        return
    seen, is_conditional = set(), reading.evaluation.trace.get("condition") is not None
    for part, kind, name in (("condition", WindowKind.CONDITION, "if"), ("consequent", WindowKind.OUTCOME, "then")):
        for leaf in _leaves(reading.evaluation.trace.get(part)):
            starts_at, ends_at = (datetime.fromisoformat(leaf["window"][end]["lo"]) for end in ("start", "end"))
            if starts_at < ends_at and (starts_at, ends_at, kind) not in seen:
                seen.add((starts_at, ends_at, kind))
                clause = CLAUSES.get(leaf["kind"], "window")
                yield Window(starts_at, ends_at, f"{name}: {clause}" if is_conditional else clause, kind)


def _leaves(finding: dict | None) -> Iterator[dict]:
    """The clauses of a trace that have a window."""
    if not finding:
        return
    if finding.get("window"):
        yield finding
    for child in finding.get("children", ()):
        yield from _leaves(child)


def _events(reading: Reading | None) -> list[Event]:
    witnesses: Iterable[Witness] = reading.witnesses if reading else ()
    return [_event(witness) for witness in witnesses]


def _event(witness: Witness) -> Event:
    kind = EventKind.WITNESS if witness.role == Witness.Role.MATCH else EventKind.POSSIBLE
    return Event(happened_at(witness), str(witness.event_version or witness.observation), kind)


def _publication(page: PredictionPage) -> Mark:
    article = page.prediction.article
    is_exact = article is None or article.published_precision != Article.Precision.MONTH
    label = "published" if is_exact else "published, day unknown"
    return Mark(page.prediction.issued_at, label, MarkKind.PUBLICATION)


def _milestones(page: PredictionPage) -> list[Mark]:
    return [Mark(milestone.occurs_at, milestone.label, MarkKind.MILESTONE) for milestone in page.milestones]


def _verdicts(page: PredictionPage) -> Iterator[Mark]:
    """Every verdict there ever was where it could be known; those that no longer stand say until when they did."""
    alike = groupby(reversed(page.resolutions), key=lambda one: (one.verdict, one.share))
    changes = [next(group) for _, group in alike]
    for one, later in zip_longest(changes, changes[1:]):
        if one.verdict:
            kind = VERDICT_MARKS.get(Verdict(one.verdict), MarkKind.VERDICT_VOID)
            yield Mark(one.known_at or one.recorded_at, _named(one, later=later), kind)


def _named(verdict: Resolution, *, later: Resolution | None) -> str:
    name = str(verdict.get_verdict_display())
    if later is None:
        return name
    return f"{name}, {'replaced' if later.verdict else 'withdrawn'} {later.recorded_at:%Y-%m-%d}"


def calls_of(card: Scorecard, *, name: str) -> SafeString:
    """The strip of every scored call: one by one where the scorecard lists them all, else counted by probability."""
    title = f"Every scored call: {name}"
    if card.n_calls <= len(card.calls):
        calls = [Call(call.probability, call.outcome, call.title) for call in card.calls]
        return SafeString(calls_strip(calls, id_prefix="calls", title=title))
    levels = card.sample.levels
    columns = (column.tolist() for column in (levels.probabilities, levels.happened, levels.failed))
    tallies = [Tally(*row) for row in zip(*columns, strict=True)]
    return SafeString(tallies_strip(tallies, id_prefix="calls", title=title))


def calibration_of(card: Scorecard, *, name: str) -> SafeString | None:
    """
    The reliability diagram with the curve and, where the scorecard has them, its bands.

    None where there are too few independent events to tell calibration from luck.
    """
    curve = curve_of(card.sample.levels, n_clusters=card.summary.n_clusters)
    if isinstance(curve, Absent):
        return None
    ground = Ground(curve, *shown_bands(card))
    title = f"Calibration: {name}"
    return SafeString(reliability_diagram(card.summary.levels, id_prefix="levels", title=title, ground=ground))

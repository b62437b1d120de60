"""Recording files of forecasts with their outcomes: thousands of rows a transaction, each bad one told with its line."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice, pairwise
from uuid import UUID

from django.db import transaction

from forecasts.feeds import BadRow, ForecastRow
from forecasts.models import Forecast, Forecaster, Prediction, Resolution
from forecasts.selectors.base_rates import outcomes_under

from .articles import record_topic
from .bulk import insert_rows
from .forecast_plans import (
    ForecastImportReport,
    ForecastTally,
    Origin,
    Plan,
    Question,
    plan_forecasts,
    question_of,
)
from .forecasts import keep_base_rates
from .import_reports import line_of, patiently
from .routing import make_due
from .scores import score_predictions

CHUNK = 2000
SEEN_APART = (
    f"A preview looks at {CHUNK:,} rows at a time: what comes twice further apart in the file counts as new here, and as unchanged or "
    "refused when it is recorded."
)
Row = ForecastRow | BadRow


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that are recorded in one transaction: how many came before, how many they are, and what was counted of them."""

    n_before: int
    n_rows: int
    counted: ForecastTally


Note = Callable[[Part], None]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows of a file: where they begin, how many they are, those that were understood, and what was counted of the others."""

    line: int
    n_rows: int
    good: list[ForecastRow]
    refused: ForecastTally


def _unnoted(part: Part) -> None:
    """Nobody asks how far it is."""


def import_forecasts(*, rows: Iterable[Row], origin: Origin, note: Note = _unnoted) -> ForecastImportReport:
    """
    Record questions, forecasts, outcomes and scores as a file tells them; a bad row is told and stops none of the others.

    Two thousand rows are one transaction. Where an import is broken off, run it again: what is recorded counts as
    unchanged. A question is recorded once by who asks it and its statement; a file that has outcomes by now adds them.
    A verdict on record is never replaced. A decided question whose rows go on in the next two thousand is scored with
    those: until then it is due, so that a sweep scores it should the import be broken off.

    Args:
        rows: As `feeds.read_forecasts` yields them; taken one chunk at a time.
        origin: Who answers for them.
        note: Called in each transaction, before its end; what it raises undoes it.
    Raises:
        ImportStopped: The database stayed locked.
    """
    tally, n_before = ForecastTally(), 0
    unscored: frozenset[UUID] = frozenset()
    for chunk, following in pairwise(chain(map(_understood, _chunks(rows)), [_Chunk(0, 0, [], ForecastTally())])):
        going_on = {question_of(row) for row in following.good}
        record = partial(
            _record, chunk, origin=origin, unscored=unscored, going_on=going_on, n_before=n_before, note=note
        )
        counted, unscored = patiently(record, line=chunk.line)
        tally.take(counted)
        n_before += chunk.n_rows
    return tally.report()


@transaction.atomic
def preview_forecasts(*, rows: Iterable[Row], origin: Origin) -> ForecastImportReport:
    """
    Return what `import_forecasts` would report, and record nothing.

    A question or a forecast that comes twice is noticed only within the same two thousand rows; the report of a longer
    file says so.
    """
    tally, n_chunks = ForecastTally(), 0
    for chunk in _chunks(rows):
        n_chunks += 1
        tally.take(plan_forecasts(_good(chunk, tally=tally), origin=origin).tally)
    return replace(tally.report(), caution=SEEN_APART if n_chunks > 1 else "")


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _understood(rows: list[Row]) -> _Chunk:
    refused = ForecastTally()
    return _Chunk(line_of(rows[0]), len(rows), _good(rows, tally=refused), refused)


def _good(chunk: Iterable[Row], *, tally: ForecastTally) -> list[ForecastRow]:
    """The rows that were understood; the others are counted."""
    good = []
    for row in chunk:
        if isinstance(row, BadRow):
            tally.refuse(*row.problems)
        else:
            good.append(row)
    return good


@transaction.atomic
def _record(
    chunk: _Chunk,
    *,
    origin: Origin,
    unscored: Collection[UUID],
    going_on: Collection[Question],
    n_before: int,
    note: Note,
) -> tuple[ForecastTally, frozenset[UUID]]:
    """
    Record a chunk, and score the decided questions that it ends.

    Args:
        unscored: Decided questions that go on in this chunk.
        going_on: The questions of the next chunk.
    Returns:
        What was counted, and the decided questions that are left for the next chunk.
    """
    plan = plan_forecasts(chunk.good, origin=origin)
    _store(plan)
    decided = {pk for pk in plan.touched if pk in plan.answers} | {*unscored}
    left = frozenset(plan.predictions[one].pk for one in going_on if one in plan.predictions) & decided
    make_due(predictions=left, now=origin.now)
    score_predictions(predictions=sorted(decided - left), now=origin.now)
    counted = ForecastTally()
    counted.take(chunk.refused)
    counted.take(plan.tally)
    note(Part(n_before, chunk.n_rows, counted))
    return counted, left


def _store(plan: Plan) -> None:
    topics = {path: record_topic(path=path) for path in sorted(set(plan.topics.values()))}
    for prediction in plan.new_predictions:
        prediction.topic = topics[plan.topics[prediction.pk]]
        verdict, _ = plan.answers.get(prediction.pk, ("", None))
        prediction.status = Prediction.Status.FINAL if verdict else Prediction.Status.OPEN
        prediction.verdict = verdict
    insert_rows(Forecaster, plan.new_people)
    insert_rows(Prediction, plan.new_predictions)
    keep_base_rates(plan.forecasts, beside=outcomes_under(plan.resolutions))
    insert_rows(Forecast, plan.forecasts)
    insert_rows(Resolution, plan.resolutions)
    _decide({one.prediction_id: one.verdict for one in plan.resolutions if one.prediction_id in plan.recorded})


def _decide(verdicts: dict[UUID, str]) -> None:
    """Bring the state of predictions that were recorded before in line with their new verdicts."""
    for verdict in set(verdicts.values()):
        decided = [pk for pk, answer in verdicts.items() if answer == verdict]
        Prediction.objects.filter(pk__in=decided).update(
            status=Prediction.Status.FINAL,
            verdict=verdict,
            review_reasons=[],
            needs_confirmation=False,
            next_check_at=None,
            attempts=0,
            retry_at=None,
            last_error="",
        )

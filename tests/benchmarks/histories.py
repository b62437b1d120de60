"""Many forecasts at once, on predictions that are decided or about to be: made by the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model

from forecasts.models import ClusterCell, Forecast, Forecaster, LevelCell, Posting, Prediction, Resolution, Scope
from tests.benchmarks.crowds import copy_rows, identifier
from tests.builders import make_article, make_forecaster, make_topic

FORECASTERS, FORECASTS = 2 * 10**12, 3 * 10**12
# Every half percent comes up, in no order.
LEVEL = "(((CAST(n.i AS bigint) * 7919 + {seed}) %% 199 + 1) * 50)"
# Those that are no constraint's.
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)
AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))
"""
TABLES = [model._meta.db_table for model in (Forecaster, Prediction, Resolution, Forecast, Posting)]
SUMS = [model._meta.db_table for model in (Scope, LevelCell, ClusterCell)]


def add_forecasters(original: Forecaster, *, count: int, first: int = 1) -> None:
    """Add forecasters number `first` and on, like the original."""
    numbers = range(first, first + count)
    changes = {"id": identifier(offset=FORECASTERS), "slug": "'crowd-' || n.i", "name": "'Crowd ' || n.i"}
    copy_rows(Forecaster.objects.filter(pk=original.pk), numbers, changes)


def add_forecasts(original: Forecast, *, on: str, by: str, first: int, count: int, seed: int = 0) -> None:
    """
    Add forecasts number `first` and on, made like the original.

    Args:
        on: SQL over n.i for the prediction.
        by: SQL over n.i for the forecaster.
        seed: Moves the probabilities.
    """
    changes = {
        "id": identifier(offset=FORECASTS),
        "prediction_id": on,
        "forecaster_id": by,
        "probability": f"{LEVEL.format(seed=seed)} / 10000.0",
        "lexicon_entry_id": "NULL",
        "phrase": "''",
    }
    copy_rows(Forecast.objects.filter(pk=original.pk), range(first, first + count), changes)


def the(row: Prediction | Forecaster) -> str:
    """SQL for the key of one row."""
    return f"'{row.pk}'" if connection.vendor == "postgresql" else f"'{row.pk.hex}'"


# Numbers n.i count forecasts; a hundred are made on each prediction, each on an event of its own: of ten thousand forecasts every
# figure is worked out, as of more.
EACH, PER_EVENT, TOPICS, OUTLETS, CROWD, REGULARS = 100, 1, 20, 20, 20_000, 2
RESOLUTIONS = 4 * 10**12
OUTCOME = "(CASE WHEN ({prediction} * 7919) %% 100 < 40 THEN 10000 ELSE 0 END)"


def grow(original: Prediction, *, forecasts: int, first: int) -> None:
    """
    Add decided predictions with a hundred forecasts each, and the postings that settling them would leave.

    Two forecasters forecast all of them, the others are drawn from twenty thousand.

    Args:
        original: A prediction with one forecast, a verdict and the posting under it.
        forecasts: How many are added, whole hundreds.
        first: How many there are already.
    """
    with without_triggers():
        if not first:
            stage()
            add_forecasters(original.holder, count=CROWD, first=0)
        add_predictions(original, range(first // EACH, (first + forecasts) // EACH))
        with _without_indexes(Forecast, Posting):
            for start in range(first, first + forecasts, 10**6):
                _forecasts(original, range(start, min(start + 10**6, first + forecasts)))
    look_at_rows()


def look_at_rows() -> None:
    """Let the database look at what was added, as it does by itself in service; plans that it keeps are made anew by that."""
    with connection.cursor() as cursor:
        for table in (*TABLES, *SUMS):
            cursor.execute(f"ANALYZE {table}")


def stage() -> None:
    """Add the topics, outlets and articles that copies of predictions are about."""
    for topic in ["bench", *(f"bench/{number}" for number in range(TOPICS))]:
        make_topic(topic)
    for number in range(OUTLETS):
        outlet = make_forecaster(f"outlet-{number}", kind=Forecaster.Kind.OUTLET)
        make_article(title=f"Bench {number}", canonical_url=f"https://example.org/bench/{number}", outlet=outlet)


def add_predictions(original: Prediction, numbers: range) -> None:
    """Add decided copies of a prediction with their verdicts, on a staged set of topics and articles."""
    is_yes = f"{OUTCOME.format(prediction='n.i')} = 10000"
    verdict = f"CASE WHEN {is_yes} THEN 'YES' ELSE 'NO' END"
    changes = {
        "id": identifier(),
        "statement": "'Bench ' || n.i",
        "title": "'Bench ' || n.i",
        "cluster_key": f"'event-' || (n.i / {PER_EVENT})",
        "topic_id": f"(SELECT id FROM forecasts_topic WHERE path = 'bench/' || (n.i %% {TOPICS}))",
        "article_id": f"(SELECT id FROM forecasts_article WHERE title = 'Bench ' || (n.i / {TOPICS} %% {OUTLETS}))",
        "verdict": verdict,
    }
    copy_rows(Prediction.objects.filter(pk=original.pk), numbers, changes)
    resolution = {"id": identifier(offset=RESOLUTIONS), "prediction_id": identifier(), "verdict": verdict}
    copy_rows(Resolution.objects.filter(prediction=original), numbers, resolution)


def _forecasts(original: Prediction, numbers: range) -> None:
    prediction = f"(n.i / {EACH})"
    by_whom = f"(CASE WHEN n.i %% {EACH} < {REGULARS} THEN n.i %% {EACH} ELSE {REGULARS} + (n.i * 31) %% ({CROWD} - {REGULARS}) END)"
    made = {
        "id": identifier(offset=FORECASTS),
        "prediction_id": identifier(of=prediction),
        "forecaster_id": identifier(of=by_whom, offset=FORECASTERS),
        "probability": f"{LEVEL.format(seed=0)} / 10000.0",
    }
    copy_rows(Forecast.objects.filter(prediction=original), numbers, made)
    posted = {
        "forecast_id": identifier(offset=FORECASTS),
        "resolution_id": identifier(of=prediction, offset=RESOLUTIONS),
        "cluster": f"'event-' || ({prediction} / {PER_EVENT})",
        "level": LEVEL.format(seed=0),
        "outcome": OUTCOME.format(prediction=prediction),
    }
    copy_rows(Posting.objects.filter(resolution__prediction=original), numbers, posted)


@contextmanager
def without_triggers() -> Iterator[None]:
    """On PostgreSQL leave out what the tables do beside storing rows; what is added then has to be whole by itself."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        connection.check_constraints()
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


@contextmanager
def _without_indexes(*models: type[Model]) -> Iterator[None]:
    """On PostgreSQL build the indexes of some tables again when they are full: a row at a time takes several times as long."""
    if connection.vendor != "postgresql":
        yield
        return
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [tables])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            cursor.execute(definition)

"""The outcomes of a topic by the day on which they could be known: what the base rates of later forecasts are read from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from forecasts.models import Topic, TopicOutcomes
from forecasts.selectors.base_rates import KnownOutcome, lineage

TABLE = TopicOutcomes._meta.db_table
COLUMNS = "topic_id, known_on, number, came_true"
# Names of our own tables and columns; every value is a parameter.
INSERT = f"INSERT INTO {TABLE} ({COLUMNS})"
ADD = ", ".join(f"{name} = {TABLE}.{name} + EXCLUDED.{name}" for name in ("number", "came_true"))
CONFLICT = f"ON CONFLICT (topic_id, known_on) DO UPDATE SET {ADD}"
GONE = f"DELETE FROM {TABLE} WHERE topic_id = %s AND known_on = %s AND number = 0"  # noqa: S608 no value, and no name from outside
# By topic and day first, so that each of them is looked for among the topics above it once.
SUMMED = """
    SELECT above.id AS topic_id, day.known_on, SUM(day.number) AS number, SUM(day.came_true) AS came_true
    FROM (
        SELECT p.topic_id, c.known_on, COUNT(*) AS number, SUM(c.came_true) AS came_true
        FROM forecasts_predictioncounts c JOIN forecasts_prediction p ON p.id = c.prediction_id
        WHERE c.known_on IS NOT NULL GROUP BY p.topic_id, c.known_on
    ) day
    JOIN forecasts_topic own ON own.id = day.topic_id
    JOIN forecasts_topic above
    ON own.path = above.path OR substr(own.path, 1, length(above.path) + 1) = above.path || '/'
    GROUP BY above.id, day.known_on
"""
DIFFERING = f"""
    SELECT DISTINCT path FROM (
        SELECT t.path, d.known_on FROM (
            SELECT topic_id, known_on, number, came_true FROM ({SUMMED}) found
            UNION ALL SELECT topic_id, known_on, -number, -came_true FROM {TABLE}
        ) d JOIN forecasts_topic t ON t.id = d.topic_id GROUP BY t.path, d.known_on
        HAVING COUNT(*) <> 2 OR SUM(d.number) <> 0 OR SUM(d.came_true) <> 0
    ) differing ORDER BY path
"""  # noqa: S608 no value, and no name from outside
Day = tuple[str, date]
Changes = Mapping[Day, Sequence[int]]
Row = tuple[int, date, int, int]


def changed_days(
    *, before: Mapping[UUID, KnownOutcome], after: Mapping[UUID, KnownOutcome], topics: Mapping[UUID, str]
) -> Changes:
    """
    What is to be added to the outcomes of topics on some days: how many, and how much of them came true.

    Args:
        before: The outcomes of predictions as they were last counted; of those without one, nothing.
        after: The same as they are now.
        topics: By prediction, the path of its topic.
    """
    changes: dict[Day, list[int]] = defaultdict(lambda: [0, 0])
    for pk, path in topics.items():
        if before.get(pk) == after.get(pk):
            continue
        for outcomes, sign in ((before, -1), (after, 1)):
            if outcome := outcomes.get(pk):
                for above in lineage(path):
                    change = changes[above, outcome.known_on]
                    change[0] += sign
                    change[1] += sign * outcome.came_true
    return {day: change for day, change in changes.items() if any(change)}


def rows_of(changes: Changes) -> list[Row]:
    """The changes with the keys of their topics, in the order in which they are added."""
    paths = {path for path, _ in changes}
    topics = dict(Topic.objects.filter(path__in=paths).values_list("path", "pk")) if paths else {}
    return sorted((topics[path], day, number, came_true) for (path, day), (number, came_true) in changes.items())


def add_outcomes(rows: Sequence[Row]) -> None:
    """Add to the outcomes of topics, by a caller that holds the scopes of the topics locked; nothing is left of days without any."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = "%s::bigint[], %s::date[], %s::integer[], %s::bigint[]"
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(f"{INSERT} SELECT * FROM unnest({arrays}) {CONFLICT}", columns)  # noqa: S608 no value, and no name from outside
        else:
            written = [(topic, day.isoformat(), number, came_true) for topic, day, number, came_true in rows]
            cursor.executemany(f"{INSERT} VALUES (%s, %s, %s, %s) {CONFLICT}", written)
    _remove_empty([(topic, day) for topic, day, number, _ in rows if number < 0])


def _remove_empty(days: Sequence[tuple[int, date]]) -> None:
    if days:
        with connection.cursor() as cursor:
            cursor.executemany(GONE, [(topic, day.isoformat()) for topic, day in days])


def count_outcomes_anew() -> None:
    """Keep the outcomes of every topic as those of its predictions add up."""
    TopicOutcomes.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(f"{INSERT} {SUMMED}")


def topics_counted_wrongly() -> list[str]:
    """The paths of topics whose kept outcomes are not those of their predictions added up."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERING)
        return [path for (path,) in cursor.fetchall()]

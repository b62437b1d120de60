"""The calls of a slice that were scored last, looked for at the end of the table by one statement that is written out."""

from typing import Any

from django.db import connection

from .slices import Slice
from .statements import prepared

REACH = 200
# Every answer about a large slice asks this: put together by Django, it takes longer than the database takes for it. Each row
# is followed to what it is about, one after the other (OFFSET 0): asked as joins, PostgreSQL expects one row to be left, and
# goes through all forecasts of the slice for it. The rows come in order, so that it ends with the last that is looked for; and
# it says itself how many these are, or the database would not trust a plan that it keeps.
FOUND = """
SELECT CAST(r.prediction_id AS text), p.title, t.path, p.condition, who.slug, f.phrase, f.made_at, last.level, last.outcome,
  last.cluster, last.weight, r.known_at, r.is_retrospective, w.verdict, w.state
FROM (
  SELECT id, forecast_id, resolution_id, level, outcome, cluster, weight
  FROM (SELECT * FROM forecasts_posting ORDER BY id DESC LIMIT {reach}) one
  WHERE sign = 1 AND weight > 0 AND NOT EXISTS (SELECT 1 FROM forecasts_posting back WHERE back.takes_back_id = one.id)
  ORDER BY id DESC OFFSET 0
) last
CROSS JOIN LATERAL (SELECT * FROM forecasts_forecast WHERE id = last.forecast_id OFFSET 0) f
CROSS JOIN LATERAL (SELECT slug FROM forecasts_forecaster WHERE id = f.forecaster_id AND {forecaster} OFFSET 0) who
CROSS JOIN LATERAL (SELECT * FROM forecasts_prediction WHERE id = f.prediction_id AND {prediction} OFFSET 0) p
CROSS JOIN LATERAL (SELECT path FROM forecasts_topic WHERE id = p.topic_id AND {topic} OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM forecasts_resolution WHERE id = last.resolution_id OFFSET 0) r
LEFT JOIN LATERAL (
  SELECT verdict, state FROM forecasts_resolution word WHERE word.prediction_id = r.prediction_id
  AND NOT EXISTS (SELECT 1 FROM forecasts_resolution later WHERE later.supersedes_id = word.id) LIMIT 1
) w ON TRUE
ORDER BY last.id DESC LIMIT {most}
"""
ANY = {"forecaster": "kind <> 'AGGREGATE'", "prediction": "TRUE", "topic": "TRUE"}
OF_OUTLET = (
    "EXISTS (SELECT 1 FROM forecasts_article text JOIN forecasts_forecaster outlet ON outlet.id = text.outlet_id "
    "WHERE text.id = article_id AND outlet.slug = %s)"
)
# By what a slice is narrowed at most, and what that asks of a row.
ASKED = {
    frozenset[str](): ANY,
    frozenset({"topic"}): ANY | {"topic": "(path = %s OR starts_with(path, %s))"},
    frozenset({"outlet"}): ANY | {"prediction": OF_OUTLET},
    frozenset({"forecaster"}): ANY | {"forecaster": "slug = %s"},
}


def among_the_last(chosen: Slice, *, most: int) -> list[tuple[Any, ...]]:
    """
    Return the calls of a slice among the last that were scored at all, the newest first.

    Args:
        chosen: The slice.
        most: How many are looked for. Where as many are found, they are the newest of all.
    Returns:
        Rows as `calls.COLUMNS` and `calls.LAST` name them; none where the slice asks for more than can be asked so.
    """
    asked = ASKED.get(chosen.is_narrowed_by())
    if asked is None or connection.vendor != "postgresql":
        return []
    topic = [chosen.topic, f"{chosen.topic}/"] if chosen.topic else []
    given = [*topic, *filter(None, (chosen.outlet, chosen.forecaster))]
    with prepared() as cursor:
        cursor.execute(FOUND.format(reach=REACH, most=int(most), **asked), given)
        return cursor.fetchall()

"""The sums behind scorecards as anybody would write them in SQL: what rebuilding the kept ones is compared with."""

from django.db import connection, transaction

PLACED = (
    "JOIN forecasts_resolution u ON u.id = p.resolution_id JOIN forecasts_prediction q ON q.id = u.prediction_id "
    "LEFT JOIN forecasts_article a ON a.id = q.article_id"
)
MADE = "JOIN forecasts_forecast f ON f.id = p.forecast_id"
WEIGHT = "CAST(p.sign * p.weight AS double precision)"
LEVEL, OUTCOME, REFERENCE = "p.level / 10000.0e0", "p.outcome / 10000.0e0", "p.reference / 10000.0e0"
TERMS = [
    "1",
    f"(({OUTCOME}) * (1 - {LEVEL}) * (1 - {LEVEL}) + (1 - {OUTCOME}) * ({LEVEL}) * ({LEVEL}))",
    f"({LEVEL} - {OUTCOME})",
    f"(({LEVEL}) * (1 - {LEVEL}))",
    f"(({OUTCOME}) * (1 - {REFERENCE}) * (1 - {REFERENCE}) + (1 - {OUTCOME}) * ({REFERENCE}) * ({REFERENCE}))",
    f"CASE WHEN p.level > 5000 THEN {OUTCOME} ELSE 1 - {OUTCOME} END",
    f"CASE WHEN p.level > 5000 THEN {LEVEL} ELSE 1 - {LEVEL} END",
    f"CASE WHEN p.outcome > 5000 THEN -ln({LEVEL}) ELSE -ln(1 - {LEVEL}) END",
]
BY_LEVEL = f"SUM({WEIGHT}) AS weight, SUM({WEIGHT} * p.outcome) AS hits, SUM(p.sign) AS number"
BY_EVENT = ", ".join(f"SUM({WEIGHT} * {term}) AS sum_{place}" for place, term in enumerate(TERMS))


def add_up_plainly(*, kept: int) -> None:
    """
    Add up all postings by topic and outlet and by forecaster, each by level and by event, and leave the sums there.

    Args:
        kept: Of the forecasters only those with so many forecasts.
    """
    many = f"SELECT forecaster_id FROM forecasts_forecast GROUP BY forecaster_id HAVING COUNT(*) >= {kept}"
    of_forecasters = f"{MADE} AND f.forecaster_id IN ({many})"
    place = "q.topic_id, a.outlet_id"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL work_mem = '64MB'")
        for number, (by, joined, sums) in enumerate([
            (f"{place}, p.level", PLACED, BY_LEVEL),
            (f"{place}, p.cluster", PLACED, BY_EVENT),
            ("f.forecaster_id, p.level", of_forecasters, BY_LEVEL),
            ("f.forecaster_id, p.cluster", of_forecasters, BY_EVENT),
        ]):  # fmt: skip
            cursor.execute(f"DROP TABLE IF EXISTS plain_{number}")
            grouped = f"SELECT {by}, {sums} FROM forecasts_posting p {joined} GROUP BY {by}"
            cursor.execute(f"CREATE TEMPORARY TABLE plain_{number} AS {grouped}")

"""How PostgreSQL finds a page of predictions by any two filters: along an index, never by reading the table."""

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.models import Prediction
from tests.benchmarks.crowds import analyse, copy_rows, identifier
from tests.benchmarks.histories import without_triggers
from tests.builders import make_prediction

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
COUNT, N_DECIDED, PAGE = 10_000, 100, 50
# The filters of the list, but for the one article of a prediction and for words, which have indexes of their own.
FILTERS = (
    "topic=aid/military",
    "forecaster=ada-byron",
    "status=FINAL",
    "verdict=YES",
    "attribution=REPORTED",
    "conditional=true",
    "conditional=false",
    "issued_from=2025-01-01T00:00:00Z",
    "issued_to=2025-01-01T00:00:00Z",
)
# A row that is read to no use costs a fraction of one that is shown, and most pages read none.
MOST_IN_VAIN = 400


def many_predictions() -> None:
    """Of every second somebody else's belief, every third conditional; the oldest hundred are decided."""
    original = make_prediction(rules=[], probability=None)
    is_decided = f"n.i <= {N_DECIDED}"
    changes = {
        "id": identifier(),
        "statement": "'Copy ' || n.i",
        "status": f"CASE WHEN {is_decided} THEN 'FINAL' ELSE 'OPEN' END",
        "verdict": f"CASE WHEN {is_decided} THEN 'YES' ELSE '' END",
        "attribution": "CASE WHEN n.i %% 2 = 0 THEN 'REPORTED' ELSE 'AUTHOR' END",
        "condition": "CASE WHEN n.i %% 3 = 0 THEN 'If it rains' ELSE '' END",
        "recorded_at": "one.recorded_at + n.i * interval '1 second'",
    }
    with without_triggers():
        copy_rows(Prediction.objects.filter(pk=original.pk), range(1, COUNT), changes)
    analyse()


def plan_of(asked: str) -> dict[str, Any]:
    """What the database did to find the rows of a page."""
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/api/v1/predictions/", dict(parse_qsl(f"page_size={PAGE}&{asked}")))
    assert answer.status_code == 200, answer.content
    (sql,) = (one["sql"] for one in queries if one["sql"].startswith('SELECT "forecasts_prediction"'))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.timeout(120)
def test_a_page_by_any_two_filters_is_found_along_an_index():
    many_predictions()
    pairs = [pair for pair in combinations(FILTERS, 2) if len({one.split("=")[0] for one in pair}) == 2]
    for pair in [(), *pairs]:
        steps = list(nodes(plan_of("&".join(pair))))
        told = [
            (one["Node Type"], one.get("Index Name"), one["Actual Rows"], one.get("Rows Removed by Filter"))
            for one in steps
        ]
        of_predictions = [one for one in steps if one.get("Relation Name") == "forecasts_prediction"]
        assert "Seq Scan" not in {one["Node Type"] for one in of_predictions}, (pair, told)
        assert sum(one.get("Rows Removed by Filter", 0) for one in of_predictions) <= MOST_IN_VAIN, (pair, told)
        assert sum(one["Actual Rows"] for one in of_predictions) <= 3 * N_DECIDED, (pair, told)

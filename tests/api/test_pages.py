"""Pages by cursor: orderings, positions and totals."""

import base64
import json
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api import pagination
from forecasts.api.urls import router
from forecasts.models import Forecaster
from tests.builders import NOW, make_prediction, make_topic

from .conftest import errors_of

pytestmark = pytest.mark.django_db
ORDERINGS = [
    (prefix, ordering)
    for prefix, viewset, _ in router.registry
    # An account has a handful of webhooks, and reads them with a token of its own.
    if prefix != "webhooks"
    for name in viewset.orderings
    for ordering in (name, f"-{name}")
]


def make_forecasters(n: int) -> None:
    """Some at one instant, some later."""
    Forecaster.objects.bulk_create(
        Forecaster(slug=f"f-{number}", name=f"F {number % 3}", recorded_at=NOW + timedelta(seconds=number // 3))
        for number in range(n)
    )


def walk(reader, path: str) -> list[list[dict]]:
    pages = []
    while path:
        page = reader.get(path).json()
        pages.append(page["results"])
        path = page["next"] and page["next"].split("/api/v1/")[1]
    return pages


@pytest.mark.parametrize("ordering", ["recorded_at", "-recorded_at", "name", "-name", "slug", "-slug"])
def test_every_ordering_goes_through_all_rows_once_and_in_order(ordering, reader):
    make_forecasters(10)

    rows = [row for page in walk(reader, f"forecasters/?page_size=3&ordering={ordering}") for row in page]

    values = [row[ordering.lstrip("-")] for row in rows]
    assert Counter(row["slug"] for row in rows) == Counter(f"f-{number}" for number in range(10))
    assert values == sorted(values, reverse=ordering.startswith("-"))


@pytest.mark.parametrize(("resource", "ordering"), ORDERINGS)
def test_every_ordering_is_read_from_an_index(resource, ordering, reader):
    make_prediction()
    with CaptureQueriesContext(connection) as queries:
        assert reader.get(f"{resource}/?ordering={ordering}").status_code == 200
    (listing,) = [query["sql"] for query in queries if "ORDER BY" in query["sql"] and "LIMIT 51" in query["sql"]]

    assert "sort" not in plan_of(listing).lower()


def plan_of(sql: str) -> str:
    """How the database would read many rows; a sort is told as such."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_incremental_sort = off")
            cursor.execute(f"EXPLAIN {sql}")
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[3] for row in cursor.fetchall()).replace("TEMP B-TREE FOR ORDER BY", "SORT")


def test_a_plan_that_sorts_is_told_as_such(db):
    assert "sort" in plan_of("SELECT * FROM forecasts_forecaster ORDER BY description LIMIT 51").lower()


def test_a_position_is_one_comparison_of_whole_rows(reader):
    make_forecasters(4)
    following = reader.get("forecasters/?page_size=2").json()["next"].split("/api/v1/")[1]

    with CaptureQueriesContext(connection) as queries:
        reader.get(following)

    sql = queries[-1]["sql"].replace('"forecasts_forecaster".', "").replace('"', "")
    assert "WHERE (recorded_at, id) < (" in sql
    assert " OR " not in sql


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        (
            "ordering=nmae",
            "ordering",
            "There is no ordering “nmae” here. Near it: name, -name. Known: recorded_at, -rec",
        ),
        ("ordering=--name", "ordering", "There is no ordering “--name” here."),
        ("total=yes", "total", "“yes” is neither true nor false."),
        ("total=", "total", "This parameter is empty."),
        ("cursor=WyIiLCAiMjAyNS0wMS0wMVQwMDowMDowMCIsICJ4Il0", "cursor", "no cursor of ours"),
        ("cursor=WyIiLCAxLCAyLCAzXQ", "cursor", "no cursor of ours"),
    ],
)
def test_what_no_list_can_do_is_refused(query, field, message, reader):
    assert message in errors_of(reader.get(f"forecasters/?{query}"))[field]


@pytest.mark.parametrize(
    "position",
    [
        ["", "2025-01-01T00:00:00+00:00", "nobody"],
        ["", "2025-01-01T00:00:00", "00000000-0000-4000-8000-000000000000"],
        ["", "2025-01-01T00:00:00+00:00", 2**200],
        ["", "2025-01-01T00:00:00+00:00", 1.5],
        ["", "2025-01-01T00:00:00+00:00"],
        ["", "0001-01-01T00:00:00+00:00", "00000000-0000-4000-8000-000000000000"],
        ["name", "2025-01-01T00:00:00+00:00", "00000000-0000-4000-8000-000000000000"],
        ["", None, None],
    ],
)
def test_a_made_up_position_is_refused(position, reader):
    cursor = base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")

    assert "no cursor of ours" in errors_of(reader.get(f"forecasters/?cursor={cursor}"))["cursor"]


def test_a_position_belongs_to_its_ordering(reader):
    make_forecasters(4)
    following = reader.get("forecasters/?page_size=2&ordering=name").json()["next"]
    cursor = following.split("cursor=")[1].split("&")[0]

    assert "one of another ordering" in errors_of(reader.get(f"forecasters/?cursor={cursor}&ordering=slug"))["cursor"]


def test_rows_are_counted_only_when_asked(reader):
    make_forecasters(7)

    plain = reader.get("forecasters/?page_size=2").json()
    with CaptureQueriesContext(connection) as queries:
        counted = reader.get("forecasters/?page_size=2&total=true").json()
    n_counts = sum("COUNT" in query["sql"] for query in queries)
    last = reader.get(counted["next"].split("/api/v1/")[1]).json()

    assert "total" not in plain
    assert (counted["total"], counted["total_is_exact"]) == (last["total"], last["total_is_exact"]) == (7, True)
    assert n_counts == 1
    assert "total" not in reader.get("forecasters/?total=false").json()


def test_a_total_is_of_what_the_filters_leave(reader):
    make_topic("a/b")
    make_topic("c")

    assert reader.get("topics/?under=a&total=true").json()["total"] == 2


@pytest.mark.parametrize(("n", "total", "is_exact"), [(4, 4, True), (5, 5, True), (6, 5, False)])
def test_a_total_is_counted_up_to_a_limit(n, total, is_exact, reader, monkeypatch):
    monkeypatch.setattr(pagination, "LARGEST_TOTAL", 5)
    make_forecasters(n)

    counted = reader.get("forecasters/?total=true&page_size=1").json()

    assert (counted["total"], counted["total_is_exact"]) == (total, is_exact)

"""However many rows a page has, the database is asked as often; every list there is, and every address of one row."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api.urls import router
from forecasts.models import Webhook
from tests.builders import NOW

from .conftest import Program
from .worlds import make_many_of_each, make_many_parts

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
FEW, MANY = 5, 50
MOST = 16


def n_queries(program: Program, path: str) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as asked:
        answer = program.get(path)
    assert answer.status_code == 200, (path, answer.content)
    # Who asks is looked up now and then, for many requests at once.
    return sum("forecasts_apitoken" not in query["sql"] for query in asked), answer.json()


def lists() -> dict[str, str]:
    """Every list, also with each of the parts that can come with its rows, by name."""
    found = {name: f"{name}/?page_size={{}}" for name, _, _ in router.registry}
    parts = {
        f"{name} with {part}": f"{name}/?page_size={{}}&include={part}"
        for name, viewset, _ in router.registry
        for part in viewset.includes
    }
    return found | parts | {"search": "search/?q=aid&page_size={}"}


def addresses(program: Program) -> Iterator[str]:
    """Where the last row of every list is read by itself: the original of all that are copied."""
    for name, viewset, _ in router.registry:
        _, page = n_queries(program, f"{name}/?page_size=200")
        key = viewset.lookup_url_kwarg or viewset.lookup_field
        yield f"{name}/{page['results'][-1][key if key != 'pk' else 'id']}/"


def test_a_longer_page_of_any_list_asks_no_more_of_the_database(administrator, account):
    make_many_of_each(count=MANY)
    make_webhooks(account)

    for name, path in lists().items():
        few, _ = n_queries(administrator, path.format(FEW))
        many, page = n_queries(administrator, path.format(MANY))
        assert len(page["results"]) == MANY, name
        assert many == few <= MOST, f"{name}: {few} queries for {FEW} rows, {many} for {MANY}"


def test_one_row_with_many_parts_asks_no_more_of_the_database(administrator, account):
    make_many_of_each(count=FEW)
    make_webhooks(account)
    few = {path: n_queries(administrator, path)[0] for path in addresses(administrator)}

    make_many_parts(count=FEW)

    many = {path: n_queries(administrator, path)[0] for path in few}
    assert many == few
    assert max(many.values()) <= MOST


def make_webhooks(account: Any) -> None:
    given = {"account": account, "events": ["prediction.recorded"], "recorded_at": NOW, "url": "https://hooks.example/"}
    Webhook.objects.bulk_create(Webhook(**given) for _ in range(MANY))

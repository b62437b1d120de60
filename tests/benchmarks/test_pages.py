"""How long each page takes, with the demonstration on it, against a page with nothing on it under the same settings."""

import statistics
import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from forecasts.models import Article, Prediction, Witness
from tests.benchmarks.ratios import keep

EMPTY, ROUNDS, GOAL = "/empty-page/", 21, 3

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(900)]


def pages() -> dict[str, str]:
    """The path of one page of every kind."""
    article = Article.objects.order_by("-recorded_at", "pk")[0]
    author = article.authors.all()[0].slug
    decided = Prediction.objects.filter(article=article).exclude(verdict="").order_by("pk")[0]
    event = (
        Witness.objects.filter(evaluation__rule_version__prediction__article=article).order_by("pk")[0].event_version
    )
    return {
        "home": "/",
        "articles": "/articles/",
        "article": f"/articles/{article.pk}/",
        "prediction": f"/predictions/{decided.pk}/",
        "event": f"/events/{event.event_id}/",
        "forecasters": "/forecasters/",
        "forecaster": f"/forecasters/{author}/",
        "forecaster, with nothing to show": f"/forecasters/{author}/?issued_from=2030-01-01",
        "forecaster, as of": f"/forecasters/{author}/?as_of=2025-03-05",
        "what hangs on readings": f"/forecasters/{author}/?part=readings",
        "scorecard of the article": f"/articles/{article.pk}/scorecard/",
        "outlet": f"/outlets/{article.outlet.slug}/",
        "topic": f"/topics/{decided.topic.path}/",
        "topics": "/topics/",
        "leaderboard": "/leaderboard/",
        "compare": "/compare/",
        "search": "/search/?q=aid",
        "scoring": "/scoring/",
    }


@pytest.mark.urls("tests.benchmarks.served_urls")
def test_pages_against_a_page_with_nothing_on_it(capsys):
    call_command("load_demo", stdout=StringIO())
    call_command("sweep", stdout=StringIO())
    client, ways = Client(), {"empty": EMPTY} | pages()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, path in ways.items():
            began = time.perf_counter()
            assert client.get(path).status_code == 200, path
            times[name].append(time.perf_counter() - began)

    median = {name: statistics.median(found[1:]) for name, found in times.items()}
    ratios = {name: found / median["empty"] for name, found in median.items() if name != "empty"}
    with capsys.disabled():
        print(f"\nPages in process ({connection.vendor}), one with nothing on it: {median['empty'] * 1000:.1f} ms:")
        for name, ratio in ratios.items():
            reached = "reached" if ratio <= GOAL else "MISSED"
            print(f"  {name}: {ratio:.1f} x that, {median[name] * 1000:.1f} ms (goal {GOAL}, {reached})")
    keep(f"pages against an empty one ({connection.vendor})", ratios)

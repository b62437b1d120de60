"""How long each page takes, held, looked at and made anew, with the demonstration on it, against a page with nothing on it."""

import statistics
import time
from collections import defaultdict
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from forecasts.held.answers import ANSWERS
from forecasts.models import Article, Prediction, Witness
from tests.benchmarks.ratios import keep
from tests.writing import write_elsewhere

EMPTY, ROUNDS, GOAL = "/empty-page/", 11, 3

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


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


# What is done before each request, outside of what is measured.
BEFORE = {
    "held": lambda: None,
    "after a write elsewhere": write_elsewhere,
    "made anew": ANSWERS.clear,
}


@pytest.mark.urls("tests.benchmarks.served_urls")
def test_pages_against_a_page_with_nothing_on_it(capsys):
    call_command("load_demo", stdout=StringIO())
    call_command("sweep", stdout=StringIO())
    client, ways = Client(), pages()
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for before, prepare in BEFORE.items():
        for _ in range(ROUNDS + 2):
            for name, path in {"empty": EMPTY, **ways}.items():
                prepare()
                began = time.perf_counter()
                assert client.get(path).status_code == 200, path
                times[before, name].append(time.perf_counter() - began)

    # The first time it is made, the second time it is noted what it is made of.
    median = {key: statistics.median(found[2:]) for key, found in times.items()}
    ratios = {name: {before: median[before, name] / median[before, "empty"] for before in BEFORE} for name in ways}
    with capsys.disabled():
        empty = statistics.median(median[before, "empty"] for before in BEFORE)
        print(
            f"\nPages in process ({connection.vendor}), times one with nothing on it, {empty * 1000:.1f} ms (goal {GOAL}):"
        )
        for name, found in ratios.items():
            told = ", ".join(
                f"{before} {ratio:.1f} x{' MISSED' if ratio > GOAL else ''} ({median[before, name] * 1000:.1f} ms)"
                for before, ratio in found.items()
            )
            print(f"  {name}: {told}")
    for before in BEFORE:
        keep(
            f"pages against an empty one, {before} ({connection.vendor})",
            {name: one[before] for name, one in ratios.items()},
        )

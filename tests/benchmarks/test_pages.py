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

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]


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


WAYS = ("held", "after a write elsewhere", "made anew")


@pytest.mark.urls("tests.benchmarks.served_urls")
@pytest.mark.usefixtures("committed")
def test_pages_against_a_page_with_nothing_on_it(capsys):
    call_command("load_demo", stdout=StringIO())
    call_command("sweep", stdout=StringIO())
    client, addresses = Client(), pages()
    times: dict[tuple[str, str], list[float]] = defaultdict(list)

    def ask(name: str, path: str, *, how: str) -> None:
        began = time.perf_counter()
        assert client.get(path).status_code == 200, path
        times[name, how].append(time.perf_counter() - began)

    for _ in range(ROUNDS + 1):
        for name, path in addresses.items():
            ask("empty", EMPTY, how="made anew")
            ANSWERS.clear()
            ask(name, path, how="made anew")
            for _ in range(3):
                ask(name, path, how="held")
            write_elsewhere()
            # Only now it is noted what it is made of.
            client.get(path)
            write_elsewhere()
            ask(name, path, how="after a write elsewhere")

    empty = statistics.median(times["empty", "made anew"])
    median = {key: statistics.median(found[3:]) for key, found in times.items()}
    with capsys.disabled():
        print(
            f"\nPages in process ({connection.vendor}), times one with nothing on it, {empty * 1000:.1f} ms (goal {GOAL}):"
        )
        for name in addresses:
            told = (_told(how, median[name, how], empty=empty) for how in WAYS)
            print(f"  {name}: {', '.join(told)}")
    for how in WAYS:
        ratios = {name: median[name, how] / empty for name in addresses}
        keep(f"pages against an empty one, {how} ({connection.vendor})", ratios)


def _told(how: str, seconds: float, *, empty: float) -> str:
    missed = " MISSED" if seconds / empty > GOAL else ""
    return f"{how} {seconds / empty:.1f} x{missed} ({seconds * 1000:.1f} ms)"

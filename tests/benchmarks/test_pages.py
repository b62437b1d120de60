"""How long each page takes, held, looked at and made anew, with the demonstration on it, against a page with nothing on it."""

import statistics
import time
from collections import defaultdict
from io import StringIO
from itertools import count

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from forecasts.held.ahead import make_pages_ahead
from forecasts.held.answers import ANSWERS
from forecasts.held.lent import Question
from forecasts.models import Article, Forecaster, Prediction, Topic, Witness
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


WAYS = ("held", "after a write elsewhere", "made ahead after a change, by another process", "made anew")


def change(number: int) -> None:
    """Change something on every page that shows anybody or any topic."""
    for model, field in ((Forecaster, "name"), (Topic, "label")):
        for one in model.objects.order_by("pk"):
            model.objects.filter(pk=one.pk).update(**{field: f"{getattr(one, field).split(' / ')[0]} / {number}"})


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

    def is_lent(path: str) -> bool:
        """Have another process make the page after a change, while this one holds what was before it."""
        question = Question("http", "testserver", path)
        before = ANSWERS.get(question)
        change(next(numbers))
        make_pages_ahead(now=timezone.now(), budget=60)
        after = ANSWERS.get(question)
        assert before is not None, path
        assert after is not None, path
        ANSWERS.put(question, before)
        return before.body != after.body

    numbers, changed = count(), set()
    for _ in range(ROUNDS + 1):
        for name, path in addresses.items():
            ask("empty", EMPTY, how="made anew")
            ANSWERS.clear()
            cache.clear()
            ask(name, path, how="made anew")
            for _ in range(3):
                ask(name, path, how="held")
            write_elsewhere()
            # Only now it is noted what it is made of.
            client.get(path)
            write_elsewhere()
            ask(name, path, how="after a write elsewhere")
            if is_lent(path):
                changed.add(name)
            # So that this process has to look at what it is lent.
            write_elsewhere()
            ask(name, path, how="made ahead after a change, by another process")

    empty = statistics.median(times["empty", "made anew"])
    median = {key: statistics.median(found[3:]) for key, found in times.items()}
    with capsys.disabled():
        print(
            f"\nPages in process ({connection.vendor}), times one with nothing on it, {empty * 1000:.1f} ms (goal {GOAL}):"
        )
        print(f"  (the change is seen on {', '.join(sorted(changed))})")
        for name in addresses:
            told = (_told(how, median[name, how], empty=empty) for how in WAYS)
            print(f"  {name}: {', '.join(told)}")
    for how in WAYS:
        ratios = {name: median[name, how] / empty for name in addresses}
        keep(f"pages against an empty one, {how} ({connection.vendor})", ratios)


def _told(how: str, seconds: float, *, empty: float) -> str:
    missed = " MISSED" if seconds / empty > GOAL else ""
    return f"{how} {seconds / empty:.1f} x{missed} ({seconds * 1000:.1f} ms)"

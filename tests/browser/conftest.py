"""A server of its own with the demonstration on it, and a browser that may speak to nobody else."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from config.embedded_redis import free_port

ROOT = Path(__file__).resolve().parents[2]
# What a page that is right to refuse answers with.
STATUSES = {
    "/nowhere/": 404,
    "/compare/?a=nobody": 404,
    "/forecasters/david-hastings-dunn/?as_of=5+March&lead_days_min=soon": 400,
}
PASSWORD = "made-up-for-tests"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass
class Visit:
    """One browser window: where it is, what it asked of others, and what it complained about."""

    page: object
    address: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        response = self.page.goto(f"{self.address}{path}")
        assert response.status == STATUSES.get(path, 200), path


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory) -> Iterator[str]:
    """The address of gunicorn with the demonstration loaded and swept."""
    home, port = tmp_path_factory.mktemp("server"), free_port()
    environment = {
        "PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(home), "DEBUG": "0", "TLS": "0", "REQUIRE_TWO_FACTOR": "0",
        "SECRET_KEY": "for-tests-only", "STATIC_FROM_SOURCE": "1", "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{home}/aftercast.sqlite3", "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }  # fmt: skip
    manage = [sys.executable, "manage.py"]
    rows = home / "forecasts.csv"
    rows.write_text("\n".join(_three_hundred_calls()))
    account = ("createsuperuser", "--noinput", "--username", "editor", "--email", "editor@example.org")
    imported = ("import_forecasts", str(rows), "--topic", "weather", "--by", "editor")
    for command in (("migrate",), ("load_demo",), ("sweep",), account, imported):
        subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    serve = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        _await(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def _three_hundred_calls() -> Iterator[str]:
    """A file of 300 questions: one who forecasts them all a little too boldly, one more timid, one who answers few."""
    yield "asker,statement,forecaster,probability,made_at,closes_at,cluster,verdict,known_at"
    chance = random.Random(20)
    for number in range(300):
        share = chance.choice((0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.9))
        verdict = "YES" if chance.random() < share else "NO"
        said = {"bold-barometer": min(max(1.3 * share - 0.15, 0.02), 0.98), "timid-thermometer": 0.5 * share + 0.25}
        if number < 12:
            said["rare-rainbow"] = share
        day = f"2024-{1 + number % 12:02d}-{1 + number // 12:02d}"
        for slug, probability in said.items():
            yield f"almanac,It rains at station {number}.,{slug},{probability:.4f},{day}T06:00:00Z,{day}T20:00:00Z,,{verdict},{day}T21:00:00Z"


def _await(address: str, *, seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer within {seconds:.0f} seconds")


@pytest.fixture
def visit(chromium, server):
    """Return a function that opens a window of a width in a colour scheme."""
    contexts = []

    def new(*, width: int = 1280, scheme: str = "light", script: bool = True) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        window = Visit(context.new_page(), server)
        window.page.on("console", lambda message: window.complaints.append(f"{message.type}: {message.text}"))
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        context.route("**/*", lambda route: _let_through(route, window))
        return window

    yield new
    for context in contexts:
        context.close()


def _let_through(route, window: Visit) -> None:
    if route.request.url.startswith(f"{window.address}/"):
        route.continue_()
        return
    window.outside.append(route.request.url)
    route.abort()


@pytest.fixture(scope="session")
def paths(chromium, server) -> dict[str, str]:
    """The path of one page of every kind, found by following links."""
    page = chromium.new_page()

    def first(path: str, links: str) -> str:
        page.goto(f"{server}{path}")
        return page.locator(links).first.get_attribute("href")

    # Other tests log articles of their own meanwhile.
    article = first("/articles/", ".entries a:has-text('Ukraine war')")
    kinds = {"annulled": "ANNULLED", "waiting": "REVIEW", "settled": "NO"}
    found = {name: first(f"{article}?verdict={verdict}", ".claims .claim-title a") for name, verdict in kinds.items()}
    event = first(found["settled"], "a[href^='/events/']")
    page.close()
    lists = {
        "home": "/",
        "articles": "/articles/",
        "forecasters": "/forecasters/",
        "topics": "/topics/",
        "scoring": "/scoring/",
    }
    author = "/forecasters/david-hastings-dunn/"
    cards = {
        "forecaster": author,
        "topic": "/topics/aid/",
        "outlet": "/outlets/the-conversation/",
        "article scorecard": f"{article}scorecard/",
        "large scorecard": "/forecasters/bold-barometer/",
        "narrowed scorecard": f"{author}?as_of=2025-03-05&conditional=true&weighting=LAST",
        "nothing left": f"{author}?issued_from=2030-01-01",
        "faulty filters": f"{author}?as_of=5+March&lead_days_min=soon",
        "leaderboard": "/leaderboard/",
        "leaderboard of a topic": "/leaderboard/?topic=weather",
        "compare": "/compare/",
        "compared": "/compare/?a=bold-barometer&b=timid-thermometer",
        "compared with the others": "/compare/?a=bold-barometer",
        "compared with nobody": "/compare/?a=nobody",
        "search": "/search/",
        "found": "/search/?q=aid",
        "found nothing": "/search/?q=zzz",
    }
    return {**lists, **cards, **found, "article": article, "event": event, "missing": "/nowhere/"}

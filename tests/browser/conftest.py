"""A server of its own with the demonstration on it, and a browser that may speak to nobody else."""

import os
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
        assert response.status == (404 if path == "/nowhere/" else 200), path


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
    """The address of a server with the demonstration loaded and swept."""
    home, port = tmp_path_factory.mktemp("server"), free_port()
    environment = {
        "PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(home), "DEBUG": "0", "TLS": "0",
        "SECRET_KEY": "for-tests-only", "STATIC_FROM_SOURCE": "1", "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{home}/aftercast.sqlite3", "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }  # fmt: skip
    manage = [sys.executable, "manage.py"]
    account = ("createsuperuser", "--noinput", "--username", "editor", "--email", "editor@example.org")
    for command in (("migrate",), ("load_demo",), ("sweep",), account):
        subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    serve = [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        _await(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
        process.terminate()


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

    article = first("/articles/", ".entries a")
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
    cards = {"forecaster": "/forecasters/david-hastings-dunn/", "topic": "/topics/aid/"}
    return {**lists, **cards, **found, "article": article, "event": event, "missing": "/nowhere/"}

"""A server of its own with the demonstration on it, and a browser that may speak to nobody else."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from .serving import ROOT, served

PICTURES = ROOT / "build" / "pages"

# What a page that is right to refuse answers with.
STATUSES = {
    "/nowhere/": 404,
    "/compare/?a=nobody": 404,
    "/forecasters/david-hastings-dunn/?as_of=5+March&lead_days_min=soon": 400,
}
# No rule of ours needs what is asked for anew before: style sheets by their text, and sounds. By night nothing but the colours is another.
RULES = {
    "light": {"resultTypes": ["violations"], "preload": False},
    "dark": {
        "resultTypes": ["violations"],
        "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    },
}
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
COLOURS_HAVE_CHANGED = "Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)"
# Rows of a table are all of one make, so that twenty are enough of a hundred. What keeps to the rules stays in the browser.
VIOLATIONS = """rules => axe.run({include: ['html'], exclude: ['tbody tr:nth-child(n+21)']}, rules)
    .then(found => found.violations)"""
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

    def faults(self, name: str, *, schemes: Iterable[str] = tuple(RULES)) -> list[tuple]:
        """What is wrong with the page, by day and by night, or whether it fits alone; leaves a picture of what is, for people to look at."""
        width = self.page.viewport_size["width"]
        found = []
        self.page.evaluate(OPEN_ALL)
        if schemes:
            self.page.evaluate(axe().axe_script)
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme)
            self.page.evaluate(COLOURS_HAVE_CHANGED)
            broken = self.page.evaluate(VIOLATIONS, RULES[scheme])
            if broken:
                self._keep(f"{name.replace(' ', '-')}-{width}-{scheme}.jpg")
            found += [
                (name, scheme, one["id"], node["target"], node["failureSummary"])
                for one in broken
                for node in one["nodes"]
            ]
        if self.page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((name, "wider than the window"))
        return found

    def _keep(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / name, type="jpeg", quality=60, full_page=True)


def axe():
    """What knows the rules of pages that everybody can use."""
    reason = "axe-playwright-python is not installed"
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason=reason).Axe()


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
    with served(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def visit(chromium, server):
    """Return a function that opens a window of a width in a colour scheme."""
    contexts = []

    def new(*, width: int = 1280, scheme: str = "light", script: bool = True) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
        )
        context.set_default_timeout(30_000)  # On a machine that has other work too, saving takes seconds.
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
        "read otherwise": f"{author}?part=readings",
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

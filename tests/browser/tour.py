"""
The pictures of docs/tour.md, taken in Chromium from a server of their own: `make tour`.

Each picture is a step below; the steps of editors follow one another in one window.
"""

import base64
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .serving import PASSWORD, ROOT, served

PICTURES = ROOT / "docs" / "pictures"
QUALITY = 60
DESK, PHONE = {"width": 1100, "height": 780}, {"width": 390, "height": 780}
TEXT = (
    "The vote next week changes little by itself. If the ban falls, military aid is likely to be sent before March.\n\n"
    "Nobody in the capital doubts it any longer."
)
CLAIM = {
    "topic": "aid/military", "title": "If the ban falls, aid is sent by March", "outcome": "military aid is sent before March",
    "statement": "If the ban falls, the United States sends military aid before 1 March 2025.", "condition": "the ban falls",
    "phrase": "likely", "lexicon": "default_v1", "then_kind": "occurs", "then_types": "AID", "then_topics": "aid/military",
    "then_actors": "USA.GOV", "then_last_day": "2025-02-28",
}  # fmt: skip
Step = Callable[[Any], None]


def opened(path: str, *, at: str = "") -> Step:
    """Open a page, and scroll so that something is at the top."""

    def step(page: Any) -> None:
        page.goto(path)
        if at:
            page.locator(at).first.evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top - 16)")

    return step


def first_link(path: str, links: str, *, at: str = "") -> Step:
    """Open what the first of some links of a page leads to."""

    def step(page: Any) -> None:
        page.goto(path)
        opened(page.locator(links).first.get_attribute("href"), at=at)(page)

    return step


def article(*, at: str = "") -> Step:
    return first_link("/articles/", ".entries a:has-text('Ukraine war')", at=at)


def claim(verdict: str, *, at: str = "") -> Step:
    """Open the first claim of the article that came out in a way."""

    def step(page: Any) -> None:
        article()(page)
        page.goto(f"{page.url}?verdict={verdict}")
        opened(page.locator(".claims .claim-title a").first.get_attribute("href"), at=at)(page)

    return step


def paste(page: Any) -> None:
    page.goto("/admin/forecasts/article/add/")
    _fill(page, {
        "title": "What the vote changes", "canonical_url": "https://example.org/what-the-vote-changes", "outlet": "The Example",
        "authors": "Ada Byron", "published_on": "2025-01-06", "text": TEXT,
    })  # fmt: skip
    page.evaluate("window.scrollTo(0, 0)")


def choose_sentence(page: Any) -> None:
    page.locator("input[value='Save']").click()
    page.wait_for_url("**/text/")


def fill_in(page: Any) -> None:
    page.locator(".sentence a[href*='start=']").nth(1).click()
    _fill(page, CLAIM)
    page.locator("#rule-sentence strong").wait_for()
    page.locator("[name=then_kind]").evaluate("one => window.scrollBy(0, one.getBoundingClientRect().top - 420)")


def try_out(page: Any) -> None:
    page.locator("input[value='Check without saving']").click()
    page.locator(".rule-check").wait_for()
    page.evaluate("window.scrollTo(0, 60)")


def review(page: Any) -> None:
    page.goto("/admin/forecasts/prediction/?needs_confirmation__exact=1")
    page.locator("#result_list th a:has-text('If Trump wins')").first.click()
    page.get_by_role("link", name="Confirm or replace the verdict").click()


READERS: dict[str, Step] = {
    "home": opened("/"),
    "article": article(at="h2"),
    "prediction": claim("NO"),
    "timeline": claim("NO", at=".timeline, h2:has-text('Timeline')"),
    "scorecard": opened("/forecasters/bold-barometer/"),
    "running": opened("/forecasters/rare-rainbow/", at="#running"),
    "calibration": opened("/forecasters/bold-barometer/", at="#calibration"),
    "few": opened("/forecasters/david-hastings-dunn/"),
    "readings": opened("/forecasters/david-hastings-dunn/?part=readings"),
    "compare": opened("/compare/?a=bold-barometer&b=timid-thermometer"),
    "leaderboard": opened("/leaderboard/"),
    "scoring": opened("/scoring/?said=0.7&happened=yes&said=90%25&happened=no", at="form"),
    "search": opened("/search/?q=aid"),
}
ON_A_PHONE: dict[str, Step] = {"phone": opened("/forecasters/david-hastings-dunn/")}
EDITORS: dict[str, Step] = {
    "admin-home": opened("/admin/"),
    "admin-paste": paste,
    "admin-sentences": choose_sentence,
    "admin-claim": fill_in,
    "admin-dry-run": try_out,
    "admin-review": review,
    "admin-event": opened("/admin/forecasts/event/add/"),
    "admin-upload": opened("/admin/forecasts/forecast/upload/"),
}
EVERY = (*READERS, *ON_A_PHONE, *EDITORS)


def _fill(page: Any, given: dict[str, str]) -> None:
    page.evaluate("document.querySelectorAll('fieldset details').forEach(one => one.open = true)")
    for name, value in given.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def _take(page: Any, name: str) -> None:
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))


@contextmanager
def _window(browser: Any, address: str, size: dict[str, int], *, scheme: str = "light") -> Iterator[Any]:
    context = browser.new_context(base_url=address, viewport=size, color_scheme=scheme)
    context.set_default_timeout(10_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def main() -> None:
    from playwright.sync_api import sync_playwright  # Only those who take pictures need it.

    from .conftest import CHROMIUM

    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for steps, size in ((READERS, DESK), (ON_A_PHONE, PHONE)):
            with _window(browser, address, size) as page:
                for name, step in steps.items():
                    step(page)
                    _take(page, name)
        with _window(browser, address, DESK) as page:
            page.goto("/admin/login/")
            _fill(page, {"username": "editor", "password": PASSWORD})
            page.locator("input[type=submit]").click()
            page.wait_for_url("**/admin/")
            for name, step in EDITORS.items():
                step(page)
                _take(page, name)
        browser.close()


if __name__ == "__main__":
    main()

"""What editors do in the admin, step by step."""

from itertools import count

from .conftest import Visit
from .serving import PASSWORD

NUMBER = count(1)
TEXT = "The vote changes little. If it passes, aid is likely to be sent by March.\n\nNobody doubts it. Not even I do."
EVENT = {
    "source": "article-follow-up", "title": "Aid is sent", "event_type": "AID", "occurred_on": "2025-02-03", "topics": "aid", "actors": "USA.GOV",
    "evidence_urls": "https://one.example/aid\nhttps://two.example/aid",
}  # fmt: skip
# The admin's own box for finding rows styles itself.
KNOWN = ("Refused to apply inline style", "Applying inline style violates")
# What lets the editor in at an address.
COOKIES: dict[str, list] = {}


def signed_in(window: Visit) -> Visit:
    """Let the editor in: by the form the first time, and afterwards as one whom the browser remembers."""
    if window.address not in COOKIES:
        window.open("/admin/login/")
        fill(window, {"username": "editor", "password": PASSWORD})
        press(window, "Log in")
        window.page.wait_for_url("**/admin/")
        COOKIES[window.address] = window.page.context.cookies()
    window.page.context.add_cookies(COOKIES[window.address])
    return window


def fill(window: Visit, given: dict[str, str]) -> None:
    for name, value in given.items():
        field = window.page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def press(window: Visit, label: str) -> None:
    window.page.locator(f"input[type=submit][value='{label}'], button:has-text('{label}')").first.click()


def paste(window: Visit) -> str:
    """Add an article by people nobody knows; the path of its text."""
    number = next(NUMBER)
    window.open("/admin/forecasts/article/add/")
    fill(window, {
        "title": f"After vote {number}", "canonical_url": f"https://example.org/vote-{number}", "outlet": f"Outlet {number}",
        "authors": f"Writer {number}", "published_on": "2025-01-06", "text": TEXT,
    })  # fmt: skip
    press(window, "Save")
    window.page.wait_for_url("**/text/")
    return window.page.url.removeprefix(window.address)


def claim(window: Visit) -> dict[str, str]:
    """What is typed about a claim."""
    number = next(NUMBER)
    return {
        "topic": "aid", "title": f"Aid is sent {number}", "statement": f"Aid is sent before March 2025, says {number}.",
        "outcome": "aid is sent before March", "phrase": "likely", "lexicon": "default_v1",
        "then_kind": "occurs", "then_types": "AID", "then_topics": "aid", "then_actors": "USA.GOV", "then_last_day": "2025-02-28",
    }  # fmt: skip


def unfold(window: Visit) -> None:
    """Open every fold of a form; clicked one after another, those left would change places."""
    window.page.wait_for_load_state()
    window.page.evaluate("document.querySelectorAll('fieldset details').forEach(one => one.open = true)")


def complaints(window: Visit) -> list[str]:
    return [one for one in window.complaints if not any(known in one for known in KNOWN)]


def record(window: Visit, event: dict[str, str]) -> None:
    """Record an event and stay on its page."""
    window.open("/admin/forecasts/event/add/")
    unfold(window)
    fill(window, event)
    press(window, "Save")
    window.page.wait_for_url("**/event/*/change/")

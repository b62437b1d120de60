"""Editors at work in a real browser: from a pasted article to a verdict, with the keyboard alone, without script, on a phone."""

from itertools import count

import pytest

from .conftest import PASSWORD, Visit

pytestmark = pytest.mark.browser

NUMBER = count(1)
TEXT = "The vote changes little. If it passes, aid is likely to be sent by March.\n\nNobody doubts it. Not even I do."
EVENT = {
    "title": "Aid is sent", "event_type": "AID", "occurred_on": "2025-02-03", "topics": "aid", "actors": "USA.GOV",
    "evidence_urls": "https://one.example/aid\nhttps://two.example/aid",
}  # fmt: skip
# The admin's own box for finding rows styles itself; axe says so itself where it cannot read a style sheet.
KNOWN = ("Couldn't load preload assets", "Refused to apply inline style", "Applying inline style violates")


def signed_in(window: Visit) -> Visit:
    window.open("/admin/login/")
    fill(window, {"username": "editor", "password": PASSWORD})
    press(window, "Log in")
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
    for fold in window.page.locator("fieldset details:not([open]) > summary").all():
        fold.click()


def complaints(window: Visit) -> list[str]:
    return [one for one in window.complaints if not any(known in one for known in KNOWN)]


def test_a_pasted_article_becomes_a_verdict(visit):
    window = signed_in(visit())
    paste(window)
    page = window.page

    page.get_by_role("link", name="If it passes, aid is likely to be sent by March.").click()
    assert page.locator("[name=quote]").input_value() == "If it passes, aid is likely to be sent by March."
    fill(window, claim(window))
    press(window, "Check without saving")
    assert "is read as" in page.locator(".rule-check").inner_text()
    assert page.locator(".rule-check .beside").count() == 1
    press(window, "Save and go back to the text")
    page.locator(".is-logged .logged-number").click()
    page.wait_for_url("**/prediction/*/change/")
    claim_url = page.url.removeprefix(window.address)
    window.open("/admin/forecasts/event/add/")
    page.evaluate(
        """async () => {
            const found = await fetch('/admin/autocomplete/?app_label=forecasts&model_name=event&field_name=source');
            const {id, text} = (await found.json()).results[0];
            document.querySelector('[name=source]').append(new Option(text, id, true, true));
        }"""
    )
    unfold(window)
    fill(window, EVENT)
    press(window, "Save")
    page.wait_for_url("**/event/*/change/")
    window.open(claim_url)
    press(window, "Check now")
    page.locator(".messagelist").wait_for()

    assert page.locator(".verdict .badge-yes").inner_text() == "Yes"
    assert window.outside == []
    assert complaints(window) == []


def test_words_selected_with_the_mouse_become_the_quote(visit):
    window = signed_in(visit())
    paste(window)

    window.page.evaluate(
        """() => {
            const node = document.querySelectorAll('[data-start]')[1].firstChild;
            document.getSelection().setBaseAndExtent(node, 14, node, 47);
        }"""
    )
    window.page.get_by_role("link", name="Log the selected words").click()

    assert window.page.locator("[name=quote]").input_value() == "aid is likely to be sent by March"


def test_a_stretch_of_sentences_is_chosen_with_the_keyboard_alone(visit):
    window = signed_in(visit())
    paste(window)
    boxes = window.page.locator(".sentence input")

    boxes.nth(0).focus()
    window.page.keyboard.press("Space")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.textContent") == "The vote changes little."
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Space")
    window.page.keyboard.press("Enter")

    window.page.wait_for_url("**/prediction/add/**")
    assert window.page.locator("[name=quote]").input_value() == TEXT.split("\n")[0]


def test_the_flow_needs_no_script(visit):
    window = signed_in(visit(script=False))
    path = paste(window)

    window.page.locator(".sentence a[href*='start=']").nth(1).click()
    assert "likely to be sent" in window.page.locator("[name=quote]").input_value()
    fill(window, {name: value for name, value in claim(window).items() if not name.startswith("then_")})
    press(window, "Check without saving")
    assert "is read as" in window.page.locator(".rule-check").inner_text()
    press(window, "Save and go back to the text")
    window.page.wait_for_url(f"**{path}")
    assert window.page.locator(".is-logged").count() == 1
    window.page.locator(".sentence input").nth(0).check()
    window.page.locator(".sentence input").nth(2).check()
    press(window, "Log what is ticked")

    assert window.page.locator("[name=quote]").input_value() == " ".join(TEXT.split())[: -len(" Not even I do.")]


def test_fields_of_other_kinds_of_clauses_stay_out_of_the_way(visit):
    window = signed_in(visit())
    window.open("/admin/forecasts/prediction/add/")

    fill(window, {"then_kind": "series"})
    assert window.page.locator("[name=then_series]").is_visible()
    assert not window.page.locator("[name=then_end_types]").is_visible()
    fill(window, {"then_kind": "state"})

    assert window.page.locator("[name=then_end_types]").is_visible()
    assert not window.page.locator("[name=then_series]").is_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")])
def test_views_of_the_flow_fit_and_are_accessible(width, scheme, visit, tmp_path_factory):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    window, faults = signed_in(visit(width=width, scheme=scheme)), []
    text = paste(window)
    window.page.locator(".sentence a[href*='start=']").nth(1).click()
    form = window.page.url.removeprefix(window.address)
    paths = {"home": "/admin/", "article": "/admin/forecasts/article/add/", "text": text, "claim": form}
    for name, path in paths.items():
        window.open(path)
        if name == "claim":
            fill(window, claim(window))
            press(window, "Check without saving")
        unfold(window)
        window.page.screenshot(path=tmp_path_factory.getbasetemp() / f"{name}-{width}-{scheme}.png", full_page=True)
        if window.page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((name, "wider than the window"))
        found = axe.run(window.page).response["violations"]
        faults += [(name, one["id"], node["target"], node["failureSummary"]) for one in found for node in one["nodes"]]

    assert faults == []
    assert complaints(window) == []

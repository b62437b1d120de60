"""A verdict in a real browser: proposed by rule, confirmed, disputed, rejected, withdrawn, and its event amended."""

import pytest

from .conftest import Visit
from .editing import EVENT, NUMBER, claim, complaints, fill, paste, press, record, signed_in

pytestmark = pytest.mark.browser
REASON = "The ministry's own record of the day says so."
# One report of a source that alone cannot make a verdict final.
WEAK = EVENT | {
    "title": "Aid is said to be sent",
    "occurred_on": "2025-01-15",
    "evidence_urls": "https://one.example/said",
}


@pytest.fixture
def proposal(visit) -> tuple[Visit, str]:
    """An editor's window, and the path of a claim whose verdict waits for a confirmation."""
    window = signed_in(visit())
    text = paste(window)
    window.page.locator(".sentence a[href*='start=']").nth(1).click()
    fill(window, claim(window) | {"then_last_day": "2025-01-20"})
    press(window, "Save and go back to the text")
    window.page.wait_for_url(f"**{text}")
    window.page.locator(".is-logged .logged-number").click()
    window.page.wait_for_url("**/prediction/*/change/")
    path = window.page.url.removeprefix(window.address)
    record(window, WEAK | {"title": f"{WEAK['title']} {next(NUMBER)}"})
    window.open(path)
    press(window, "Check now")
    window.page.locator(".messagelist").wait_for()
    return window, path


def step(window: Visit, label: str, given: dict[str, str], *, verdict: str = "") -> str:
    """Take a step from the page of a claim; what its verdict says then."""
    window.page.get_by_role("link", name=label, exact=True).click()
    if verdict:
        window.page.get_by_label(verdict, exact=True).check()
    fill(window, given)
    press(window, "Save")
    window.page.locator(".messagelist").wait_for()
    return window.page.locator(".verdict p").first.inner_text()


def test_a_proposed_verdict_is_confirmed_beside_its_evidence(proposal):
    window, path = proposal
    assert "waits for a confirmation" in window.page.locator(".verdict").inner_text()

    window.page.get_by_role("link", name="Confirm or replace the verdict").click()
    assert WEAK["title"] in window.page.locator(".rule-check .beside").inner_text()
    window.open(path)

    assert "Yes Final" in step(window, "Confirm or replace the verdict", {"reason": REASON})
    assert window.outside == []
    assert complaints(window) == []


def test_a_verdict_is_disputed_rejected_and_withdrawn_with_reasons(proposal):
    window, _ = proposal

    assert "Disputed" in step(window, "Dispute", {"reason": "The paper took it back."})
    assert "No" in step(window, "Confirm or replace the verdict", {"reason": REASON}, verdict="No")
    assert "Open" in step(window, "Reopen", {"reason": "The window is looked at once more."})

    history = window.page.get_by_role("region", name="Verdicts").inner_text()
    assert "The paper took it back." in history
    assert REASON in history
    assert complaints(window) == []


def test_an_event_is_amended_with_a_reason_that_stays_on_its_page(proposal):
    window, _ = proposal
    window.page.locator("section.module a[href*='/event/']").first.click()

    window.page.get_by_role("link", name="Correct", exact=True).click()
    fill(window, {"title": "Aid is sent by air", "known_at": "2025-01-16", "reason": "The paper names the airport."})
    press(window, "Save")
    window.page.locator(".messagelist").wait_for()

    assert "The paper names the airport." in window.page.locator("#content").inner_text()


def test_several_are_confirmed_from_the_list_with_the_keyboard(proposal):
    window, path = proposal
    window.open("/admin/forecasts/prediction/?status__exact=PROPOSED")
    row = window.page.locator("#result_list tr", has=window.page.locator(f"a[href^='{path}']"))

    row.locator("input[type=checkbox]").focus()
    window.page.keyboard.press("Space")
    window.page.locator("select[name=action]").select_option("confirm")
    window.page.locator("button[name=index]").press("Enter")
    fill(window, {"reason": REASON})
    window.page.locator("[name=reason]").press("Tab")
    window.page.keyboard.press("Enter")
    window.page.locator(".messagelist").wait_for()

    assert "1 confirmed." in window.page.locator(".messagelist").inner_text()

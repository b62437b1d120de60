"""Editors at work in a real browser: from a pasted article to a verdict, with the keyboard alone, without script, on a phone."""

from datetime import UTC, datetime

import pytest

from .editing import EVENT, TEXT, claim, complaints, fill, paste, press, record, signed_in, unfold

pytestmark = pytest.mark.browser


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
    record(window, EVENT)
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


def test_the_meaning_of_a_rule_is_told_while_it_is_typed(visit):
    window = signed_in(visit())
    window.open("/admin/forecasts/prediction/add/")
    told, next_year = window.page.locator("#rule-sentence"), datetime.now(tz=UTC).year + 1

    fill(window, {"then_kind": "occurs", "then_types": "AID"})
    told.get_by_text("Give the last day that counts: a rule needs a deadline.").wait_for()
    fill(window, {"then_last_day": f"{next_year}-02-28"})
    told.get_by_text(f"from publication until before {next_year}-03-01").wait_for()

    assert window.outside == []
    assert complaints(window) == []


def test_fields_of_other_kinds_of_clauses_stay_out_of_the_way(visit):
    window = signed_in(visit())
    window.open("/admin/forecasts/prediction/add/")

    fill(window, {"then_kind": "series"})
    assert window.page.locator("[name=then_series]").is_visible()
    assert not window.page.locator("[name=then_end_types]").is_visible()
    fill(window, {"then_kind": "state"})

    assert window.page.locator("[name=then_end_types]").is_visible()
    assert not window.page.locator("[name=then_series]").is_visible()


def test_a_file_that_is_sent_shows_how_far_it_is_and_is_recorded_without_being_chosen_again(visit):
    window = signed_in(visit())
    window.open("/admin/forecasts/forecast/upload/")
    lines = [
        "asker,statement,forecaster,probability,made_at",
        "almanac,It snows.,rare-rainbow,1.5,2024-01-01T06:00:00Z",
        "almanac,It rains.,rare-rainbow,0.5,2024-01-01T06:00:00Z",
    ]
    file = {"name": "calls.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    told = window.page.locator(".upload-progress")
    assert not told.is_visible()

    window.page.evaluate(
        """() => {
            window.seen = [];
            const look = () => window.seen.push(document.querySelector('.upload-progress span')?.textContent);
            new MutationObserver(look).observe(document.querySelector('.upload-progress'), {childList: true, subtree: true});
        }"""
    )
    fill(window, {"topic": "weather"})
    window.page.locator("[name=file]").set_input_files(file)
    press(window, "Preview")
    window.page.locator("#report-title").wait_for()

    assert any(one.startswith("All of it has arrived") for one in window.page.evaluate("window.seen"))
    assert "1 forecast new, 0 unchanged, 1 refused" in window.page.locator(".rule-check").inner_text()
    assert "with the same file" in window.page.locator(".rule-check").inner_text()
    press(window, "Record")
    window.page.get_by_role("heading", name="What was recorded").wait_for()
    assert "1 forecast new, 0 unchanged, 1 refused" in window.page.locator(".rule-check").inner_text()
    assert window.page.locator("[name=file]").input_value() == ""
    assert window.outside == []
    assert complaints(window) == []


@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.nightly)])
def test_a_long_file_leads_to_a_page_that_tells_how_far_it_is(width, visit):
    window = signed_in(visit(width=width))
    window.open("/admin/forecasts/forecast/upload/")
    rows = (f"almanac,It snows on day {number}.,rare-rainbow,0.5,2024-01-01T06:00:00Z" for number in range(2001))
    text = "\n".join(["asker,statement,forecaster,probability,made_at", *rows])
    fill(window, {"topic": "weather"})
    file = {"name": f"calls-of-a-very-long-winter-{'x' * 60}.csv", "mimeType": "text/csv", "buffer": text.encode()}
    window.page.locator("[name=file]").set_input_files(file)
    press(window, "Record")
    window.page.locator("#progress-title").wait_for()

    assert "0 of 2001 rows" in window.page.locator("[role=status]").inner_text()
    # It asks again by itself; nothing goes on here, where no worker runs.
    with window.page.expect_response("**/upload/*/"):
        pass
    faults = window.faults("admin uploading")
    window.open("/admin/forecasts/forecast/upload/")
    assert window.page.get_by_role("link", name=file["name"]).first.is_visible()
    assert faults + window.faults("admin upload") == []
    assert complaints(window) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_views_of_the_flow_fit_and_are_accessible(width, visit):
    window, faults = signed_in(visit(width=width)), []
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
        faults += window.faults(f"admin {name}")

    assert faults == []
    assert complaints(window) == []

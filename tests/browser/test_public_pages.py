"""The pages as people meet them: on a phone and a desk, by day and by night, with the keyboard alone."""

import pytest

pytestmark = pytest.mark.browser

WINDOWS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
STOPS = 'a[href], summary, [tabindex="0"]'
FOCUS = "[[...document.querySelectorAll('*')].indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_pages_fit_stay_quiet_and_ask_nobody_else(width, scheme, visit, paths):
    window = visit(width=width, scheme=scheme)
    for name, path in paths.items():
        window.open(path)
        window.page.evaluate(OPEN_ALL)

        assert window.page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert window.page.evaluate("getComputedStyle(document.body).maxWidth") != "none", f"{name} has no style sheet"
    assert window.outside == []
    assert [one for one in window.complaints if "404" not in one] == []


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_pages_are_accessible(width, scheme, visit, paths):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    window, faults = visit(width=width, scheme=scheme), []
    for name, path in paths.items():
        window.open(path)
        window.page.evaluate(OPEN_ALL)
        found = axe.run(window.page).response["violations"]
        faults += [(name, one["id"], node["target"], node["failureSummary"]) for one in found for node in one["nodes"]]

    assert faults == []


def test_finds_faults_on_a_page_that_has_them(visit):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    window = visit()
    window.page.set_content("<html><body><img src='data:,'><button></button></body></html>")

    assert axe.run(window.page).violations_count >= 2


@pytest.mark.parametrize("width", [360, 1280])
def test_first_key_leads_to_the_content(width, visit, paths):
    window = visit(width=width)
    window.open(paths["article"])

    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    window.page.keyboard.press("Enter")

    assert window.page.evaluate("document.activeElement.id") == "content"


def test_every_link_and_switch_is_reached_by_tab_and_shows_it(visit, paths):
    window = visit()
    window.open(paths["settled"])
    wanted = window.page.evaluate(
        f"[...document.querySelectorAll({STOPS!r})].filter(one => one.checkVisibility()).length"
    )

    reached = set()
    for _ in range(wanted + 5):
        window.page.keyboard.press("Tab")
        place, outline = window.page.evaluate(FOCUS)
        reached.add(place)
        reached |= {place} if outline != "none" else set()

    assert len(reached) >= wanted


def test_details_open_with_the_keyboard(visit, paths):
    window = visit()
    window.open(paths["settled"])
    rule = window.page.locator("summary", has_text="The rule").first

    rule.focus()
    window.page.keyboard.press("Enter")

    assert window.page.locator("details[open] pre").first.is_visible()


def test_reads_without_script(visit, paths):
    window = visit(script=False)
    window.open(paths["article"])

    window.page.locator(".claims .claim-title a").first.click()

    assert window.page.locator("h1").is_visible()
    assert window.page.locator("svg.chart-timeline").is_visible()


def test_prints_without_navigation(visit, paths):
    window = visit()
    window.open(paths["article"])

    window.page.emulate_media(media="print")

    assert not window.page.locator(".masthead nav").is_visible()
    assert window.page.locator("mark").first.is_visible()

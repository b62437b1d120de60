"""The pages as people meet them: on a phone and a desk, by day and by night, with the keyboard alone."""

import re

import pytest

pytestmark = pytest.mark.browser

STOPS = 'a[href], summary, [tabindex="0"]'
FOCUS = "[[...document.querySelectorAll('*')].indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"
# A page that refuses says so in its status, and a browser that a wrong date does not fit its field.
EXPECTED = r"status of 40[04]|The specified value \"(5 March|soon)\""


# A desk has the words, names and colours of a phone: at a push every page is put to the rules on the phone alone.
@pytest.mark.parametrize(
    ("width", "schemes"),
    [(360, ["light", "dark"]), (1280, []), pytest.param(1280, ["light", "dark"], marks=pytest.mark.nightly)],
)
def test_pages_fit_are_accessible_stay_quiet_and_ask_nobody_else(width, schemes, visit, paths):
    window, faults = visit(width=width), []
    for name, path in paths.items():
        window.open(path)

        if window.page.evaluate("getComputedStyle(document.body).maxWidth") == "none":
            faults.append((name, "no style sheet"))
        faults += window.faults(name, schemes=schemes)

    assert faults == []
    assert window.outside == []
    assert [one for one in window.complaints if not re.search(EXPECTED, one)] == []


FAULTY = """<html lang="en"><head><title>Faulty</title><style>
  p { color: #000; background: #fff } @media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }
</style></head><body><main><h1>Faulty</h1><p>Nobody reads this by night.</p><img src="data:,"></main></body></html>"""


def test_finds_faults_on_a_page_that_has_them(visit):
    window = visit()
    window.page.set_content(FAULTY)

    assert {fault[1:3] for fault in window.faults("faulty")} == {("light", "image-alt"), ("dark", "color-contrast")}


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


def test_filters_are_chosen_with_the_keyboard_and_without_script(visit, paths):
    window = visit(script=False, width=360)
    window.open(paths["forecaster"])

    window.page.locator("summary", has_text="Narrow it down").focus()
    window.page.keyboard.press("Enter")
    window.page.get_by_label("Condition", exact=True).select_option(label="Without one")
    window.page.get_by_label("Known by").fill("2025-05-01")
    window.page.get_by_label("Lead, at least").fill("-3")
    window.page.keyboard.press("Enter")

    window.page.wait_for_url(re.compile("conditional=false"))
    assert "Known by: 2025-05-01; Lead, at least: -3; Condition: Without one." in window.page.content()
    assert window.page.get_by_label("Condition", exact=True).input_value() == "false"


def test_a_wrong_filter_is_named_beside_its_field(visit, paths):
    window = visit()
    window.open(paths["faulty filters"])
    field = window.page.get_by_label("Lead, at least")

    described = [window.page.locator(f"#{one}").inner_text() for one in field.get_attribute("aria-describedby").split()]

    assert described[-1] == "“soon” is no number of days up to 40,000, such as 30."
    assert window.page.locator(".headline").count() == 0


def test_the_curve_and_its_bands_are_printed_and_told_apart_by_shape(visit, paths):
    window = visit(scheme="dark")
    window.open(paths["large scorecard"])
    window.page.emulate_media(media="print", color_scheme="dark")

    shown = {name: window.page.locator(f".chart-{name}").first for name in ("chance", "proven", "curve")}
    dashes = {
        name: one.locator("polyline, polygon").first.evaluate("one => getComputedStyle(one).strokeDasharray")
        for name, one in shown.items()
    }

    assert all(one.is_visible() for one in shown.values())
    assert (dashes["curve"], dashes["proven"]) == ("none", "5px, 3px")
    assert not window.page.locator(".narrow").is_visible()

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.charts.svg import document, element, number, percent, shorten, text, text_width


@given(st.text())
def test_any_text_makes_well_formed_xml(content):
    svg = document(text(content, x=1, y=2), kind="test", height=9, id_prefix="a", title=content, description=content)

    ElementTree.fromstring(svg)  # noqa: S314 - our own drawing


def test_markup_in_text_stays_text():
    assert text("<b>&\"'", x=0, y=0).count("<") == 2
    assert element("g", "", class_='"><script>') == '<g class="&quot;&gt;&lt;script&gt;"/>'


@pytest.mark.parametrize("id_prefix", ["", "1a", "a b", 'a"', "a<", "é"])
def test_an_id_prefix_that_is_no_identifier_is_refused(id_prefix):
    with pytest.raises(ValueError, match="id_prefix must be letters, digits, - and _"):
        document("", kind="test", height=9, id_prefix=id_prefix, title="", description="")


@pytest.mark.parametrize(
    ("value", "written"), [(0.0, "0"), (-0.001, "0"), (100, "100"), (1.5, "1.5"), (1.005, "1"), (2 / 3, "0.67")]
)
def test_coordinates_are_short(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("probability", "written"),
    [(0.0, "0%"), (0.07, "7%"), (0.29, "29%"), (0.725, "72.5%"), (0.0001, "0.01%"), (0.9999, "99.99%"), (1.0, "100%")],
)
def test_percentages_show_what_was_given(probability, written):
    assert percent(probability) == written


@given(st.text(), st.floats(20, 300))
def test_shortened_text_fits_and_keeps_what_already_did(content, width):
    line = shorten(content, width=width)

    assert text_width(line) <= width
    assert line == " ".join(content.split()) or line.endswith("…")


def test_wide_letters_count_as_wide():
    assert text_width("漢字") > text_width("ab")
    assert text_width("é") == text_width("e\u0301")

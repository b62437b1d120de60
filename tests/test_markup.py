"""What the suite holds pages to is itself tried on pages that are wrong."""

import pytest

from tests.markup import faults, loaded_from_elsewhere, weight

pytestmark = pytest.mark.any_database

PAGE = '<!doctype html><html lang="en"><head><title>A</title></head><body><main><h1>A</h1>{}</main></body></html>'


def test_finds_nothing_on_a_page_that_conforms():
    assert faults(PAGE.format('<p id="a">B</p><ul><li><a href="#a">C</a></li></ul>')) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<p><ul></ul></p>", "unexpected-end-tag"),
        ("<p class=a class=b>", "duplicate-attribute"),
        ("<table><tr><td><div></table>", "unexpected-cell-end-tag"),
        ("<p id=a></p><p id=a></p>", "id 'a' is used 2 times"),
        ("<label for=a>B</label>", "for of <label> names 'a', which is nowhere"),
        ("<label for=a>B</label><input type=hidden id=a>", "the label of a leads to a hidden field"),
        ("<a href=#b>B</a>", "a link leads to #b, which is nowhere"),
        ("<li>B</li>", "<li> {} may not stand in <main>"),
        ("<dl><p>B</p></dl>", "<p> {} may not stand in <dl>"),
        ("<span><div>B</div></span>", "<div> {} may not stand in <span>"),
        ("<h1>B</h1>", "2 <h1>"),
        ("<img src=/static/a.png>", "<img /static/a.png> has no alt"),
    ],
)
def test_names_what_is_wrong(body, told):
    assert any(told in fault for fault in faults(PAGE.format(body)))


def test_tells_files_of_other_hosts_from_links_to_them():
    html = PAGE.format('<a href="https://a.example/">A</a><img alt="" src="https://b.example/b.png">')

    assert loaded_from_elsewhere(html) == ["https://b.example/b.png"]


def test_weighs_what_is_sent():
    assert 20 < weight(b"a" * 10_000) < 100

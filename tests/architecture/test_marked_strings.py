"""Every word that a page shows is marked for translation, where the page does not take it from the records."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "forecasts" / "templates"
# The admin and the page of the API are English, like the names of their fields.
PAGES = sorted([*(TEMPLATES / "forecasts").glob("*.html"), *TEMPLATES.glob("*.html")])
MARKED = re.compile(r"{%-?\s*blocktrans(?:late)?\b.*?{%-?\s*endblocktrans(?:late)?\s*-?%}", re.DOTALL)
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
SHOWN = ("alt", "title", "aria-label", "placeholder", "label", "content")
# Names, units and codes, which are the same in every language.
SAME_EVERYWHERE = {"SHA-", "UTC", "CSV", "JSON", "PLOVER", "CAMEO", "RRL"}
CODES = {"width=device-width, initial-scale=1", "light dark", "website", "summary"}


class Words(HTMLParser):
    """Text and shown attributes of a template whose tags are taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.found += [value for name, value in attrs if name in SHOWN and value and value not in CODES]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if not {"code", "pre", "script", "style"} & set(self.inside):
            self.found.append(data)


def unmarked(template: str) -> list[str]:
    """Words of the template's own that no translation would reach."""
    words = Words()
    words.feed(TAGS.sub(" ", MARKED.sub(" ", template)))
    runs = (re.findall(r"[A-Za-z][A-Za-z-]+", text) for text in words.found)
    return [" ".join(run) for run in runs if set(run) - SAME_EVERYWHERE]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_word_is_marked_for_translation(path):
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("<p>{% blocktranslate %}Hello {{ name }}{% endblocktranslate %} again</p>", ["again"]),
        ('<a aria-label="Close">×</a>', ["Close"]),
        ("<p>{{ name }} UTC <code>GET</code></p>", []),
    ],
)
def test_finds_words_that_are_not_marked(template, found):
    assert unmarked(template) == found

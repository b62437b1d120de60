"""Every word that a page or a form shows is marked for translation, where the page does not take it from the records."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "forecasts" / "templates"
FORMS = sorted((TEMPLATES.parent / "admin").glob("*.py"))
# The page of the API is English, like the names of its fields.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "api")
# Arguments whose text editors read.
READ = {"help_text", "label", "description", "empty_label"}
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


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
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


def bare(source: str) -> list[str]:
    """Texts for editors that are given as they are, not through gettext."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    given = (one.value for call in calls for one in call.keywords if one.arg in READ)
    texts = (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return [text for text in texts if re.search("[A-Za-z]", text)]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_text_of_a_form_is_marked_for_translation(path):
    assert bare(path.read_text()) == []


def test_a_text_that_is_not_marked_is_found():
    assert bare('Field(label="Name", help_text=_("Of whom."), widget=text(4))') == ["Name"]

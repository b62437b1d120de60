"""Every word that a page or a form shows is marked for translation, where the page does not take it from the records."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "forecasts" / "templates"
# The reference of the language of rules is made of its schema, which is English.
FORMS = sorted(path for path in (TEMPLATES.parent / "admin").glob("*.py") if path.stem != "rule_reference")
# The page of the API is English, like the names of its fields.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "api")
# Arguments whose text editors read.
READ = {"help_text", "label", "description", "empty_label", "verbose_name_plural", "title"}
# What is marked; what programmers read; and what is kept as it was said.
NOT_SHOWN = {"_", "gettext", "NotImplementedError", "log_change"}
SENTENCE = re.compile(r"[A-Z“]\S*\s.*", re.DOTALL)
IN_WORDS = re.compile(r"[a-z]{2,}(?<!_) [a-z]|[A-Za-z]{2,} |[a-z]{2}\.$")
MARKED = re.compile(r"{%-?\s*blocktrans(?:late)?\b.*?{%-?\s*endblocktrans(?:late)?\s*-?%}", re.DOTALL)
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
SHOWN = ("alt", "title", "aria-label", "placeholder", "label", "content")
# Names, units and codes, which are the same in every language.
SAME_EVERYWHERE = {"SHA-", "UTC", "CSV", "JSON", "PLOVER", "CAMEO", "RRL"}
CODES = {"width=device-width, initial-scale=1", "light dark", "website", "summary", "summary_large_image", "image/png"}
ADDRESS = re.compile(r"\s*://\S*\s*\S*")


class Words(HTMLParser):
    """Text and shown attributes of a template whose tags are taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.found += [value for name, value in attrs if name in SHOWN and value and not _is_code(value)]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if not {"code", "pre", "script", "style"} & set(self.inside):
            self.found.append(data)


def _is_code(value: str) -> bool:
    """Whether an attribute is for programs alone: a code, or an address of ours."""
    return value in CODES or ADDRESS.fullmatch(value) is not None


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
    """Texts for editors that are given as they are, not through gettext: sentences, and the names of what is shown."""
    found: list[str] = []
    _look(ast.parse(source), found)
    return found


def _look(node: ast.AST, found: list[str]) -> None:
    if isinstance(node, ast.Call) and _name(node.func) in NOT_SHOWN:
        return
    if isinstance(node, ast.keyword | ast.Assign):
        names = [node.arg] if isinstance(node, ast.keyword) else [_name(one) for one in node.targets]
        if READ & {*names} and isinstance(node.value, ast.Constant) and re.search("[A-Za-z]", str(node.value.value)):
            found.append(str(node.value.value))
            return
    if isinstance(node, ast.JoinedStr):
        text = "".join(one.value for one in node.values if isinstance(one, ast.Constant))
        found += [text] if IN_WORDS.search(text) else []
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and SENTENCE.fullmatch(node.value):
        found.append(node.value)
    for one in ast.iter_child_nodes(node):
        if not _is_docstring(one):
            _look(one, found)


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_text_of_the_admin_is_marked_for_translation(path):
    assert bare(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('Field(label="Name", help_text=_("Of whom."), widget=text(4))', ["Name"]),
        ('raise ValidationError("It ends before it begins.")', ["It ends before it begins."]),
        ('self.add_error("day", f"The year {year} is wrong.")', ["The year  is wrong."]),
        ('class Filter:\n    """It narrows the list."""\n    title = "what it needs"', ["what it needs"]),
        ('{"title": gettext("Log %(n)s predictions") % {"n": 3}, "verdict": "YES"}', []),
        ('raise NotImplementedError("Each form has its own.")', []),
    ],
)
def test_finds_texts_that_are_not_marked(source, found):
    assert bare(source) == found

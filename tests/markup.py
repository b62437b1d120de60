"""What is wrong with a page as HTML: by the parser of the standard, and what a parser lets pass."""

from collections import Counter
from collections.abc import Iterator
from gzip import compress
from xml.etree.ElementTree import Element

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
REFERENCES = ("for", "list", "aria-labelledby", "aria-describedby", "aria-controls", "headers", "form")
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "object": "data", "source": "src"}
# Links of a head that a browser follows only when a person or a program asks.
NAMED_ONLY = {"canonical", "alternate"}
PARENTS = {
    "li": {"ul", "ol", "menu"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "summary": {"details"}, "legend": {"fieldset"},
    "figcaption": {"figure"}, "option": {"select", "datalist", "optgroup"},
}  # fmt: skip
CHILDREN = {
    "ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}, "select": {"option", "optgroup", "hr"}, "datalist": {"option"},
}  # fmt: skip
WORDS_ONLY = {"p", "span", "h1", "h2", "h3", "h4", "label", "button", "pre", "q", "strong", "em", "code", "dt"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
# A dt may hold a paragraph, and no heading or section.
ALLOWED = {
    ("dt", block)
    for block in BLOCKS - {"header", "footer", "section", "article", "aside", "nav", "h1", "h2", "h3", "h4"}
}


def faults(html: str) -> list[str]:
    """Everything that is wrong with the page; nothing where it conforms, as far as this can see."""
    parser = html5lib.HTMLParser()
    root = parser.parse(html)
    lines = html.splitlines()
    found = [f"{code} {values} in: {lines[line - 1][:160]}" for (line, _), code, values in parser.errors]
    return [*found, *_nesting(root), *_names(root), *_needed(root)]


def _tag(element: Element) -> str:
    return element.tag.removeprefix(HTML) if isinstance(element.tag, str) else ""


def _nesting(element: Element) -> Iterator[str]:
    parent = _tag(element)
    for child in element:
        tag = _tag(child)
        is_astray = tag in PARENTS and parent not in PARENTS[tag]
        is_stranger = tag and parent in CHILDREN and tag not in CHILDREN[parent] | {"script", "template"}
        is_block = parent in WORDS_ONLY and tag in BLOCKS and (parent, tag) not in ALLOWED
        if is_astray or is_stranger or is_block:
            yield f"<{tag}> {dict(child.attrib)} may not stand in <{parent}>"
        yield from _nesting(child)


def _names(root: Element) -> Iterator[str]:
    ids = Counter(one.get("id") for one in root.iter() if one.get("id") is not None)
    yield from (f"id {name!r} is used {n} times" for name, n in ids.items() if n > 1)
    yield from (f"id {name!r} is empty or has a space" for name in ids if not name or " " in name)
    for one in root.iter():
        for attribute in REFERENCES:
            yield from (
                f"{attribute} of <{_tag(one)}> names {name!r}, which is nowhere"
                for name in (one.get(attribute) or "").split()
                if name not in ids
            )
        target = one.get("href", "")
        if _tag(one) == "a" and len(target) > 1 and target.startswith("#") and target[1:] not in ids:
            yield f"a link leads to {target}, which is nowhere"


def _needed(root: Element) -> Iterator[str]:
    """What every page has once, and what elements may not be without."""
    counted = Counter(_tag(one) for one in root.iter())
    yield from (f"{counted[tag]} <{tag}>" for tag in ("title", "h1", "main") if counted[tag] != 1)
    yield from ("<html> has no lang" for one in root.iter(f"{HTML}html") if not one.get("lang"))
    yield from (f"<img {one.get('src')}> has no alt" for one in root.iter(f"{HTML}img") if one.get("alt") is None)
    hidden = {one.get("id") for one in root.iter(f"{HTML}input") if one.get("type") == "hidden"}
    labels = {one.get("for") for one in root.iter(f"{HTML}label") if one.get("for")}
    yield from (f"the label of {name} leads to a hidden field" for name in labels & hidden)


def loaded_from_elsewhere(html: str) -> list[str]:
    """Addresses of other hosts that a browser would fetch by itself."""
    root = html5lib.parse(html)
    addresses = [
        one.get(LOADED[_tag(one)], "")
        for one in root.iter()
        if _tag(one) in LOADED and not set(one.get("rel", "").split()) & NAMED_ONLY
    ]
    return [address for address in addresses if address and not address.startswith(("/static/", "data:"))]


def weight(html: bytes) -> int:
    """Bytes of the page as a server sends it compressed."""
    return len(compress(html, 6))

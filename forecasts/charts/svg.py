"""
SVG elements as text, escaped, and the frame that every chart shares.

Drawings are 400 units wide, about a phone's width, and scale up; the style sheet makes the type smaller there.
Classes: chart, chart-frame (the drawing), chart-text, chart-muted, chart-line (hairline).
"""

import html
import re
import unicodedata
from itertools import accumulate
from typing import Final

WIDTH: Final = 400
TYPE_SIZE: Final = 12

_ID_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
# What XML 1.0 cannot hold, even escaped.
_UNPRINTABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Return the text fit for XML content and attributes."""
    return html.escape(_UNPRINTABLE.sub("\ufffd", text))


def element(tag: str, content: str = "", **attributes: str | float) -> str:
    """
    Return one element around content that is already markup.

    Args:
        tag: The element's name.
        content: Markup; plain text goes through `escape` first.
        attributes: Escaped here. A trailing underscore is dropped (`class_`), others become hyphens (`text_anchor`).
    """
    written = "".join(f' {_attribute_name(name)}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def text(content: str, *, x: float, y: float, class_: str = "chart-text", anchor: str = "start") -> str:
    """Return a line of plain text; its direction follows its own first strong letter."""
    return element("text", escape(content), x=x, y=y, class_=class_, text_anchor=anchor, unicode_bidi="plaintext")


def tooltip(content: str) -> str:
    """Return the title element that names the shape it is put into."""
    return element("title", escape(content))


def document(body: str, *, kind: str, height: float, id_prefix: str, title: str, description: str) -> str:
    """
    Return a whole drawing that screen readers announce as one image with a title and a description.

    Args:
        body: Markup inside the frame.
        kind: Names the chart's own class, `chart-` and the kind.
        height: In units of the frame, which is 400 wide.
        id_prefix: Begins every id; unlike any other on the page.
        title: Plain text.
        description: Plain text that says what the picture shows.
    Raises:
        ValueError: An id_prefix that is no plain identifier.
    """
    if not _ID_PREFIX.fullmatch(id_prefix):
        raise ValueError(f"id_prefix must be letters, digits, - and _, and begin with a letter, got {id_prefix!r}")
    head = element("title", escape(title), id=f"{id_prefix}-title")
    head += element("desc", escape(description), id=f"{id_prefix}-desc")
    return element(
        "svg",
        head + body,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart chart-{kind}",
        viewBox=f"0 0 {WIDTH} {number(height)}",
        role="img",
        direction="ltr",
        aria_labelledby=f"{id_prefix}-title {id_prefix}-desc",
    )


def number(value: float) -> str:
    """Return a coordinate, to a hundredth of a unit and without needless zeros."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def percent(probability: float) -> str:
    """Return a probability as readers write it, to a basis point: 75%, 72.5%, 0.01%."""
    return f"{round(probability * 100, 2):g}%"


def text_width(content: str, *, size: float = TYPE_SIZE) -> float:
    """Return about how wide the text is drawn, on the wide side; no font is at hand to ask."""
    return sum(_letter_width(letter) for letter in content) * size


def shorten(content: str, *, width: float, size: float = TYPE_SIZE) -> str:
    """Return the text on one line, with an ellipsis where it had to be cut to fit the width."""
    line = " ".join(content.split())
    if text_width(line, size=size) <= width:
        return line
    reached = accumulate(_letter_width(letter) * size for letter in line)
    n_kept = sum(end <= width - text_width("…", size=size) for end in reached)
    return line[:n_kept].rstrip() + "…"


def _letter_width(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in " .,:;'|!iljtfI()":
        return 0.34
    return 0.74 if letter.isupper() or letter in "mwMW%…—" else 0.58


def _attribute_name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)

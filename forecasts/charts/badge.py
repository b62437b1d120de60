"""A small label in two halves, to stand in other people's pages: it brings its own colours and needs no style sheet."""

from typing import Final

from forecasts.charts.svg import element, escape, number, text_width

HEIGHT: Final = 22
TYPE: Final = 12
PADDING: Final = 8
INK, ACCENT, PAPER = "#22313a", "#2f5d73", "#ffffff"


def badge(label: str, value: str, *, description: str) -> str:
    """
    Return a drawing of the label beside the value, as wide as their words.

    Args:
        label: What the value is of, plain text.
        value: A few words or figures, plain text.
        description: What a screen reader says in place of both, plain text.
    """
    left, right = (text_width(words, size=TYPE) + 2 * PADDING for words in (label, value))
    body = element("title", escape(description))
    body += element("rect", width=left, height=HEIGHT, fill=INK)
    body += element("rect", x=left, width=right, height=HEIGHT, fill=ACCENT)
    body += _words(label, x=left / 2) + _words(value, x=left + right / 2)
    return element(
        "svg",
        body,
        xmlns="http://www.w3.org/2000/svg",
        width=left + right,
        height=HEIGHT,
        viewBox=f"0 0 {number(left + right)} {HEIGHT}",
        role="img",
    )


def _words(words: str, *, x: float) -> str:
    font = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
    return element(
        "text", escape(words), x=x, y=15.5, fill=PAPER, font_family=font, font_size=TYPE, text_anchor="middle"
    )

"""A picture of a scorecard for other sites, to stand beside a link to it: as many pixels as they ask for, and no style sheet."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

FONTS: Final = Path(__file__).resolve().parent.parent / "data" / "fonts"
PLAIN, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
WIDTH, HEIGHT, MARGIN = 1200, 630, 80
RIGHT: Final = WIDTH - MARGIN
PAPER, INK, MUTED, LINE, ACCENT, WASH = "#fffefb", "#23211e", "#67635c", "#d9d4ca", "#2f5d8a", "#c9d8e8"
N_COLOURS: Final = 48
# Of the name: the largest of these at which it fits in two lines.
SIZES: Final = (72, 58, 46)
LONGEST: Final = 200
# What always saying one half earns.
ONE_HALF: Final = 0.25
# In no font.
NOTHING: Final = "\U0010ffff"


@dataclass(frozen=True, kw_only=True)
class Score:
    """The mean Brier score of a scorecard with the ends of its 95% interval, all in [0, 1]."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Pictured:
    """
    What the picture of a scorecard says.

    Attributes:
        kind: What the scorecard is of, in a word or two.
        name: Its name, plain text in any script.
        short_name: What stands in for a name that the fonts cannot write: they have Latin, Greek and Cyrillic letters.
        score: None where there is none.
        told: The sample, or why there is no score, in a few words.
        caution: What keeps the score from being judged by, in a few words; nothing where nothing does.
    """

    kind: str
    name: str
    short_name: str
    score: Score | None
    told: str
    caution: str = ""


def scorecard_picture(pictured: Pictured) -> bytes:
    """Return the picture as a PNG of 1200 by 630 pixels; the same for the same words and numbers."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 18, HEIGHT), fill=ACCENT)
    draw.text((MARGIN, 66), "Aftercast", font=_font(BOLD, 34), fill=ACCENT)
    draw.text((RIGHT, 66), pictured.kind, font=_font(PLAIN, 34), fill=MUTED, anchor="ra")
    _draw_name(draw, pictured.name if is_written(pictured.name) else pictured.short_name)
    if pictured.score is None:
        draw.text((MARGIN, 400), _cut(pictured.told, font=_font(PLAIN, 40)), font=_font(PLAIN, 40), fill=MUTED)
    else:
        _draw_score(draw, pictured.score)
        draw.text((RIGHT, 342), pictured.caution, font=_font(PLAIN, 28), fill=MUTED, anchor="ra")
        draw.text((MARGIN, 548), _cut(pictured.told, font=_font(PLAIN, 30)), font=_font(PLAIN, 30), fill=INK)
    written = BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=N_COLOURS).save(written, "PNG")
    return written.getvalue()


def is_written(words: str) -> bool:
    """Whether the fonts have every letter of a text."""
    font = _font(BOLD, 20)
    missing = _drawn(font, NOTHING)
    return all(letter.isspace() or _drawn(font, letter) != missing for letter in set(_composed(words)))


def _draw_name(draw: ImageDraw.ImageDraw, name: str) -> None:
    words = _composed(name)
    for size in SIZES:
        font = _font(BOLD, size)
        lines = list(_lines(words, font=font))
        if len(lines) <= 2:
            break
    kept = lines if len(lines) <= 2 else [lines[0], _cut(" ".join(lines[1:]), font=font)]
    for number, line in enumerate(kept):
        draw.text((MARGIN, 138 + number * 1.2 * size), _cut(line, font=font), font=font, fill=INK)


def _draw_score(draw: ImageDraw.ImageDraw, score: Score) -> None:
    """The number, what it is, and where it lies between the best and the worst."""
    figure = _font(BOLD, 92)
    draw.text((MARGIN, 328), f"{score.mean:.3f}", font=figure, fill=INK)
    beside = MARGIN + figure.getlength(f"{score.mean:.3f}") + 32
    draw.text((beside, 342), "mean Brier score", font=_font(PLAIN, 34), fill=INK)
    draw.text((beside, 390), "0 is best, 1 is worst", font=_font(PLAIN, 28), fill=MUTED)
    y, small = 478, _font(PLAIN, 24)
    draw.line((MARGIN, y, RIGHT, y), fill=LINE, width=4)
    draw.rounded_rectangle((_x(score.low) - 7, y - 7, _x(score.high) + 7, y + 7), radius=7, fill=WASH)
    draw.line((_x(ONE_HALF), y - 20, _x(ONE_HALF), y + 20), fill=MUTED, width=3)
    draw.ellipse((_x(score.mean) - 14, y - 14, _x(score.mean) + 14, y + 14), fill=ACCENT)
    draw.text((_x(ONE_HALF), y + 22), "always saying 50%", font=small, fill=MUTED, anchor="ma")
    draw.text((MARGIN, y + 22), "0", font=small, fill=MUTED)
    draw.text((RIGHT, y + 22), "1", font=small, fill=MUTED, anchor="ra")


def _x(score: float) -> float:
    return MARGIN + (RIGHT - MARGIN) * score


def _composed(words: str) -> str:
    """On one line, with letters and their accents in one, and no longer than anybody reads."""
    return " ".join(unicodedata.normalize("NFC", words[:LONGEST]).split())


def _lines(words: str, *, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > RIGHT - MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def _cut(line: str, *, font: ImageFont.FreeTypeFont) -> str:
    """The line with an ellipsis where it had to be cut."""
    if font.getlength(line) <= RIGHT - MARGIN:
        return line
    while line and font.getlength(line + "…") > RIGHT - MARGIN:
        line = line[:-1]
    return line.rstrip() + "…"


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)

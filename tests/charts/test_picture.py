"""The picture of a scorecard: of the size that other sites ask for, within its margins, in words that its fonts can write."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from forecasts.charts.picture import HEIGHT, MARGIN, PAPER, WIDTH, Pictured, Score, is_written, scorecard_picture

SCORE = Score(mean=0.18, low=0.05, high=0.42)


def picture_of(
    name: str = "Ada Byron", *, score: Score | None = SCORE, told: str = "1 call", short_name: str = "ada", **more
):
    pictured = Pictured(kind="Person", name=name, short_name=short_name, score=score, told=told, **more)
    return scorecard_picture(pictured)


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def marked(image: Image.Image) -> tuple[int, int, int, int]:
    """The box of all that is drawn, beside the bar at its left."""
    inside = image.crop((20, 0, WIDTH, HEIGHT))
    left, top, right, bottom = (
        ImageChops.difference(inside, Image.new("RGB", inside.size, PAPER))
        .point(lambda value: 255 if value > 40 else 0)
        .getbbox()
    )
    return left + 20, top, right + 20, bottom


def test_is_a_png_of_the_size_that_is_asked_for_and_light():
    png = picture_of()

    assert Image.open(BytesIO(png)).size == (1200, 630)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(png) < 40_000


def test_the_same_facts_make_the_same_bytes_and_others_do_not():
    assert picture_of() == picture_of()
    others = [
        picture_of("Ada"),
        picture_of(score=None),
        picture_of(told="2 calls"),
        picture_of(score=Score(mean=0.2, low=0.05, high=0.42)),
        picture_of(caution="too few to judge by"),
    ]
    assert len({picture_of(), *others}) == 6


@pytest.mark.parametrize(
    "name",
    ["W" * 300, "Word " * 60, "x", "The Committee for " + "Very " * 8 + "Long Names of Åland, Ελλάδα and Россия"],
)
@pytest.mark.parametrize(
    "score", [SCORE, Score(mean=0.0, low=0.0, high=1.0), Score(mean=1.0, low=0.98, high=1.0), None]
)
def test_everything_stays_within_the_margins(name, score):
    left, top, right, bottom = marked(opened(picture_of(name, score=score, told="95% interval " * 9)))

    assert left >= MARGIN - 16
    assert right <= WIDTH - MARGIN + 16
    assert top >= 40
    assert bottom <= HEIGHT - 30


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("Ada Byron", True), ("Ólafur Ragnar Grímsson", True), ("Łukasz Žižek", True), ("Владимир Зеленский", True),
        ("Ελευθέριος", True), ("Nguyễn Phú Trọng", True), ("e\u0301", True), ("“Quoted” – and more… 50 % €", True),
        ("安倍晋三", False), ("בנימין", False), ("محمد", False), ("नरेन्द्र", False), ("Ada 🎉", False),
    ],
)  # fmt: skip
def test_tells_which_names_its_fonts_can_write(name, is_there):
    assert is_written(name) is is_there


def test_a_name_that_cannot_be_written_is_given_by_its_short_name():
    assert (
        picture_of("安倍晋三", short_name="abe") == picture_of("abe") != picture_of("安倍晋三", short_name="shinzo-abe")
    )

from dataclasses import dataclass

import pytest

from forecasts.charts.reliability import Ground, reliability_diagram
from tests.charts.reading import SVG, classed, names, read, words


@dataclass(frozen=True)
class Level:
    probability: float
    n: int
    observed_share: float
    low: float
    high: float


LEVELS = [Level(0.75, 4, 0.5, 0.12, 0.88), Level(0.6, 1, 1.0, 0.15, 1.0)]


def test_the_numbers_shown_are_the_numbers_given():
    root = read(reliability_diagram(LEVELS, id_prefix="a", title="Calibration"))

    expected = ["60%: 1 of 1 happened (100%), interval 15% to 100%", "75%: 2 of 4 happened (50%), interval 12% to 88%"]
    assert names(root, "chart-level") == names(root, "chart-bar") == expected
    assert {"1", "4"} <= set(words(root))
    assert root.findtext(f"{SVG}desc").startswith("5 forecasts at 2 probabilities; 3 happened.")


def test_area_is_in_proportion_to_n():
    root = read(reliability_diagram(LEVELS, id_prefix="a", title="Calibration"))
    small, large = (float(dot.find(f"{SVG}circle").get("r")) for dot in classed(root, "chart-level"))

    assert large**2 / small**2 == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_calibrated_dot_lies_on_the_diagonal(share):
    root = read(reliability_diagram([Level(share, 9, share, share, share)], id_prefix="a", title="Calibration"))
    dot, line = classed(root, "chart-level")[0].find(f"{SVG}circle"), classed(root, "chart-diagonal")[0]
    x1, y1, x2, y2 = (float(line.get(name)) for name in ("x1", "y1", "x2", "y2"))

    assert float(dot.get("cx")) == pytest.approx(x1 + share * (x2 - x1), abs=0.01)
    assert float(dot.get("cy")) == pytest.approx(y1 + share * (y2 - y1), abs=0.01)


def test_no_levels_still_make_a_chart():
    root = read(reliability_diagram([], id_prefix="a", title="Calibration"))

    assert classed(root, "chart-level") == []


def test_thousands_of_levels_stay_in_the_picture_and_their_numbers_apart():
    levels = [Level(index / 5000, index + 1, 0.5, 0.4, 0.6) for index in range(5001)]

    root = read(reliability_diagram(levels, id_prefix="a", title="Calibration"))

    assert len(classed(root, "chart-level")) == 5001
    assert len(words(root)) < 40


def test_a_hostile_title_stays_text():
    root = read(reliability_diagram(LEVELS, id_prefix="a", title="</title><script>"))

    assert root.findtext(f"{SVG}title") == "</title><script>"


@pytest.mark.parametrize(
    "level",
    [Level(1.1, 1, 1, 1, 1), Level(0.5, 0, 0, 0, 0), Level(0.5, 1, float("nan"), 0, 1), Level(0.5, 1, 0.5, -0.1, 1)],
)
def test_a_level_that_cannot_be_is_refused(level):
    with pytest.raises(ValueError, match=r"a level needs shares in \[0, 1\] and n of at least 1, got Level"):
        reliability_diagram([level], id_prefix="a", title="Calibration")


@dataclass(frozen=True)
class Band:
    probabilities: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Step:
    low: float
    high: float
    observed_share: float


BAND = Band((0.25, 0.5, 0.75), (0.0, 0.25, 0.5), (0.5, 0.75, 1.0))


def places(root, class_):
    """The points of every line of a class, back in shares: (probability, share)."""
    diagonal = classed(root, "chart-diagonal")[0]
    x1, y1, x2, y2 = (float(diagonal.get(name)) for name in ("x1", "y1", "x2", "y2"))
    drawn = [node for group in classed(root, class_) for node in group if node.get("points")]
    return [
        [
            (round((float(x) - x1) / (x2 - x1), 3), round((float(y) - y1) / (y2 - y1), 3))
            for x, y in (point.split(",") for point in line.get("points").split())
        ]
        for line in drawn
    ]


def ground(**parts):
    return read(reliability_diagram(LEVELS, id_prefix="a", title="Calibration", ground=Ground(**parts)))


def test_what_chance_would_do_is_one_shape_there_and_back():
    assert places(ground(chance=BAND), "chart-chance") == [
        [(0.25, 0.0), (0.5, 0.25), (0.75, 0.5), (0.75, 1.0), (0.5, 0.75), (0.25, 0.5)]
    ]


def test_what_is_proven_is_drawn_in_steps_that_claim_nothing_between_two_probabilities():
    assert places(ground(proven=BAND), "chart-proven") == [
        [(0.25, 0.0), (0.5, 0.0), (0.5, 0.25), (0.75, 0.25), (0.75, 0.5)],
        [(0.25, 0.5), (0.25, 0.75), (0.5, 0.75), (0.5, 1.0), (0.75, 1.0)],
    ]


def test_the_curve_is_level_over_each_of_its_steps():
    steps = [Step(0.25, 0.5, 0.25), Step(0.75, 0.75, 0.5)]

    assert places(ground(curve=steps), "chart-curve") == [[(0.25, 0.25), (0.5, 0.25), (0.75, 0.5)]]


@pytest.mark.parametrize("part", ["chance", "proven"])
def test_a_band_of_one_probability_is_a_bar(part):
    root = ground(**{part: Band((0.5,), (0.25,), (0.75,))})

    assert places(root, f"chart-{part}") == [[(0.5, 0.25), (0.5, 0.75)]]


def test_bands_take_the_place_of_the_intervals_and_dots_stay():
    root = ground(chance=BAND)

    assert classed(root, "chart-bar") == []
    assert len(classed(root, "chart-level")) == 2


@pytest.mark.parametrize(
    "band",
    [
        Band((), (), ()),
        Band((0.5, 0.5), (0.1, 0.1), (0.9, 0.9)),
        Band((0.5,), (0.1, 0.2), (0.9,)),
        Band((0.5,), (-0.1,), (0.9,)),
        Band((0.5,), (float("nan"),), (0.9,)),
    ],
)
@pytest.mark.parametrize("part", ["chance", "proven"])
def test_a_band_that_cannot_be_is_refused(part, band):
    with pytest.raises(ValueError, match="a band needs rising probabilities with a low and a high share each"):
        ground(**{part: band})

"""The table and the examples of docs/scores/figures.md, run."""

from pathlib import Path

from forecasts.scoring.measures import MEASURES, SHOWN_LIKE
from forecasts.scoring.signed import sign_flip_interval
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.thresholds import MIN_SHOWN

PAGE = (Path(__file__).parents[2] / "docs" / "scores" / "figures.md").read_text(encoding="utf-8")


def end(value):
    return "" if value is None else f"{round(value, 4):g}"


def test_every_number_is_listed_with_its_version_threshold_and_range():
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:3] == "| `"
    ]

    assert rows == [
        [
            one.name,
            one.version,
            str(MIN_SHOWN[SHOWN_LIKE[one.name]].events),
            f"{end(one.low)} to {end(one.high)}".strip(),
        ]
        for one in MEASURES.values()
    ]


def test_the_skill_is_that_of_the_page():
    share, _ = Totals.of([cell_of(8_000, 10_000), cell_of(6_000, 0)]).skill()

    assert f"= **{share:.2f}**" in PAGE


def test_what_signs_rule_out_is_that_of_the_page():
    six, five = (sign_flip_interval([2.0] * n, [1.0] * n, span=(-100, 100)) for n in (6, 5))

    assert f"**{six.low:g}**" in PAGE
    assert (six.low, six.high, five.low, five.high) == (2, 2, -100, 100)


def test_the_surprise_is_that_of_the_page():
    failed, right = cell_of(8_000, 0), cell_of(8_000, 10_000)

    assert f"= **{Totals.of([failed, failed, right]).z('brier_gap'):.2f}**" in PAGE
    assert f"= **{Totals.of([failed + failed, right]).z('brier_gap'):.2f}**" in PAGE

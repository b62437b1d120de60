from datetime import UTC, datetime

import pytest

from forecasts.charts.running import Standing, running_line
from tests.charts.reading import SVG, classed, names, read, words

JANUARY, MARCH, JUNE = (datetime(2025, month, 1, tzinfo=UTC) for month in (1, 3, 6))
THREE = [Standing(JANUARY, 1, 0.04, 0.01, 0.5), Standing(MARCH, 3, 0.1, 0.02, 0.3), Standing(JUNE, 4, 0.2, 0.1, 0.3)]


def drawn(standings=THREE):
    return read(running_line(standings, id_prefix="r", title="Over time"))


def test_each_stand_has_a_dot_with_its_numbers():
    assert names(drawn(), "chart-level") == [
        "1 Jan 2025: 0.0400 after 1 calls, between 0.01 and 0.50",
        "1 Mar 2025: 0.1000 after 3 calls, between 0.02 and 0.30",
        "1 Jun 2025: 0.2000 after 4 calls, between 0.10 and 0.30",
    ]
    assert "to 0.2000 after 4 calls on 1 Jun 2025" in drawn().findtext(f"{SVG}desc")


def test_the_line_runs_from_edge_to_edge_and_rises_with_the_score():
    line = classed(drawn(), "chart-curve")[0].find(f"{SVG}polyline")
    points = [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]

    assert (points[0][0], points[-1][0]) == (38, 386)
    assert points[0][1] > points[1][1] > points[2][1]


def test_there_is_a_band_only_where_ranges_are_known():
    bare = [Standing(one.at, one.n, one.score) for one in THREE]

    assert len(classed(drawn(), "chart-chance")) == 1
    assert classed(drawn(bare), "chart-chance") == []


def test_the_axes_say_what_they_count():
    assert {"0.00", "0.10", "0.20"} <= set(words(drawn()))
    assert any(word.endswith("2025") for word in words(drawn()))


@pytest.mark.parametrize(
    ("standings", "told"),
    [
        (THREE[:1], "a line needs two scores, got 1"),
        (THREE[::-1], "scores must come in the order of time"),
        ([THREE[0], Standing(MARCH, 2, 1.5)], "a score must be in \\[0, 1\\], got 1.5"),
    ],
)
def test_what_cannot_be_drawn_is_refused(standings, told):
    with pytest.raises(ValueError, match=told):
        running_line(standings, id_prefix="r", title="Over time")

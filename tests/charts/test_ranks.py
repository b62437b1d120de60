import pytest

from forecasts.charts.ranks import MAX_ROWS, RankRange, rank_ranges
from tests.charts.reading import SVG, classed, names, read, words

RANGES = [RankRange("Ada", 1, 1, 2), RankRange("Bob", 2, 1, 3), RankRange("Cleo", 3, 2, 3)]


def test_every_forecaster_is_drawn_with_their_range_under_their_name():
    root = read(rank_ranges(RANGES, id_prefix="r", title="Ranks"))

    assert names(root, "chart-rank") == [
        "Ada: rank 1, between 1 and 2",
        "Bob: rank 2, between 1 and 3",
        "Cleo: rank 3, between 2 and 3",
    ]
    assert words(root) == ["1", "3", "Ada", "Bob", "Cleo"]
    assert root.findtext(f"{SVG}desc") == "3 forecasters with the ranks that each may have, 1 the best, 3 the worst."


def test_a_dot_stands_at_the_rank_and_a_line_spans_the_range():
    root = read(rank_ranges(RANGES, id_prefix="r", title="Ranks"))

    bob = classed(root, "chart-rank")[1]
    line, circle = bob.find(f"{SVG}line"), bob.find(f"{SVG}circle")
    assert (line.get("x1"), circle.get("cx"), line.get("x2")) == ("144", "265", "386")


def test_somebody_alone_and_nobody_can_be_drawn():
    alone = read(rank_ranges([RankRange("Ada", 1, 1, 1)], id_prefix="r", title="Ranks"))

    assert words(alone) == ["1", "Ada"]
    assert words(read(rank_ranges([], id_prefix="r", title="Ranks"))) == ["1"]


def test_no_more_are_drawn_than_can_be_read_and_long_names_are_cut():
    many = [RankRange("Somebody with a very long name " + str(n), n, n, n) for n in range(1, 60)]

    root = read(rank_ranges(many, id_prefix="r", title="Ranks"))

    assert len(classed(root, "chart-rank")) == MAX_ROWS
    assert words(root)[2].endswith("…")


def test_a_name_cannot_break_the_drawing():
    root = read(rank_ranges([RankRange("<script>&\"'", 1, 1, 1)], id_prefix="r", title="Ranks"))

    assert "<script>&\"'" in words(root)


def test_an_impossible_range_is_refused():
    with pytest.raises(ValueError, match="ranks must be 1 <= best <= rank <= worst"):
        rank_ranges([RankRange("Ada", 3, 1, 2)], id_prefix="r", title="Ranks")

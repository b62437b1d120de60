import pytest

from forecasts.charts.dots import Call, Tally, calls_strip, tallies_strip
from tests.charts.reading import SVG, classed, names, read, words

CALLS = [
    Call(0.8, True, "aid cut"),
    Call(0.6, True, "tariffs"),
    Call(0.6, False, "treaty"),
    Call(0.75, False, "treaty"),
    Call(0.75, True, "gas"),
]


def test_every_call_is_drawn_once_under_its_own_name():
    root = read(calls_strip(CALLS, id_prefix="a", title="Calls"))

    assert sorted(names(root, "chart-yes")) == [
        "60%, happened: tariffs",
        "75%, happened: gas",
        "80%, happened: aid cut",
    ]
    assert sorted(names(root, "chart-no")) == ["60%, did not happen: treaty", "75%, did not happen: treaty"]
    assert {"Happened: 3", "Did not happen: 2"} <= set(words(root))
    assert root.findtext(f"{SVG}desc") == "5 calls: 3 happened, 2 did not happen."


def test_what_happened_is_above_what_did_not():
    root = read(calls_strip(CALLS, id_prefix="a", title="Calls"))
    heights = {
        name: [float(dot.find(f"{SVG}circle").get("cy")) for dot in classed(root, name)]
        for name in ("chart-yes", "chart-no")
    }

    assert max(heights["chart-yes"]) < min(heights["chart-no"])


@pytest.mark.parametrize(("probability", "x"), [(0.0, "16"), (0.5, "200"), (0.75, "292"), (1.0, "384")])
def test_a_dot_stands_at_its_exact_probability(probability, x):
    root = read(calls_strip([Call(probability, True, "x")], id_prefix="a", title="Calls"))

    assert classed(root, "chart-yes")[0].find(f"{SVG}circle").get("cx") == x


@pytest.mark.parametrize("probabilities", [[0.7] * 9, [0.7, 0.7001, 0.71, 0.72, 0.69], [0.0] * 5 + [1.0] * 5])
def test_dots_that_would_touch_are_stacked(probabilities):
    root = read(calls_strip([Call(p, False, "x") for p in probabilities], id_prefix="a", title="Calls"))
    circles = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in root.iter(f"{SVG}circle")]

    apart = [(a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for i, a in enumerate(circles) for b in circles[:i]]

    assert len(circles) == len(probabilities)
    assert min(apart) >= 8.9**2


def test_what_came_true_in_part_is_told_and_stands_by_its_larger_half():
    root = read(calls_strip([Call(0.6, 0.5, "a tie"), Call(0.6, 0.25, "a quarter")], id_prefix="a", title="Calls"))

    assert names(root, "chart-yes") == ["60%, happened in part (50%): a tie"]
    assert names(root, "chart-no") == ["60%, happened in part (25%): a quarter"]
    assert {"Happened: 0, in part: 1", "Did not happen: 0, in part: 1"} <= set(words(root))
    assert root.findtext(f"{SVG}desc") == "2 calls: 0 happened, 0 did not happen, 2 happened in part."


def test_no_calls_still_make_a_chart():
    root = read(calls_strip([], id_prefix="a", title="Calls"))

    assert root.findtext(f"{SVG}desc") == "0 calls: 0 happened, 0 did not happen."


@pytest.mark.parametrize("n_levels", [1, 101, 5000])
def test_stems_count_all_calls_however_many(n_levels):
    tallies = [Tally(index / n_levels, 1000 / n_levels, 4000 / n_levels) for index in range(n_levels)]

    svg = tallies_strip(tallies, id_prefix="a", title="Calls")

    root = read(svg)
    counted = sum(float(name.split(": ")[1].split()[0].replace(",", "")) for name in names(root, "chart-stem"))
    assert counted == pytest.approx(5000, rel=0.02)
    assert {"Happened: 1,000", "Did not happen: 4,000"} <= set(words(root))
    assert float(root.get("viewBox").split()[3]) < 500


def test_a_stem_is_as_long_as_its_calls_and_points_to_what_became_of_them():
    root = read(tallies_strip([Tally(0.25, 30, 0), Tally(0.5, 10, 60.5)], id_prefix="a", title="Calls"))

    lengths = {
        stem.find(f"{SVG}title").text: float(line.get("y2")) - float(line.get("y1"))
        for stem in classed(root, "chart-stem")
        if (line := stem.find(f"{SVG}line")) is not None
    }
    assert set(lengths) == {"25%: 30 happened", "50%: 10 happened", "50%: 60.5 did not happen"}
    assert lengths["25%: 30 happened"] == pytest.approx(3 * lengths["50%: 10 happened"], rel=0.01)
    assert lengths["25%: 30 happened"] < 0 < lengths["50%: 60.5 did not happen"]
    assert root.findtext(f"{SVG}desc") == "Of all calls, 40 happened and 60.5 did not happen."


def test_the_most_dots_on_one_spot_stay_in_the_picture():
    read(calls_strip([Call(0.5, True, "x")] * 200, id_prefix="a", title="Calls"))


def test_hostile_labels_stay_text():
    svg = calls_strip([Call(0.5, True, "<script>&\x00")], id_prefix="a", title='</title><a href="x">')

    assert "<script" not in svg
    assert "<a " not in svg
    assert names(read(svg), "chart-yes") == ["50%, happened: <script>&\ufffd"]


@pytest.mark.parametrize("probability", [-0.1, 1.01, float("nan")])
def test_a_probability_off_the_line_is_refused(probability):
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got .* for 'x'"):
        calls_strip([Call(probability, True, "x")], id_prefix="a", title="Calls")


def test_a_tally_off_the_line_is_refused():
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got 1.5 for a tally"):
        tallies_strip([Tally(1.5, 1, 0)], id_prefix="a", title="Calls")

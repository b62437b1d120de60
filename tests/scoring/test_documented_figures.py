"""The table and the examples of docs/scores/figures.md, run."""

from hashlib import sha256
from pathlib import Path

from forecasts.scoring.base_rates import MIN_CASES
from forecasts.scoring.figures import clustered_mean, points_reach
from forecasts.scoring.leaderboard import record_of_saved
from forecasts.scoring.measures import MEASURES, NO_INTERVAL, POLICY_VERSION, SHOWN_LIKE
from forecasts.scoring.part_figures import NO_PART_INTERVAL, PART_MEASURES
from forecasts.scoring.rereading import brier_difference, reread
from forecasts.scoring.rules import LOG_CLIP
from forecasts.scoring.signed import sign_flip_interval
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.thresholds import MIN_SHOWN
from forecasts.scoring.tiers import FIRST_AT
from forecasts.selectors.counting import REFERENCES
from forecasts.selectors.slices import Weighting

PAGE = (Path(__file__).parents[2] / "docs" / "scores" / "figures.md").read_text(encoding="utf-8")


def end(value):
    return "" if value is None else f"{round(value, 4):g}"


def listed():
    """The rows of every table that begin with a name."""
    return [line.strip("|").split("|") for line in PAGE.splitlines() if line[:3] == "| `"]


def test_every_number_is_listed_with_its_version_threshold_and_range():
    rows = [[cell.strip(" `") for cell in row] for row in listed() if len(row) == 4]

    assert rows == [
        [
            one.name,
            one.version,
            str(MIN_SHOWN[SHOWN_LIKE[one.name]].events),
            f"{end(one.low)} to {end(one.high)}".strip(),
        ]
        for one in MEASURES.values()
    ]


def test_every_number_of_the_parts_is_listed_with_its_version_and_range():
    rows = [[cell.strip(" `") for cell in row] for row in listed() if len(row) == 5]

    assert [[name, version, span, unit] for name, version, _, span, unit in rows] == [
        [one.name, one.version, f"{end(one.low)} to {end(one.high)}", one.unit] for one in PART_MEASURES.values()
    ]


def test_the_difference_is_that_of_the_page():
    before = [cell_of(7_000, outcome) for outcome in (10_000, 0, 10_000) * 8]
    changed = [(cell_of(7_000, 10_000), cell_of(6_000, 10_000))] * 8
    totals = Totals.of(before)

    found = brier_difference(totals, reread(totals, changed), changed)

    assert (
        f"8 × 0.07 / 24 = **{found.value:.4f}**, and its interval **{found.interval.low:.4f}** to **{found.interval.high:.4f}**"
        in PAGE
    )


def test_whatever_has_no_interval_is_listed_with_the_reason():
    rows = [row for row in listed() if len(row) == 2]

    told = {name.strip(" `"): why.strip() for names, why in rows for name in names.split(",")}
    assert told == {**NO_INTERVAL, **NO_PART_INTERVAL}


def test_what_the_policy_holds_has_not_changed_without_a_new_version():
    """Whoever changes a number here changes what every scorecard says: give the policy its next version."""
    held = {
        "thresholds": {name: (one.events, one.each_outcome) for name, one in MIN_SHOWN.items()},
        "tiers": {tier.value: least for tier, least in FIRST_AT.items()},
        "clip": LOG_CLIP,
        "references": [*(kind.value for kind in REFERENCES.values()), ("BASE_RATE", MIN_CASES)],
        "weightings": [one.value for one in Weighting],
    }

    assert f"## Policy (`{POLICY_VERSION}`)" in PAGE
    assert (POLICY_VERSION, sha256(repr(held).encode()).hexdigest()[:12]) == ("policy-2", "c11b62c7d5e0")


def test_the_skill_is_that_of_the_page():
    share, _ = Totals.of([cell_of(8_000, 10_000), cell_of(6_000, 0)]).skill()

    assert f"= **{share:.2f}**" in PAGE


def test_what_signs_rule_out_is_that_of_the_page():
    six, five = (sign_flip_interval([*range(n, 0, -1)], [1.0] * n, span=(-100, 100)) for n in (6, 5))

    assert f"**{six.low:g}** to **{six.high:g}**" in PAGE
    assert (five.low, five.high) == (-100, 100)


def test_what_events_all_alike_rule_out_is_that_of_the_page():
    six, twenty = (sign_flip_interval([2.0] * n, [1.0] * n, span=(-100, 100)) for n in (6, 20))

    assert f"**{six.low:.1f}** to **{six.high:.1f}**" in PAGE
    assert f"**{twenty.low:.1f}** to **{twenty.high:.1f}**" in PAGE


def test_what_events_nearly_alike_leave_possible_is_that_of_the_page():
    record = record_of_saved(totals := Totals.of(cell_of(level, 10_000) for level in [9_500, 9_900] * 20))
    _, interval = clustered_mean("POINTS_SAVED", totals, reach=points_reach(totals))

    assert f"**{interval.low:.1f}** at the low end" in PAGE
    assert f"would leave {record.saved - 2.02 * 100 * totals.standard_error('points_saved'):.1f}." in PAGE


def test_the_surprise_is_that_of_the_page():
    failed, right = cell_of(8_000, 0), cell_of(8_000, 10_000)

    assert f"= **{Totals.of([failed, failed, right]).z('brier_gap'):.2f}**" in PAGE
    assert f"= **{Totals.of([failed + failed, right]).z('brier_gap'):.2f}**" in PAGE

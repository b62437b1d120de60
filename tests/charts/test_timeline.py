from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.charts.placing import Placed, place_labels
from forecasts.charts.spans import Event, EventKind, Mark, MarkKind, Timeline, Window, WindowKind
from forecasts.charts.ticks import axis_ticks, day
from forecasts.charts.timeline import MAX_ROWS, timeline
from tests.charts.reading import SVG, classed, names, read, words


def at(year, month, date):
    return datetime(year, month, date, tzinfo=UTC)


LIFE = Timeline(
    start=at(2025, 1, 1),
    end=at(2026, 1, 1),
    windows=(Window(at(2024, 11, 5), at(2025, 7, 2), "Outcome", WindowKind.OUTCOME),),
    events=(
        Event(at(2025, 3, 3), "Aid paused", EventKind.WITNESS),
        Event(at(2025, 3, 5), "Помощь приостановлена", EventKind.POSSIBLE),
        Event(at(2025, 12, 30), "A late report", EventKind.OTHER),
    ),
    marks=(
        Mark(at(2025, 1, 1), "Published", MarkKind.PUBLICATION),
        Mark(at(2025, 1, 20), "Inauguration", MarkKind.MILESTONE),
        Mark(at(2025, 3, 4), "Yes", MarkKind.VERDICT_YES),
    ),
    now=at(2025, 6, 1),
)


def test_everything_is_drawn_under_its_own_name_and_date():
    root = read(timeline(LIFE, id_prefix="a", title="Life"))

    assert names(root, "chart-window") == ["Outcome: from 5 Nov 2024, before 2 Jul 2025"]
    assert names(root, "chart-witness") == ["witness, 3 Mar 2025: Aid paused"]
    assert names(root, "chart-possible") == ["possible, 5 Mar 2025: Помощь приостановлена"]
    assert names(root, "chart-publication") == ["publication, 1 Jan 2025: Published"]
    assert names(root, "chart-yes") == ["yes, 4 Mar 2025: Yes"]
    assert names(root, "chart-now") == ["today, 1 Jun 2025"]
    assert sum("Inauguration 20 Jan 2025" in line for line in words(root)) == 1


def test_a_window_is_cut_off_at_the_ends_of_the_axis():
    bar = classed(read(timeline(LIFE, id_prefix="a", title="Life")), "chart-window")[0].find(f"{SVG}rect")

    # 182 of 365 days, on 372 units from 14 on.
    assert (float(bar.get("x")), float(bar.get("width"))) == pytest.approx((14, 372 * 182 / 365), abs=0.01)


@pytest.mark.parametrize("now", [None, at(2020, 1, 1), at(2030, 1, 1)])
def test_now_is_drawn_only_where_it_lies_on_the_axis(now):
    assert names(read(timeline(replace(LIFE, now=now), id_prefix="a", title="Life")), "chart-now") == []


def test_a_bare_axis_is_a_chart():
    read(timeline(replace(LIFE, windows=(), events=(), marks=(), now=None), id_prefix="a", title="Life"))


def test_thousands_of_events_keep_their_tooltips_and_say_how_many_labels_are_missing():
    events = tuple(Event(LIFE.start + timedelta(hours=index), f"<{index}>", EventKind.OTHER) for index in range(5000))

    root = read(timeline(replace(LIFE, events=events), id_prefix="a", title="Life"))

    n_labelled = sum("<" in line for line in words(root))
    n_missing = next(int(line.split()[0]) for line in words(root) if line.endswith("more without a label"))
    assert len(classed(root, "chart-other")) == 5000
    assert n_labelled + n_missing == 5000
    assert n_labelled >= MAX_ROWS


def test_a_long_label_is_cut_and_whole_in_its_tooltip():
    label = "word " * 60 + "<end>"
    events = (Event(at(2025, 5, 5), label, EventKind.OTHER),)

    root = read(timeline(replace(LIFE, events=events), id_prefix="a", title="Life"))

    assert names(root, "chart-other") == [f"other, 5 May 2025: {label}"]
    assert any("…" in line for line in words(root))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"end": at(2025, 1, 1)}, "a span must end after it starts"),
        ({"start": datetime(2025, 1, 1)}, "a timeline needs aware datetimes, got 2025-01-01T00:00:00"),  # noqa: DTZ001 what is refused
        ({"now": datetime(2025, 6, 1)}, "a timeline needs aware datetimes"),  # noqa: DTZ001 what is refused
        ({"start": at(2025, 1, 2)}, "2025-01-01 .* lies outside the timeline"),
        (
            {"windows": (Window(at(2027, 1, 1), at(2027, 2, 1), "w", WindowKind.GRACE),)},
            "the window 2027-01-01 .* lies outside the timeline",
        ),
    ],
)
def test_a_life_that_cannot_be_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(LIFE, **changes)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(1, 300)), max_size=25))
def test_labels_never_cover_each_other(wanted):
    places = place_labels(wanted, left=0, right=400, max_rows=8)

    boxes = [
        (place.row, place.x, place.x + width) if place.anchor == "start" else (place.row, place.x - width, place.x)
        for place, (_, width) in zip(places, wanted, strict=True)
        if place is not None
    ]
    for index, (row, left, right) in enumerate(boxes):
        assert left >= -1e-9
        assert right <= 400 + 1e-9
        assert all(row != other[0] or right <= other[1] or other[2] <= left for other in boxes[:index])


def test_labels_far_apart_share_the_row_next_to_the_axis():
    first, second = place_labels([(0, 50), (100, 50)], left=0, right=400, max_rows=3)

    assert (first, second) == (Placed(0, "start", 0), Placed(100, "start", 0))


def test_the_label_on_the_left_steps_away_so_that_its_leader_crosses_nothing():
    left, right = place_labels([(100, 90), (120, 90)], left=0, right=400, max_rows=3)

    assert (left.row, right.row) == (1, 0)


def test_a_label_that_would_pass_the_right_edge_ends_at_its_point():
    assert place_labels([(380, 50)], left=0, right=400, max_rows=1) == (Placed(380, "end", 0),)
    assert place_labels([(200, 300)], left=0, right=400, max_rows=1) == (Placed(400, "end", 0),)


def test_no_room_leaves_a_label_out():
    assert place_labels([(10, 50), (10, 50)], left=0, right=100, max_rows=1).count(None) == 1
    assert place_labels([(10, 50)], left=0, right=100, max_rows=0) == (None,)


@pytest.mark.parametrize(
    ("start", "end", "labels"),
    [
        (at(2025, 3, 1), at(2025, 3, 4), ["1 Mar", "2 Mar", "3 Mar", "4 Mar"]),
        (at(2025, 1, 15), at(2025, 5, 2), ["Feb 2025", "Mar 2025", "Apr 2025", "May 2025"]),
        (at(2024, 9, 1), at(2025, 12, 31), ["Sep 2024", "Jan 2025", "May 2025", "Sep 2025"]),
        (at(2020, 6, 1), at(2024, 6, 1), ["2021", "2022", "2023", "2024"]),
    ],
)
def test_ticks_are_round_dates(start, end, labels):
    assert [label for _, label in axis_ticks(start, end)] == labels


@given(st.integers(1, 400_000))
def test_ticks_are_few_and_inside(hours):
    start = datetime(2024, 12, 30, 17, 45, tzinfo=UTC)
    end = start + timedelta(hours=hours)

    ticks = axis_ticks(start, end)

    assert len(ticks) <= 7
    assert all(start <= at <= end for at, _ in ticks)


def test_a_day_is_written_in_utc():
    moment = datetime.fromisoformat("2025-01-20T23:30:00-05:00")

    assert day(moment) == "21 Jan 2025"

import math

import pytest
from scipy import stats

from forecasts.scoring.leaderboard import FEWEST_DRAWS, Record, Seat, record_of_saved, seated
from forecasts.scoring.pooling import Measured, placed
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.thresholds import Absent, Missing


def test_nobody_is_an_empty_leaderboard():
    assert seated([]) == ()


def test_somebody_alone_is_first():
    (seat,) = seated([Record(0.1, 0.02, 40)])

    assert isinstance(seat, Seat)
    assert (seat.rank, seat.best_rank, seat.worst_rank, seat.pooled) == (1, 1, 1, pytest.approx(0.1))


@pytest.mark.parametrize(
    ("n_clusters", "text"),
    [
        (29, "Ranked from 30 independent events on; there are 29 so far."),
        (1, "Ranked from 30 independent events on; there is 1 so far."),
    ],
)
def test_below_thirty_events_nobody_is_ranked(n_clusters, text):
    few, enough = seated([Record(0.5, 0.01, n_clusters), Record(0.1, 0.02, 30)])

    assert few == Absent(Missing.TOO_FEW_EVENTS, text)
    assert (enough.rank, enough.worst_rank) == (1, 1)


def saving(levels):
    """The record of somebody right on every event, against one half."""
    return record_of_saved(Totals.of(cell_of(level, 10_000) for level in levels))


def test_the_error_of_a_record_is_the_cluster_robust_one_where_enough_went_wrong():
    totals = Totals.of(cell_of(7_000, 10_000 * (number % 3 > 0)) for number in range(60))

    record = record_of_saved(totals)

    assert record.standard_error == pytest.approx(100 * totals.standard_error("points_saved"))
    assert (record.saved, record.n_clusters) == (pytest.approx(float(totals.mean("points_saved")) * 100), 60)


def test_the_error_of_a_record_is_not_cut_off_where_no_mean_can_be():
    shares = [(1_100, 10_000), (900, 0), *[(1, 10_000)] * 30]
    totals = Totals.of(cell_of(10_000, outcome, reference=0, weight=n * 1_000_000) for n, outcome in shares)

    assert record_of_saved(totals).standard_error >= 100 * totals.standard_error("points_saved") > 50


def test_the_error_of_a_record_does_not_vanish_where_everything_went_right():
    # Of 40 events 8.8% may have gone unseen, each 0.93 worse than the rest: 8.2 points, which are 4.04 errors.
    nearly_alike, alike = saving([9_500, 9_900] * 20), saving([9_900] * 40)

    assert nearly_alike.standard_error == pytest.approx(4.04, abs=0.01)
    assert nearly_alike.standard_error < alike.standard_error < 1.5 * nearly_alike.standard_error


def test_whoever_always_went_right_is_ranked_and_not_certain_to_be_first():
    good = record_of_saved(Totals.of(cell_of(9_000, 10_000 * (number % 10 > 0)) for number in range(100)))

    sure, steady = seated([saving([9_500, 9_900] * 15), good])

    assert (sure.rank, sure.worst_rank) == (1, 2)
    assert (steady.rank, steady.best_rank) == (2, 1)


def test_order_follows_the_value_drawn_together_and_not_the_luckiest_record():
    # A value of 0.20 on a shaky record is worth less than one of 0.15 on a firm one.
    lucky, firm, middling, poor = seated(
        [Record(0.20, 0.15, 30), Record(0.15, 0.01, 500), Record(0.0, 0.01, 500), Record(-0.15, 0.01, 500)]
    )

    assert [one.rank for one in (firm, lucky, middling, poor)] == [1, 2, 3, 4]
    assert (lucky.best_rank, lucky.worst_rank) == (1, 3)
    assert (firm.best_rank, firm.worst_rank) == (1, 2)


def test_values_and_errors_are_those_of_pooling():
    records = [Record(0.3, 0.1, 50), Record(0.0, 0.1, 50), Record(-0.3, 0.1, 50)]

    seats = seated(records)

    expected = placed([Measured(one.saved, one.standard_error) for one in records])
    assert [seat.pooled for seat in seats] == [one.value for one in expected]
    assert seats[0].pooled == pytest.approx(0.08 / 0.09 * 0.3)
    assert [seat.pooled_error for seat in seats] == [one.spread for one in expected]


def test_equal_records_share_the_first_rank():
    seats = seated([Record(0.1, 0.02, 40)] * 3)

    assert [seat.rank for seat in seats] == [1, 1, 1]
    assert all((seat.best_rank, seat.worst_rank) == (1, 3) for seat in seats)


def test_the_range_of_ranks_holds_the_rank():
    records = [Record(value / 50, 0.05, 60) for value in range(-5, 6)]

    for seat in seated(records):
        assert seat.best_rank <= seat.rank <= seat.worst_rank


def test_p_values_are_two_sided_t_and_allow_for_how_many_there_are():
    seats = seated([Record(0.04, 0.01, 31), Record(0.01, 0.01, 31), Record(-0.05, 0.01, 31)])

    raw = [2 * stats.t.sf(t, 30) for t in (4, 1, 5)]
    assert [seat.p_value for seat in seats] == pytest.approx(raw)
    assert [seat.adjusted_p_value for seat in seats] == pytest.approx([2 * raw[0], raw[1], 3 * raw[2]])
    assert [seat.beats_reference for seat in seats] == [True, False, False]


def test_what_one_alone_would_prove_twenty_do_not():
    alone = seated([Record(0.021, 0.01, 41)])
    among = seated([Record(0.021, 0.01, 41)] + [Record(0.0, 0.01, 41)] * 19)

    assert alone[0].beats_reference
    assert not among[0].beats_reference


def test_very_many_are_ranked_with_fewer_draws():
    seats = seated([Record(math.sin(place) / 20, 0.02, 40) for place in range(5_000)])

    assert FEWEST_DRAWS == 200
    assert sorted(seat.rank for seat in seats)[0] == 1
    assert all(1 <= seat.best_rank <= seat.rank <= seat.worst_rank <= 5_000 for seat in seats)


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="every measurement needs a finite value"):
        seated([Record(math.nan, 0.1, 40)])

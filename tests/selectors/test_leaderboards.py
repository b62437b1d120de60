from dataclasses import replace

import pytest

from forecasts.models import Posting
from forecasts.scoring.leaderboard import Seat
from forecasts.scoring.thresholds import Absent, Missing
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.scorecards import scorecard
from forecasts.selectors.slices import Slice, Weighting
from tests.benchmarks.crowds import analyse, copy_rows
from tests.builders import NOW
from tests.forecasting import asked, contest, contests, decide, record_rows, row, says

pytestmark = pytest.mark.django_db

ANY = Slice()


@pytest.fixture(scope="class")
def season(made_once):
    """Thirty-one events: Ada knows, Bob guesses, Cleo always says one half and Dan came once."""
    told = []
    for number in range(31):
        happens = number % 3 > 0
        knows = f"0.{(9 if number % 4 else 8) if happens else (1 if number % 5 else 2)}"
        told.append(("YES" if happens else "NO", {"ada": knows, "bob": f"0.{3 + number % 5}", "cleo": "0.5"}))
    contests(*told, ("YES", {"dan": "0.99"}))


class TestASeason:
    def test_those_with_enough_events_are_ranked_and_the_others_listed_with_the_reason(self, season):
        board = leaderboard(ANY)

        assert [(line.slug, line.seat.rank) for line in board.ranked] == [("ada", 1), ("cleo", 2), ("bob", 3)]
        assert (board.n_ranked, board.n_unranked) == (3, 1)
        reasons = {line.slug: line.seat.reason for line in board.unranked if isinstance(line.seat, Absent)}
        assert reasons == {"dan": Missing.TOO_FEW_EVENTS}
        ada = board.ranked[0]
        assert isinstance(ada.seat, Seat)
        assert ada.seat.beats_reference
        assert not any(line.seat.beats_reference for line in board.ranked[1:])

    def test_each_line_says_what_the_scorecard_of_the_forecaster_says(self, season):
        board = leaderboard(ANY)

        for line in (*board.ranked, *board.unranked):
            card = scorecard(Slice(forecaster=line.slug))
            assert (line.n, line.n_clusters) == (card.summary.n, card.summary.n_clusters)
            assert line.mean_brier == pytest.approx(card.summary.mean_brier)
            saved = next(figure for figure in card.figures if figure.measure.name == "POINTS_SAVED")
            if saved.value is not None:
                assert line.points_saved == pytest.approx(saved.value)

    def test_recounting_on_what_is_known_now_gives_the_same_lines(self, season):
        recorded, recounted = leaderboard(ANY), leaderboard(replace(ANY, as_of=NOW))

        assert recounted.ranked == recorded.ranked
        assert recounted.unranked == recorded.unranked


def test_events_and_not_rows_decide_who_is_ranked():
    record_rows(
        row(f"Claim {number}.", "ada", said, verdict="YES", cluster=cluster)
        for number, (said, cluster) in enumerate([("0.7", "two"), *[("0.9", "one"), ("0.7", "one")] * 15])
    )

    board = leaderboard(ANY)

    (line,) = board.unranked
    assert (line.n, line.n_clusters, line.n_predictions) == (31, 2, 31)
    assert line.seat.text == "Ranked from 30 independent events on; there are 2 so far."


def test_nothing_decided_is_an_empty_leaderboard():
    asked(1)

    board = leaderboard(ANY)

    assert (board.ranked, board.unranked, board.n_ranked, board.n_unranked) == ((), (), 0, 0)


def test_one_event_has_a_mean_and_hardly_a_limit():
    contest(1, ada="0.9")

    (line,) = leaderboard(ANY).unranked

    assert (line.n_clusters, line.points_saved) == (1, pytest.approx(24))
    assert (line.interval.low, line.interval.high) == (pytest.approx(24 - 0.975 * 124), pytest.approx(24 + 0.975 * 76))


def test_coverage_counts_what_is_still_open():
    contest(1, ada="0.9")
    open_one = asked(2, probability=None)
    says("ada", open_one, "0.4")
    says("ada", open_one, "0.6", days=2)

    (line,) = leaderboard(ANY).unranked

    assert (line.n_predictions, line.n_asked) == (1, 2)


def test_a_verdict_taken_up_again_counts_once():
    prediction = contest(1, "YES", ada="0.9")
    decide(prediction, "NO")

    (line,) = leaderboard(ANY).unranked

    assert (line.n, line.n_predictions, line.mean_brier) == (1, 1, pytest.approx(0.81))


@pytest.mark.parametrize(
    ("change", "slugs"),
    [
        ({"forecaster": "ada"}, ["ada"]),
        ({"topic": "policy"}, []),
        ({"weighting": Weighting.LAST}, ["ada", "bob"]),
        ({"lead_days_max": 1}, []),
        ({"verbal": True}, []),
        ({"as_recorded": NOW.replace(year=2024)}, []),
    ],
)
def test_a_slice_narrows_the_leaderboard(change, slugs):
    contest(1, ada="0.9", bob="0.6")

    assert sorted(line.slug for line in leaderboard(replace(ANY, **change)).unranked) == slugs


def test_more_forecasters_cost_no_more_queries(django_assert_num_queries):
    contest(1, ada="0.9")
    with django_assert_num_queries(6):
        leaderboard(ANY)
    contest(2, **{f"person-{number}": "0.6" for number in range(12)})

    with django_assert_num_queries(6):
        assert leaderboard(ANY).n_unranked == 13


def test_sums_over_one_event_do_not_outgrow_the_numbers_of_the_database():
    """Scores of 1 on 95,000 claims about one event, in units of 1e-14, are more than 64 bits hold."""
    prediction = contest(1, "NO", ada="1", bob="0.5")
    copy_rows(Posting.objects.filter(resolution__prediction=prediction, level=10_000), range(95_000), {})
    analyse(Posting)

    ada = next(line for line in leaderboard(ANY).unranked if line.slug == "ada")

    assert (ada.mean_brier, ada.points_saved) == (1, -75)
    assert ada.n == 95_001

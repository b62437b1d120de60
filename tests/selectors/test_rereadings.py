"""How ranks hang on the lexicon that words are read through."""

from dataclasses import replace

import pytest

from forecasts.models import Forecast
from forecasts.scoring.leaderboard import Seat
from forecasts.scoring.thresholds import Missing
from forecasts.selectors import rereadings, seatings
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.slices import Slice
from tests.builders import NOW
from tests.forecasting import contest, make_lexicon, season_in_words

pytestmark = pytest.mark.django_db

ANY = Slice()


@pytest.fixture(scope="class")
def season(made_once):
    season_in_words()


class TestASeasonInWords:
    def test_everybody_is_ranked_again_under_each_lexicon_and_no_forecast_is_touched(self, season):
        before = list(Forecast.objects.order_by("pk").values())

        board = leaderboard(ANY)

        found = {one.lexicon.code: one for one in board.lexicons}
        assert [line.slug for line in board.ranked] == ["ada", "bob"]
        assert (found["plain"].n_read, found["plain"].n_changed, found["plain"].beyond) == (32, 0, ())
        assert (found["bold"].n_read, found["bold"].n_changed) == (32, 32)
        assert {slug: seat.rank for slug, seat in found["bold"].seats.items()} == {"ada": 2, "bob": 1}
        assert found["bold"].beyond == ("ada", "bob")
        assert list(Forecast.objects.order_by("pk").values()) == before

    def test_a_lexicon_that_says_the_same_moves_nobody(self, season):
        board = leaderboard(ANY)

        (same,) = (one for one in board.lexicons if one.lexicon.code == "same")
        assert 0 < same.n_read < 32
        assert (same.n_changed, same.beyond) == (0, ())
        assert same.seats == {line.slug: line.seat for line in board.ranked}

    def test_the_newest_version_is_read_through(self, season):
        make_lexicon("bold", likely="0.9", unlikely="0.1")

        (bold,) = (one for one in leaderboard(ANY).lexicons if one.lexicon.code == "bold")

        assert (bold.lexicon.version, bold.n_changed) == (2, 0)

    def test_what_is_ranked_anew_is_what_would_be_ranked_had_the_words_been_read_so(self, season):
        """The seats under `bold` are those of somebody who gave its numbers."""
        (bold,) = (one for one in leaderboard(ANY).lexicons if one.lexicon.code == "bold")
        for number in range(32):
            happens, is_right = number % 3 > 0, number % 16 > 0
            said = "0.4" if happens is is_right else "0.6"
            contest(number + 100, "YES" if happens else "NO", cleo=said, dan=f"0.{(5 if happens else 4) + number % 2}")

        apart = leaderboard(replace(ANY, verbal=False))

        cleo = next(line for line in apart.ranked if line.slug == "cleo")
        ada = bold.seats["ada"]
        assert isinstance(ada, Seat)
        assert isinstance(cleo.seat, Seat)
        assert ada.p_value == pytest.approx(cleo.seat.p_value)

    @pytest.mark.parametrize(
        ("asked", "module", "limit", "reason", "text"),
        [
            ({"as_of": NOW}, rereadings, "MOST_GROUPS", Missing.NOT_COUNTED, "go by the verdicts on record"),
            ({}, rereadings, "MOST_GROUPS", Missing.TOO_MANY, "too many to read anew"),
            ({}, seatings, "MOST_SEATED_ANEW", Missing.TOO_MANY, "too many to rank anew"),
        ],
    )
    def test_what_would_take_too_long_is_not_looked_at_and_says_so(
        self, season, asked, module, limit, reason, text, monkeypatch
    ):
        monkeypatch.setattr(module, limit, 1)

        found = leaderboard(replace(ANY, **asked)).lexicons

        assert found.reason == reason
        assert text in found.text


def test_where_nothing_was_said_in_words_there_is_nothing_to_read():
    contest(1, ada="0.9")

    assert leaderboard(ANY).lexicons == ()

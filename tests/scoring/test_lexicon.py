import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.lexicon import Reading, brier_envelope, normalise_phrase
from forecasts.scoring.rules import brier_score

LIKELY = Reading("likely", "survey", point=0.7, low=0.6, high=0.8)
MAY = Reading("may", "survey", point=0.4, low=0.2, high=0.6)
TRIPLE = st.lists(st.integers(0, 100), min_size=3, max_size=3).map(lambda values: [v / 100 for v in sorted(values)])


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Likely", "likely"),
        ("  almost \n certain ", "almost certain"),
        ("“Very Likely”", "very likely"),
        ('"will"', "will"),
        ("« peut-être »", "peut-être"),
        ("can\u2019t be ruled out", "can't be ruled out"),
        ("‘may well’", "may well"),
        ("highly\u00a0likely", "highly likely"),
        ("ВЕРОЯТНО", "вероятно"),
        ("ｌｉｋｅｌｙ", "likely"),
    ],
)
def test_a_phrase_is_told_by_its_words_alone(text, phrase):
    assert normalise_phrase(text) == phrase


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    try:
        once = normalise_phrase(text)
    except ValueError:
        return

    assert normalise_phrase(once) == once


@pytest.mark.parametrize("text", ["", "  ", '""', "“ ”"])
def test_a_phrase_without_words_is_refused(text):
    with pytest.raises(ValueError, match="a phrase needs at least one word"):
        normalise_phrase(text)


@pytest.mark.parametrize(
    ("point", "low", "high", "message"),
    [
        (0.5, 0.6, 0.7, "'likely' needs low <= point <= high, got 0.6, 0.5, 0.7"),
        (0.8, 0.6, 0.7, "'likely' needs low <= point <= high"),
        (0.5, -0.1, 0.7, r"reading of 'likely'\[0\] must be in \[0, 1\]"),
        (0.5, 0.4, 1.01, r"reading of 'likely'\[2\] must be in \[0, 1\]"),
        (math.nan, 0.4, 0.6, r"reading of 'likely'\[1\] must be in \[0, 1\], got nan"),
        (True, 0.4, 1, r"reading of 'likely'\[1\] must be a number"),
    ],
)
def test_a_reading_outside_its_own_range_is_refused(point, low, high, message):
    with pytest.raises(ValueError, match=message):
        Reading("likely", "survey", point=point, low=low, high=high)


@pytest.mark.parametrize(
    ("reading", "obs", "best", "worst"),
    [
        (LIKELY, 1, 0.04, 0.16),
        (LIKELY, 0, 0.36, 0.64),
        (MAY, 0, 0.04, 0.36),
        (MAY, 0.5, 0.25, 0.34),  # best at the outcome itself, inside the range
        (Reading("70%", "numbers", point=0.7, low=0.7, high=0.7), 1, 0.09, 0.09),
    ],
)
def test_the_envelope_of_one_phrase_matches_the_hand_table(reading, obs, best, worst):
    envelope = brier_envelope([reading], [obs])

    assert (envelope.best, envelope.worst) == pytest.approx((best, worst), abs=1e-12)


def test_the_envelope_of_several_phrases_is_the_mean_of_theirs():
    envelope = brier_envelope([LIKELY, MAY], [1, 0])

    assert (envelope.best, envelope.worst) == pytest.approx((0.04, 0.26), abs=1e-12)


@given(st.lists(st.tuples(TRIPLE, st.integers(0, 10).map(lambda tenths: tenths / 10)), min_size=1, max_size=8))
def test_the_envelope_contains_every_point_reading(rows):
    readings = [Reading("x", "any", point=point, low=low, high=high) for (low, point, high), _ in rows]
    obs = [outcome for _, outcome in rows]
    mean = brier_score([reading.point for reading in readings], obs).mean()

    envelope = brier_envelope(readings, obs)

    assert envelope.best - 1e-12 <= mean <= envelope.worst + 1e-12


def test_an_envelope_of_nothing_or_of_unequal_lengths_is_refused():
    with pytest.raises(ValueError, match="readings is empty"):
        brier_envelope([], [])
    with pytest.raises(ValueError, match="readings has 1 values but obs has 2"):
        brier_envelope([MAY], [1, 0])

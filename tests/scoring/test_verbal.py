import pytest
from scipy.stats import beta

from forecasts.scoring.intervals import mean_interval
from forecasts.scoring.lexicon import Reading
from forecasts.scoring.thresholds import NOTHING, Absent
from forecasts.scoring.verbal import (
    Said,
    effective_meaning,
    meaning_statement,
    readers_as_outcomes,
    score_words,
    spread_of_range,
)

LIKELY = Reading("likely", "default", point=0.7, low=0.6, high=0.8)
UNLIKELY = Reading("unlikely", "default", point=0.2, low=0.1, high=0.3)


def said(*uses):
    """Readings with the spread of their readers, the outcome and the weight, each on an event of its own."""
    return [Said(reading, spread, obs, weight, cluster) for cluster, (reading, spread, obs, weight) in enumerate(uses)]


def often(*uses):
    """The same five times over, so that it is enough to be shown."""
    return said(*uses * 5)


def values(found):
    return tuple(one.value for one in (found.brier, found.best, found.worst, found.reader_variance))


def test_words_are_scored_at_the_point_and_over_every_choice_in_the_range():
    found = score_words(often((LIKELY, 0.1, 1, 1), (UNLIKELY, 0.2, 1, 1)))

    assert values(found) == pytest.approx(((0.09 + 0.64) / 2, (0.04 + 0.49) / 2, (0.16 + 0.81) / 2, (0.01 + 0.04) / 2))


def test_weights_count_in_every_mean():
    found = score_words(often((LIKELY, 0.1, 1, 3), (LIKELY, 0.1, 0, 1)))

    assert (found.brier.n, found.brier.n_clusters) == (20, 10)
    assert values(found)[:3] == pytest.approx(((3 * 0.09 + 0.49) / 4, (3 * 0.04 + 0.36) / 4, (3 * 0.16 + 0.64) / 4))


def test_an_outcome_within_the_range_costs_the_best_choice_only_what_is_open():
    found = score_words(often((LIKELY, 0.1, 0.7, 1)))

    assert (found.best.value, found.worst.value) == (pytest.approx(0.21), pytest.approx(0.21 + 0.01))


def test_the_mean_over_readers_exceeds_the_point_by_their_variance():
    readers = [0.6, 0.8]
    found = score_words(often((LIKELY, 0.1, 1, 1)))

    mean_over_readers = sum((one - 1) ** 2 for one in readers) / 2
    assert mean_over_readers == pytest.approx(found.brier.value + found.reader_variance.value)


def test_bounds_have_an_interval_as_the_score_has_and_the_variance_says_why_not():
    found = score_words(said(*[(LIKELY, 0.1, 1, 1)] * 15, *[(LIKELY, 0.1, 0, 1)] * 10))

    for one, scores in ((found.brier, (0.09, 0.49)), (found.best, (0.04, 0.36)), (found.worst, (0.16, 0.64))):
        expected = mean_interval([scores[0]] * 15 + [scores[1]] * 10, range(25))
        assert (one.interval.low, one.interval.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
        assert one.interval.method == "CLUSTER_LOGIT_T"
    assert found.reader_variance.interval is None
    assert found.reader_variance.no_interval == (
        "It is what the surveys behind the lexicon found, not an estimate from outcomes."
    )


@pytest.mark.parametrize("uses", [[], [(LIKELY, 0.1, 1, 0)]])
def test_nothing_said_has_no_score(uses):
    assert score_words(said(*uses)).brier.absent is NOTHING


def test_words_on_four_events_have_no_score_of_their_own():
    found = score_words(said(*[(LIKELY, 0.1, 1, 1)] * 4))

    assert {one.absent.text for one in (found.brier, found.best, found.worst, found.reader_variance)} == {
        "Shown from 5 independent events on; there are 4 so far."
    }


@pytest.mark.parametrize(
    ("mean", "sd", "hits", "misses"),
    [(0.729, 0.095, 15.2, 5.7), (0.419, 0.170, 3.1, 4.3), (0.942, 0.043, 26.9, 1.7)],
)
def test_readers_count_for_as_many_outcomes_as_their_spread_says(mean, sd, hits, misses):
    found = readers_as_outcomes(mean, sd)

    assert found == (pytest.approx(hits, abs=0.06), pytest.approx(misses, abs=0.06))
    assert beta(*found).mean() == pytest.approx(mean)
    assert beta(*found).std() == pytest.approx(sd)


def test_a_phrase_means_what_came_of_it_starting_from_its_readers():
    found = effective_meaning(9, 11, n_clusters=20, mean=0.729, spread=0.095)

    assert round(found.probability, 2) == 0.59
    assert (round(found.low, 2), round(found.high, 2)) == (0.44, 0.74)
    assert meaning_statement("X", "likely", happened=9, failed=11, mean=0.729, found=found) == (
        "When X writes “likely”, it happened 9 of 20 times; readers hear 73%; effective meaning 59% [44–74]."
    )


def test_with_many_uses_the_share_that_happened_prevails():
    found = effective_meaning(300, 700, n_clusters=1000, mean=0.729, spread=0.095)

    assert found.probability == pytest.approx(0.3, abs=0.01)
    assert found.high - found.low < 0.06


def test_however_often_it_was_used_two_events_say_nothing():
    found = effective_meaning(5, 4, n_clusters=2, mean=0.7, spread=0.1)

    assert isinstance(found, Absent)
    assert found.text == "Shown from 3 independent events on; there are 2 so far."


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 0.0), (1.0, 0.0), (0.5, 0.0), (0.5, 0.6)])
def test_readers_who_all_agree_or_cannot_agree_still_leave_a_meaning(mean, spread):
    found = effective_meaning(2, 2, n_clusters=4, mean=mean, spread=spread)

    assert 0 < found.low < found.probability < found.high < 1


def test_counts_and_readers_are_checked():
    with pytest.raises(ValueError, match="counts must be at least 0"):
        effective_meaning(-1, 4, n_clusters=3, mean=0.5, spread=0.1)
    with pytest.raises(ValueError, match="readers need a mean in"):
        readers_as_outcomes(1.2, 0.1)
    with pytest.raises(ValueError, match="a range needs 0 <= low <= high <= 1, got 0.6 to 0.4"):
        spread_of_range(0.6, 0.4)


@pytest.mark.parametrize(("low", "high", "sd"), [(0.60, 0.85, 0.095), (0.2, 0.6, 0.17), (0.9, 0.99, 0.043)])
def test_the_range_of_readers_suggests_their_spread(low, high, sd):
    assert spread_of_range(low, high) == pytest.approx(sd, abs=0.015)

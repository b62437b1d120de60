import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.compatibility import OTHER_SCORES, other_score
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.thresholds import NOTHING

CALLS = st.lists(
    st.tuples(st.integers(0, 100).map(lambda one: one / 100), st.sampled_from([0, 1, 0.5])), min_size=1, max_size=40
)
BRIER_1950 = ([0.7, 0.9, 0.8, 0.4, 0.2, 0, 0, 0, 0, 0.1], [0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
FINLEY = Levels.summed([(10_000, 100 * WHOLE, 28 * WHOLE * BASIS_POINTS, 100), (0, 2703 * WHOLE, 23 * 10**10, 2703)])


@pytest.mark.parametrize(
    ("name", "fcst", "obs", "expected"),
    [
        ("gjp_brier", *BRIER_1950, 0.19),  # Brier (1950), Table 1
        ("gjp_brier", [0.1, 0.9, 0.8, 0.3], [0, 1, 1, 0], 0.075),  # scikit-learn documentation, scale_by_half=False
        ("gjp_brier", [0.0], [1], 2.0),
        ("brier_index", [0.5], [1], 50.0),
        ("brier_index", [0.8], [1], 80.0),
        ("hit_rate", [0.51, 0.49, 0.5, 0.9], [1, 0, 1, 0], 2.5 / 4),
        ("ece10", [0.8, 0.85, 0.1], [1, 0, 0], (0.65 + 0.1) / 3),
        ("ece10", [0.1, 0.19], [0, 1], 0.71 / 2),
        ("ece10", [1.0, 0.95], [1, 0], 0.95 / 2),  # 1 is in the last bin
        ("ecce_mad", [0.2, 0.6, 0.9], [0, 1, 0], 0.7 / 3),  # -.2, then +.2, then -.7
        ("spherical", [0.5], [1], 0.5**0.5),
        ("spherical", [1.0, 0.0], [1, 1], 0.5),
        ("metaculus_baseline", [0.9], [1], 84.79969066),  # unit tests of Metaculus
        ("metaculus_baseline", [0.9], [0], -232.19280949),
        ("metaculus_baseline", [0.5], [0], 0.0),
    ],
)
def test_scores_match_the_hand_table(name, fcst, obs, expected):
    assert other_score(name, Levels.of(fcst, obs)) == pytest.approx(expected, abs=1e-8)


def test_finley_was_right_less_often_than_silence():
    silence = Levels.summed([(0, 2803 * WHOLE, 51 * WHOLE * BASIS_POINTS, 2803)])

    assert other_score("hit_rate", FINLEY) == pytest.approx(0.966107741705)
    assert other_score("hit_rate", silence) == pytest.approx(0.981805208705)


@pytest.mark.parametrize("name", sorted(OTHER_SCORES))
@given(CALLS)
def test_scores_stay_in_the_range_they_state(name, calls):
    score = OTHER_SCORES[name]

    assert score.low - 1e-12 <= other_score(name, Levels.of(*zip(*calls, strict=True))) <= score.high + 1e-9


@pytest.mark.parametrize("name", sorted(OTHER_SCORES))
def test_every_score_knows_its_good_end(name):
    perfect, worst = Levels.of([1, 0], [1, 0]), Levels.of([1, 0.9999], [0, 0])

    gain = other_score(name, perfect) - other_score(name, worst)

    assert (gain > 0) is (OTHER_SCORES[name].better == "HIGHER")


@pytest.mark.parametrize("name", sorted(OTHER_SCORES))
def test_every_score_says_why_not_and_has_nothing_to_say_of_nothing(name):
    assert OTHER_SCORES[name].caution.endswith(".")
    assert other_score(name, Levels.empty()) is NOTHING


@pytest.mark.parametrize(("n", "low", "high"), [(20, 0.18, 0.25), (2000, 0.01, 0.03)])
def test_the_calibrated_look_badly_calibrated_in_bins_while_they_are_few(n, low, high):
    rng, found = np.random.default_rng(1), []
    for _ in range(50):
        fcst = rng.integers(1, 10, n) / 10
        found.append(other_score("ece10", Levels.of(fcst, (rng.random(n) < fcst).astype(int))))

    assert low < np.mean(found) < high


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="no score named 'f1'; the names are gjp_brier, brier_index"):
        other_score("f1", FINLEY)

import pytest

from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import MIN_SHOWN, Absent, Missing, why_absent
from forecasts.scoring.tiers import FIRST_AT, Tier


def _levels(happened, failed):
    return Levels.of([0.5] * (happened + failed), [1] * happened + [0] * failed)


@pytest.mark.parametrize(
    ("key", "least"),
    [
        ("record", 1),
        ("brier", 1),
        ("verbal.meaning", 3),
        ("points_saved", 10),
        ("bias", 20),
        ("miscalibration_p_value", 20),
        ("level_intervals", 30),
        ("decomposition", 50),
        ("auc", 50),
        ("recalibration", 50),
        ("calibration_curve", 100),
    ],
)
def test_a_number_appears_at_its_threshold_and_not_one_event_earlier(key, least):
    levels = _levels(60, 60)

    assert why_absent(key, levels, n_clusters=least) is None
    assert why_absent(key, levels, n_clusters=least - 1).reason is Missing.TOO_FEW_EVENTS


def test_what_is_missing_is_said_in_a_sentence():
    assert why_absent("bias", _levels(3, 4), n_clusters=7) == Absent(
        Missing.TOO_FEW_EVENTS, "Shown from 20 independent events on; there are 7 so far."
    )
    assert why_absent("bias", _levels(1, 0), n_clusters=1).text.endswith("there is 1 so far.")


@pytest.mark.parametrize(("happened", "failed", "shown"), [(10, 50, True), (9, 51, False), (51, 9, False)])
def test_some_numbers_need_ten_of_either_outcome(happened, failed, shown):
    absent = why_absent("auc", _levels(happened, failed), n_clusters=60)

    assert (absent is None) is shown


def test_too_few_of_one_outcome_is_said_with_both_counts():
    absent = why_absent("recalibration", _levels(3, 57), n_clusters=60)

    assert absent.reason is Missing.TOO_FEW_OF_ONE_OUTCOME
    assert absent.text == "Shown once at least 10 came true and 10 did not; so far 3 did and 57 did not."


def test_without_a_forecast_only_the_coverage_is_shown():
    empty = Levels.empty()

    shown = [key for key in MIN_SHOWN if why_absent(key, empty, n_clusters=0) is None]

    assert shown == ["coverage"]
    assert why_absent("auc", empty, n_clusters=0).text == "None resolved: nothing to score yet."


def test_thresholds_and_tiers_agree():
    assert MIN_SHOWN["bias"].events == FIRST_AT[Tier.RATED]
    assert MIN_SHOWN["decomposition"].events == FIRST_AT[Tier.DECOMPOSED]
    assert MIN_SHOWN["calibration_curve"].events == FIRST_AT[Tier.CURVED]


@pytest.mark.parametrize(
    ("key", "n_clusters", "message"),
    [("sharpness", 3, "no threshold for 'sharpness'; the names are"), ("auc", -1, "must be at least 0, got -1")],
)
def test_an_unknown_name_or_an_impossible_number_is_refused(key, n_clusters, message):
    with pytest.raises(ValueError, match=message):
        why_absent(key, Levels.empty(), n_clusters=n_clusters)

import pytest

from forecasts.scoring.calibration import record_statement
from forecasts.scoring.intervals import Interval, IntervalMethod
from forecasts.scoring.tiers import Tier, sample_statement, tier_at

BOUND = Interval(0.07, 0.8, IntervalMethod.BETA_BOUND, n=7, n_clusters=3, level=0.95)
SCORED = {"brier": 0.37, "interval": BOUND}


@pytest.mark.parametrize(
    ("n_clusters", "tier"),
    [
        (0, Tier.RECORD_ONLY),
        (4, Tier.RECORD_ONLY),
        (5, Tier.PROVISIONAL),
        (19, Tier.PROVISIONAL),
        (20, Tier.RATED),
        (49, Tier.RATED),
        (50, Tier.DECOMPOSED),
        (99, Tier.DECOMPOSED),
        (100, Tier.CURVED),
        (1_000_000, Tier.CURVED),
    ],
)
def test_a_tier_starts_at_its_first_number_of_events(n_clusters, tier):
    assert tier_at(n_clusters) is tier


def test_a_negative_number_of_events_is_refused():
    with pytest.raises(ValueError, match="n_clusters must be at least 0, got -1"):
        tier_at(-1)


def test_the_statement_says_how_many_how_independent_and_what_came_of_them():
    record = record_statement([0.8, 0.6, 0.6, 0.75, 0.75, 0.75, 0.65], [1, 1, 0, 0, 1, 0, 1])

    assert sample_statement(n=7, n_clusters=3, record=record, **SCORED) == (
        "7 resolved (3 independent events). Own probabilities implied 4.9 hits; 4 occurred (p = .70). "
        "Brier .37, range consistent with the data .07-.80. Too few to rate: no rank, no calibration curve."
    )


def test_one_event_is_not_put_in_the_plural():
    record = record_statement([0.5], [1])

    assert sample_statement(n=1, n_clusters=1, record=record, **SCORED).startswith("1 resolved (1 independent event). ")


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (4, "Too few to rate: "),
        (5, "Provisional: "),
        (20, "luck: "),
        (50, "too few for a calibration curve."),
        (100, "its parts and"),
    ],
)
def test_the_statement_claims_no_more_than_its_tier(n, words):
    record = record_statement([0.5] * n, [1, 0] * (n // 2) + [1] * (n % 2))

    assert words in sample_statement(n=n, n_clusters=n, record=record, **SCORED)


def test_nothing_resolved_is_said_so():
    assert (
        sample_statement(n=0, n_clusters=0, record=None, brier=None, interval=None)
        == "None resolved: nothing to score yet."
    )


@pytest.mark.parametrize(("n", "n_clusters"), [(1, 2), (1, 0), (-1, 0), (2, -1)])
def test_impossible_numbers_of_events_are_refused(n, n_clusters):
    with pytest.raises(ValueError, match="cannot make"):
        sample_statement(n=n, n_clusters=n_clusters, record=None, **SCORED)


def test_a_record_of_other_forecasts_is_refused():
    with pytest.raises(ValueError, match="the record must be made from the same 2 forecasts"):
        sample_statement(n=2, n_clusters=1, record=record_statement([0.5], [1]), **SCORED)
    with pytest.raises(ValueError, match="the record must be made from the same 1 forecasts"):
        sample_statement(n=1, n_clusters=1, record=None, **SCORED)


def test_an_interval_that_covers_as_often_as_it_says_is_called_one():
    measured = Interval(0.12, 0.25, IntervalMethod.CLUSTER_LOGIT_T, n=30, n_clusters=30, level=0.95)
    record = record_statement([0.5] * 30, [1, 0] * 15)

    told = sample_statement(n=30, n_clusters=30, record=record, brier=0.18, interval=measured)

    assert "Brier .18, 95% interval .12-.25." in told

"""What rests on deadlines that the words do not give, and the score at both ends of their ranges."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecasts.models import Prediction
from forecasts.selectors import deadlines, otherwise
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.intake import RuleDraft
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_prediction, make_source, rule_that_it_occurs

pytestmark = pytest.mark.django_db

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "scores" / "words.md").read_text(encoding="utf-8").split())
ADA = Slice(forecaster="ada-byron")
EARLY, LATE = "2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z"


@pytest.fixture(autouse=True)
def aid_is_sent():
    make_event(on=datetime(2025, 2, 3, tzinfo=UTC), source=make_source(), owners=2)
    cover()


def claim(number, *, end, others=(), basis="IMPLIED", words=""):
    """A claim of 0.8 whose rule waits for the event of 3 February up to an end, settled."""
    rules = [RuleDraft(rule_that_it_occurs(end=end)), *others]
    prediction = make_prediction(
        rules=rules, statement=f"Claim {number}.", title=f"Claim {number}", cluster_key=str(number), probability="0.8",
        deadline_basis=basis, deadline_words=words,
    )  # fmt: skip
    settle_prediction(prediction_id=prediction.pk, now=NOW)


def until(end, variant):
    return RuleDraft(rule_that_it_occurs(end=end), variant=variant)


def found(chosen=ADA, *, now=NOW):
    return full_scorecard(chosen, now=now).details.deadlines


@pytest.fixture
def two_claims():
    claim(1, end=LATE, others=[until(EARLY, "STRICT")])
    claim(2, end=EARLY, others=[until(LATE, "LENIENT")])


def test_the_score_is_told_at_both_ends_and_what_came_true_late_is_counted(two_claims):
    card = full_scorecard(ADA, now=NOW)

    here = card.details.deadlines
    assert (card.summary.mean_brier, here.n, here.share.value) == (pytest.approx(0.34), 2, 1.0)
    assert (here.n_ranged, here.n_late) == (2, 1)
    assert (here.early.brier.value, here.late.brier.value) == (pytest.approx(0.64), pytest.approx(0.04))
    assert "(0.04 + 0.64) / 2 = **0.3400**, at the earliest ends **0.6400**, at the latest **0.0400**" in PAGE


def test_a_replay_of_what_is_known_now_says_the_same(two_claims):
    assert found(replace(ADA, as_of=NOW)) == found()


def test_the_ends_that_words_allow_are_the_range_where_nobody_recorded_another():
    """“Immediately” of 6 January: what comes on 3 February is late, and in time by the latest end, 5 February."""
    claim(1, end="2025-01-14T00:00:00Z", words="immediately")
    claim(2, end=LATE, words="immediately", others=[until(EARLY, "STRICT")])

    card = full_scorecard(ADA, now=NOW)

    here = card.details.deadlines
    assert (card.summary.mean_brier, here.n_ranged, here.n_late) == (pytest.approx(0.34), 2, 1)
    assert here.late.n_changed == 1
    assert (here.early.n_read, here.early.n_changed, here.late.n_read) == (2, 1, 1)
    assert (here.early.brier.value, here.late.brier.value) == (pytest.approx(0.64), pytest.approx(0.04))


def test_the_page_of_a_prediction_says_whose_the_range_is(client):
    claim(1, end="2025-01-14T00:00:00Z", words="immediately")

    page = client.get(f"/predictions/{Prediction.objects.get().pk}/").content.decode()

    assert "“immediately” gives no date: what it may mean is taken from the table deadlines-1." in page
    assert "“immediately” by deadlines-1: before 6 February 2025." in page


def test_deadlines_that_the_words_give_are_no_matter_of_reading():
    claim(1, end=LATE, others=[until(EARLY, "STRICT")], basis="STATED")
    claim(2, end=LATE)

    here = found()

    assert (here.n, here.share.value, here.n_ranged, here.early, here.late) == (1, 0.5, 0, None, None)


def test_a_reading_that_differs_in_more_than_its_end_is_no_range():
    rule = rule_that_it_occurs(end=EARLY)
    pattern = rule["consequent"]["occurs"]["pattern"]
    rule["consequent"]["occurs"]["pattern"] = {**pattern, "topic_any": ["aid"]}
    claim(1, end=LATE, others=[RuleDraft(rule, variant="STRICT")])

    assert (found().n, found().n_ranged) == (1, 0)


@pytest.mark.parametrize(
    ("asked", "now", "text"),
    [
        ({}, None, "No knowledge time was given"),
        ({"weighting": Weighting.AT_HORIZON, "horizon_days": 1}, NOW, "At a horizon only verdicts on record"),
    ],
)
def test_what_cannot_be_evaluated_says_why(asked, now, text, two_claims):
    assert text in found(replace(ADA, **asked), now=now).missing


def test_too_many_are_not_evaluated(two_claims, monkeypatch):
    monkeypatch.setattr(otherwise, "MOST_REPLAYED", 1)
    monkeypatch.setattr(deadlines, "MOST_REPLAYED", 1)

    assert (found().missing, found().early) == ("More than 1 have other ends: too many to evaluate.", None)


def test_a_page_and_the_api_tell_it(two_claims, client):
    page = client.get("/forecasters/ada-byron/?part=readings").content.decode()
    answer = client.get("/api/v1/accuracy/?forecaster=ada-byron").json()["deadlines"]

    assert "2 predictions have deadlines that editors set, since the words give none: 100% of what is scored" in page
    assert "the mean Brier score is at the earliest ends 0.6400 (95% interval" in page
    assert "and at the latest ends 0.0400 (95% interval" in page
    assert "1 case that came true after the deadline" in page
    assert (answer["early"]["brier"]["value"], answer["n_late"]) == (pytest.approx(0.64), 1)

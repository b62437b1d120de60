"""Scorecards through the API."""

import math

import pytest

from forecasts.services.settlement import settle_prediction
from tests.builders import (
    NOW,
    cover,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    rule_that_it_occurs,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    """Ada said 0.7 and it happened; Bob said 0.2 of something else, and it did not; one call of Ada's is open."""
    happened = make_prediction()
    failed = make_prediction(
        statement="The ban falls.",
        holder=make_forecaster("bob"),
        topic=make_topic("policy/strikes"),
        article=make_article(canonical_url="https://example.org/other", outlet=make_forecaster("other", kind="OUTLET")),
        rule=rule_that_it_occurs(event_type="CONCEDE", topic="policy/strikes"),
        probability="0.2",
    )
    make_prediction(
        statement="Aid goes on.", rule=rule_that_it_occurs(end="2027-01-01T00:00:00Z", event_type="RETREAT")
    )
    make_event()
    cover()
    for prediction in (happened, failed):
        settle_prediction(prediction_id=prediction.pk, now=NOW)


@pytest.mark.parametrize(
    ("query", "n", "brier"),
    [
        ("", 2, (0.09 + 0.04) / 2),
        ("forecaster=ada-byron", 1, 0.09),
        ("forecaster=bob", 1, 0.04),
        ("topic=aid", 1, 0.09),
        ("topic=policy", 1, 0.04),
        ("outlet=other", 1, 0.04),
        ("forecaster=bob&topic=aid", 0, None),
    ],
)
def test_a_slice_is_scored_by_itself(query, n, brier, record, reader):
    card = reader.get(f"accuracy/?{query}").json()

    score = card["scores"][0]
    assert (card["n"], score["n"], score["name"]) == (n, n, "BRIER")
    assert score["value"] == (None if brier is None else pytest.approx(brier))
    assert len(card["calls"]) == n


def test_an_article_is_a_slice_too(record, reader):
    article = next(row for row in reader.get("articles/").json()["results"] if row["outlet"]["slug"] == "other")

    assert reader.get(f"accuracy/?article={article['id']}").json()["calls"][0]["forecaster"] == "bob"


def test_every_score_says_how_to_read_it(record, reader):
    brier, log, *_ = reader.get("accuracy/?forecaster=ada-byron").json()["scores"]

    assert brier["interval"]["low"] < brier["value"] < brier["interval"]["high"]
    assert (brier["interval"]["method"], brier["interval"]["level"]) == ("BETA_BOUND", 0.95)
    assert (brier["range"], brier["lower_is_better"]) == ({"low": 0.0, "high": 1.0}, True)
    assert (log["value"], log["unit"]) == (pytest.approx(-math.log(0.7)), "nats")


def test_the_calls_give_the_terms_of_each_mean(record, reader):
    card = reader.get("accuracy/?forecaster=ada-byron").json()

    (call,) = card["calls"]
    assert (call["probability"], call["happened"], call["verdict"]) == ("0.7000", True, "YES")
    assert call["terms"] == {"BRIER": pytest.approx(0.09), "LOG": pytest.approx(-math.log(0.7))}
    assert card["coverage"]["predictions"] == 2
    assert (card["coverage"]["resolved"], card["coverage"]["pending"]) == (1, 1)


def test_an_empty_slice_says_that_nothing_is_resolved(reader):
    make_forecaster("bob")

    card = reader.get("accuracy/?forecaster=bob").json()

    assert (card["missing_reason"], card["record"], card["calls"]) == ("NOTHING_RESOLVED", None, [])
    assert card["statement"].startswith("None resolved")


def test_calibration_is_told_level_by_level(record, reader):
    card = reader.get("calibration/").json()

    told = [(level["probability"], level["n"], level["observed_share"]) for level in card["levels"]]
    assert told == [("0.2000", 1, 0.0), ("0.7000", 1, 1.0)]
    assert {level["interval"]["method"] for level in card["levels"]} == {"JEFFREYS"}


@pytest.mark.parametrize("path", ["accuracy/", "calibration/"])
def test_more_calls_cost_no_more_queries(path, record, reader, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        assert reader.get(path).status_code == 200

"""Scorecards through the API."""

import math

import pytest

from forecasts.scoring.measures import MEASURES
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

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="class")
def record(made_once):
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


class TestARecord:
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
    def test_a_slice_is_scored_by_itself(self, query, n, brier, record, reader):
        card = reader.get(f"accuracy/?{query}&include=calls").json()

        score = card["scores"][0]
        assert (card["n"], score["n"], score["name"]) == (n, n, "BRIER")
        assert score["value"] == (None if brier is None else pytest.approx(brier))
        assert len(card["included"]["calls"]) == n

    def test_an_article_is_a_slice_too(self, record, reader):
        article = next(row for row in reader.get("articles/").json()["results"] if row["outlet"]["slug"] == "other")

        card = reader.get(f"accuracy/?article={article['id']}&include=calls").json()
        assert card["included"]["calls"][0]["forecaster"] == "bob"

    def test_every_score_says_how_to_read_it(self, record, reader):
        card = reader.get("accuracy/?forecaster=ada-byron").json()

        brier, log = ({one["name"]: one for one in card["scores"]}[name] for name in ("BRIER", "LOG"))
        assert brier["interval"]["low"] < brier["value"] < brier["interval"]["high"]
        assert (brier["interval"]["method"], brier["interval"]["level"]) == ("BETA_BOUND", 0.95)
        assert (brier["range"], brier["lower_is_better"]) == ({"low": 0.0, "high": 1.0}, True)
        assert (log["value"], log["unit"], log["version"]) == (None, "nats", "log-clip-0.001-1")
        assert (log["note"], log["n"]) == ("Probabilities are moved into 0.001 to 0.999 first.", 1)

    def test_the_calls_give_the_terms_of_each_mean(self, record, reader):
        card = reader.get("accuracy/?forecaster=ada-byron&include=calls").json()

        (call,) = card["included"]["calls"]
        assert (call["probability"], call["outcome"], call["verdict"]) == ("0.7000", 1.0, "YES")
        assert call["terms"] == {"BRIER": pytest.approx(0.09), "LOG": pytest.approx(-math.log(0.7))}
        assert card["coverage"]["predictions"] == 2
        assert (card["coverage"]["resolved"], card["coverage"]["pending"]) == (1, 1)

    def test_calibration_is_told_level_by_level(self, record, reader):
        card = reader.get("calibration/").json()

        told = [(level["probability"], level["n"], level["observed_share"]) for level in card["levels"]]
        assert told == [("0.2000", 1, 0.0), ("0.7000", 1, 1.0)]
        assert {level["share"] for level in card["levels"]} == {0.5}
        assert {level["interval"] for level in card["levels"]} == {None}

    @pytest.mark.parametrize("path", ["accuracy/", "calibration/"])
    def test_more_calls_cost_no_more_queries(self, path, record, reader, django_assert_max_num_queries):
        with django_assert_max_num_queries(19):
            assert reader.get(path).status_code == 200

    @pytest.mark.parametrize(
        ("query", "n"),
        [
            ("conditional=true", 0),
            ("conditional=false", 2),
            ("attribution=AUTHOR", 2),
            ("attribution=REPORTED", 0),
            ("retrospective=true", 2),
            ("retrospective=false", 0),
            ("verbal=false", 2),
            ("verbal=true", 0),
            ("issued_from=2025-01-06T00:00:00Z", 2),
            ("issued_to=2025-01-06T00:00:00Z", 0),
            ("lead_days_min=30", 1),
            ("lead_days_max=30", 1),
            ("lead_days_max=1", 0),
            ("weighting=LAST", 2),
            ("weighting=FIRST&forecaster=bob", 1),
            ("weighting=TIME_WEIGHTED", 2),
            ("weighting=AT_HORIZON&horizon_days=10", 2),
            ("weighting=AT_HORIZON&horizon_days=90", 0),
            ("as_of=2025-02-02T00:00:00Z", 0),
            ("as_of=2025-02-04T00:00:00Z", 1),
            ("as_of=2025-03-04T00:00:00Z", 2),
            ("as_of=2025-03-04T00:00:00Z&forecaster=bob&topic=policy&conditional=false&verbal=false", 1),
            ("as_recorded=2025-05-31T00:00:00Z", 0),
            ("as_recorded=2025-06-02T00:00:00Z", 2),
            ("variant=STRICT", 0),
        ],
    )
    def test_every_way_of_narrowing_answers(self, query, n, record, reader):
        answer = reader.get(f"accuracy/?{query}&include=calls")

        assert answer.status_code == 200, answer.content
        assert answer.json()["n_calls"] == n
        assert len(answer.json()["included"]["calls"]) == n

    def test_calls_come_only_when_they_are_asked_for(self, record, reader):
        plain, asked = (reader.get(f"accuracy/{query}").json() for query in ("", "?include=calls"))

        assert asked.pop("included")["calls"]
        assert plain == asked

    def test_figures_that_are_not_shown_say_why(self, record, reader):
        figures = {figure["name"]: figure for figure in reader.get("accuracy/").json()["scores"]}

        absent = figures["POINTS_SAVED"]
        assert (absent["value"], absent["missing_reason"]) == (None, "TOO_FEW_EVENTS")
        assert absent["missing_text"] == "Shown from 10 independent events on; there are 2 so far."
        assert set(figures) == set(MEASURES)
        assert figures["MISCALIBRATION_P_VALUE"]["missing_text"].startswith("Shown from 20 independent events on")

    def test_bands_that_are_asked_for_say_why_they_are_not_shown(self, record, reader):
        plain, asked = (reader.get(f"calibration/{query}").json() for query in ("", "?bands=true"))

        assert (plain["bands"], plain["curve"]["steps"], plain["murphy"]["points"]) == (None, [], [])
        for name, is_simultaneous in (("consistency", False), ("honest", True)):
            band = asked["bands"][name]
            assert (band["points"], band["is_simultaneous"]) == ([], is_simultaneous)
            assert band["missing_text"] == "Shown from 100 independent events on; there are 2 so far."


def test_an_empty_slice_says_that_nothing_is_resolved(reader):
    make_forecaster("bob")

    card = reader.get("accuracy/?forecaster=bob").json()

    assert (card["missing_reason"], card["record"], card["n_calls"]) == ("NOTHING_RESOLVED", None, 0)
    assert card["statement"].startswith("None resolved")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("weighting=AT_HORIZON", "horizon_days", "together with weighting=AT_HORIZON"),
        ("horizon_days=3", "horizon_days", "together with weighting=AT_HORIZON"),
        ("weighting=MEAN", "weighting", "“MEAN” is not among the choices"),
        ("as_of=2100-01-01T00:00:00Z", "as_of", "is in the future"),
        ("as_of=2025-01-01", "as_of", "offset"),
        ("as_of=2025-03-04T00:00:00Z&as_recorded=2025-06-02T00:00:00Z", "as_recorded", "leave out as_of"),
        ("variant=STRICT&weighting=AT_HORIZON&horizon_days=3", "weighting", "leave out as_of and variant"),
        ("lead_days_min=many", "lead_days_min", "“many” will not do: give a number"),
        ("lead_days_min=nan", "lead_days_min", "“nan” will not do: give a number"),
        ("lead_days_max=1_0e-1", "lead_days_max", "“1_0e-1” will not do: give a number"),
        ("retrospective=1", "retrospective", "“1” will not do: give true or false."),
        ("forecaster=", "forecaster", "This parameter is empty."),
        ("conditional=perhaps", "conditional", "“perhaps” will not do: give true or false."),
    ],
)
def test_what_does_not_go_together_is_refused_at_its_place(query, field, message, reader):
    answer = reader.get(f"accuracy/?{query}")

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]

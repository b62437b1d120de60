"""Leaderboards and comparisons through the API."""

import math
from uuid import uuid4

import pytest

from tests.builders import make_forecaster, make_prediction, rule_that_it_occurs
from tests.forecasting import contest, decide, says, season

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="class")
def contests(made_once):
    """Ada and Bob on two claims, and one more by each alone."""
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.2", bob="0.5")
    contest(3, ada="0.1")
    contest(4, bob="0.7")


class TestTwoContestants:
    def test_a_leaderboard_lists_whoever_is_not_ranked_with_the_reason(self, contests, reader):
        board = reader.get("leaderboard/").json()

        assert (board["n_ranked"], board["n_unranked"], board["min_clusters"]) == (0, 2, 30)
        ada = next(line for line in board["unranked"] if line["forecaster"] == "ada")
        assert (ada["rank"], ada["rank_range"], ada["pooled"], ada["beats_reference"]) == (None, None, None, None)
        assert (ada["missing_reason"], ada["missing_text"]) == (
            "TOO_FEW_EVENTS",
            "Ranked from 30 independent events on; there are 3 so far.",
        )
        assert (ada["n_predictions"], ada["n_asked"], ada["coverage"]) == (3, 3, 1.0)

    def test_every_figure_of_a_leaderboard_says_how_to_read_it(self, contests, reader):
        saved, brier = reader.get("leaderboard/?forecaster=ada").json()["unranked"][0]["scores"]

        assert (saved["name"], saved["version"], saved["value"]) == ("POINTS_SAVED", "points-saved-2", None)
        assert saved["missing_text"] == "Shown from 10 independent events on; there are 3 so far."
        assert (saved["range"], saved["lower_is_better"]) == ({"low": -100.0, "high": 100.0}, False)
        assert (brier["name"], brier["value"], brier["n"], brier["n_clusters"]) == (
            "BRIER",
            pytest.approx(0.86 / 3),
            3,
            3,
        )

    @pytest.mark.parametrize(
        "query",
        [
            "topic=aid&conditional=false&verbal=false&weighting=LAST&outlet=the-example&retrospective=true",
            "weighting=AT_HORIZON&horizon_days=10",
            "as_of=2025-05-01T00:00:00Z&attribution=AUTHOR",
            "as_recorded=2025-06-02T00:00:00Z&lead_days_min=1&lead_days_max=99&issued_from=2024-01-01T00:00:00Z",
            "variant=STRICT",
        ],
    )
    def test_every_way_of_narrowing_answers(self, query, contests, reader):
        board, versus = reader.get(f"leaderboard/?{query}"), reader.get(f"compare/?a=ada&b=bob&{query}")

        assert (board.status_code, versus.status_code) == (200, 200), (board.content, versus.content)

    def test_a_comparison_can_be_worked_out_again_from_its_calls(self, contests, reader):
        found = reader.get("compare/?a=ada&b=bob").json()

        assert (found["a"], found["b"], found["n_shared"], found["n_clusters"]) == ("ada", "bob", 2, 2)
        (difference,) = found["scores"]
        calls = found["calls"]
        by_hand = sum(call["weight"] * (call["a"] - call["b"]) for call in calls) / sum(
            call["weight"] for call in calls
        )
        assert difference["value"] == pytest.approx(by_hand) == pytest.approx(-0.18)
        assert (difference["name"], difference["lower_is_better"]) == ("BRIER_DIFFERENCE", True)
        assert (found["p_value"], found["test"]) == (0.5, "SIGN_FLIP")
        assert found["own"]["a"]["value"] == pytest.approx(0.025)
        assert found["own"]["b"]["value"] == pytest.approx(0.205)
        assert (found["only_a"], found["only_b"]) == (
            {"n": 1, "mean_brier": pytest.approx(0.81)},
            {"n": 1, "mean_brier": pytest.approx(0.09)},
        )
        assert found["watched"]["missing_text"] == "Shown from 30 independent shared events on."

    def test_without_a_second_everybody_else_is_compared_with(self, contests, reader):
        found = reader.get("compare/?a=ada").json()

        difference, peer = found["scores"]
        assert (found["b"], found["n_shared"]) == (None, 2)
        assert difference["value"] == pytest.approx(-0.18)
        assert (peer["name"], peer["value"], peer["missing_reason"]) == ("PEER", None, "TOO_FEW_EVENTS")
        assert {call["n_peers"] for call in found["calls"]} == {1}

    @pytest.mark.parametrize(
        ("query", "field", "message"),
        [
            ("", "a", "Name whom to compare, such as a=jane-doe."),
            ("a=adda&b=bob", "a", "There is no forecaster “adda”. Near it: ada."),
            ("a=ada&b=nobody-here", "b", "There is no forecaster “nobody-here”."),
            ("a=ada&b=ada", "b", "Nobody is compared with themselves: name another forecaster than ada."),
            ("a=ada&forecaster=bob", "forecaster", "There is no parameter “forecaster” here."),
            ("a=ada&a=bob", "a", "This parameter is given twice."),
            ("a=ada&weighting=SOMEHOW", "weighting", "“SOMEHOW” is not among the choices"),
            (
                "a=ada&horizon_days=3",
                "horizon_days",
                "Give horizon_days together with weighting=AT_HORIZON, and only then.",
            ),
        ],
    )
    def test_a_malformed_comparison_says_what_is_wrong_and_what_to_do(self, query, field, message, contests, reader):
        answer = reader.get(f"compare/?{query}")

        assert answer.status_code == 400
        assert message in errors_of(answer)[field]

    def test_more_forecasters_cost_no_more_queries(self, contests, reader, django_assert_max_num_queries):
        contest(5, **{f"person-{number}": "0.6" for number in range(12)}, ada="0.3")

        with django_assert_max_num_queries(6):
            assert reader.get("leaderboard/").status_code == 200
        with django_assert_max_num_queries(6):
            assert reader.get("compare/?a=ada&b=bob").status_code == 200
        with django_assert_max_num_queries(6):
            assert reader.get("compare/?a=ada").status_code == 200

    def test_adjusted_scores_come_in_groups_with_the_reason_where_there_are_none(self, contests, reader):
        contest(6, cleo="0.9")

        found = reader.get("leaderboard/adjusted/").json()

        assert (found["n_forecasters"], [group["n_forecasters"] for group in found["groups"]]) == (3, [2, 1])
        adjusted, plain = found["groups"][1]["forecasters"][0]["scores"]
        assert (adjusted["name"], adjusted["value"], adjusted["missing_reason"]) == (
            "DIFFICULTY_ADJUSTED",
            None,
            "NOT_COMPARABLE",
        )
        assert (plain["name"], plain["value"]) == ("BRIER", pytest.approx(0.01))


def test_a_ranked_forecaster_has_a_rank_a_range_and_a_badge(reader):
    season()

    ada, bob = reader.get("leaderboard/").json()["ranked"]

    assert (ada["forecaster"], ada["name"], ada["kind"], ada["rank"]) == ("ada", "Ada", "PERSON", 1)
    assert ada["rank_range"] == {"best": 1, "worst": 1, "level": 0.9}
    assert (ada["beats_reference"], bob["beats_reference"]) == (True, False)
    assert ada["adjusted_p_value"] >= ada["p_value"]
    saved = ada["scores"][0]
    assert saved["interval"]["low"] < saved["value"] < saved["interval"]["high"]
    assert (saved["interval"]["method"], saved["interval"]["level"]) == ("CLUSTER_T", 0.95)


def test_a_peer_figure_is_shown_from_twenty_events_on_and_turns_the_sign(reader):
    season(20)

    difference, peer = reader.get("compare/?a=ada").json()["scores"]

    assert peer["value"] == -difference["value"] > 0
    assert (peer["interval"]["low"], peer["interval"]["high"]) == (
        -difference["interval"]["high"],
        -difference["interval"]["low"],
    )


def test_nothing_shared_is_answered_and_says_so(reader):
    contest(1, ada="0.9")
    make_forecaster("bob")

    answer = reader.get("compare/?a=ada&b=bob")

    found = answer.json()
    assert answer.status_code == 200
    assert (found["n_shared"], found["calls"], found["p_value"]) == (0, [], None)
    assert found["scores"][0]["missing_text"] == "No prediction that both made has come to an outcome."
    assert found["own"]["a"]["missing_reason"] == "NOTHING_SHARED"
    assert found["only_a"]["n"] == 1


def test_peer_scores_of_a_prediction_are_named_for_where_they_come_from(reader):
    prediction = make_prediction(rule=rule_that_it_occurs(), probability="0.9")
    says("bob", prediction, "0.6", days=0)
    decide(prediction)

    found = reader.get(f"predictions/{prediction.pk}/peer-scores/").json()

    assert [measure["name"] for measure in found["measures"]] == ["METACULUS_PEER", "METACULUS_BASELINE"]
    assert (found["n_forecasters"], found["missing_reason"]) == (2, None)
    ada, bob = found["forecasters"]
    assert (ada["forecaster"], ada["peer"]) == ("ada-byron", pytest.approx(100 * math.log(0.9 / 0.6)))
    assert ada["peer"] + bob["peer"] == pytest.approx(0)


def test_an_open_prediction_has_no_peer_scores_yet(reader):
    prediction = make_prediction()

    found = reader.get(f"predictions/{prediction.pk}/peer-scores/").json()

    assert (found["forecasters"], found["missing_text"]) == ([], "None resolved: nothing to score yet.")


def test_peer_scores_of_an_unknown_prediction_are_not_found(reader):
    assert reader.get(f"predictions/{uuid4()}/peer-scores/").status_code == 404


def test_an_adjusted_score_has_an_interval_around_it(reader):
    season()

    (group,) = reader.get("leaderboard/adjusted/").json()["groups"]

    adjusted = group["forecasters"][0]["scores"][0]
    assert group["forecasters"][0]["forecaster"] == "ada"
    assert adjusted["interval"]["low"] < adjusted["value"] < adjusted["interval"]["high"]
    assert (adjusted["interval"]["method"], adjusted["n_clusters"]) == ("CLUSTER_NORMAL", 30)

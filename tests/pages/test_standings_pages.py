"""The leaderboard and the comparison as pages."""

import pytest

from tests.builders import make_forecaster
from tests.forecasting import contest, season, season_in_words
from tests.pages.conftest import parse

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_an_empty_leaderboard_says_so(text_of):
    assert "Everybody with a scored forecast is ranked, or nothing is scored yet." in text_of("/leaderboard/")


def test_whoever_is_not_ranked_is_listed_with_the_reason(text_of):
    contest(1, ada="0.9", bob="0.6")

    text = text_of("/leaderboard/")

    assert "Ada Ranked from 30 independent events on; there is 1 so far. 1" in text
    assert "Beats the reference" not in text


def test_a_ranked_forecaster_has_a_rank_with_its_range_and_a_drawing(text_of, client):
    season()

    text = text_of("/leaderboard/?topic=aid")

    assert "Ada: rank 1, between 1 and 1" in text
    assert "Ada 1 1 – 1" in text
    assert ("svg", "role") in {(tag, name) for tag, names in _page(client, "/leaderboard/").elements for name in names}


def test_a_leaderboard_of_an_unknown_topic_is_not_found(client):
    assert client.get("/leaderboard/?topic=nowhere").status_code == 404


def test_a_comparison_is_told_with_its_calls(text_of):
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.2", bob="0.5")
    contest(3, ada="0.1")

    text = text_of("/compare/?a=ada&b=bob")

    assert "Ada against Bob" in text
    assert "-0.1800 , 95% interval -1.00 to 1.00 , p 0.500" in text
    assert "2 shared predictions, 2 independent events. Left out, since only one of them forecast it: 1 + 0." in text
    assert "Claim 2 0.0400 0.2500 -0.2100" in text


def test_one_against_everybody_else_is_told_too(text_of):
    contest(1, ada="0.9", bob="0.6")
    contest(2, ada="0.9", cleo="0.6")

    assert "Ada against everybody else" in text_of("/compare/?a=ada")


def test_nothing_shared_is_said(text_of):
    contest(1, ada="0.9")
    make_forecaster("bob")

    assert "No prediction that both made has come to an outcome." in text_of("/compare/?a=ada&b=bob")


def test_without_a_name_there_is_a_form_alone(text_of):
    text = text_of("/compare/")

    assert "Short name of one" in text
    assert "shared prediction" not in text


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("a=nobody", "There is no forecaster “nobody”"),
        ("a=ada&b=<b>x", "There is no forecaster “<b>x”"),
        ("a=ada&b=ada", "Nobody is compared with themselves: name two forecasters."),
    ],
)
def test_a_name_that_cannot_be_compared_is_said(query, fault, client):
    contest(1, ada="0.9")

    answer = client.get(f"/compare/?{query}")

    assert answer.status_code == 404
    assert fault in parse(answer.content.decode()).text


def test_more_forecasters_cost_no_more_queries(client, django_assert_max_num_queries):
    contest(1, **{f"person-{number}": "0.6" for number in range(12)})

    with django_assert_max_num_queries(6):
        assert client.get("/leaderboard/").status_code == 200
    with django_assert_max_num_queries(6):
        assert client.get("/compare/?a=person-1&b=person-2").status_code == 200


def _page(client, address):
    return parse(client.get(address).content.decode())


def test_a_long_comparison_shows_what_decides_most_and_links_all_of_it(client, monkeypatch):
    monkeypatch.setattr("forecasts.selectors.comparisons.MAX_CALLS", 1)
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.2", bob="0.5")

    page = _page(client, "/compare/?a=ada&b=bob")

    assert "1 of 2 shown: those that weigh most in the difference. All of them (CSV)" in page.text
    assert "Claim 2 0.0400" in page.text
    assert "Claim 1 0.0100" not in page.text
    lines = client.get(next(one for one in page.addresses if "calls.csv" in one)).content
    assert lines.decode().count("Claim") == 2


def test_a_leaderboard_links_itself_as_data(client):
    contest(1, ada="0.9")

    addresses = _page(client, "/leaderboard/?topic=aid").addresses

    assert {"/api/v1/leaderboard/?topic=aid", "/api/v1/leaderboard/forecasters.csv?topic=aid"} <= set(addresses)


def test_ranks_under_other_lexicons_are_told(text_of):
    season_in_words()

    text = text_of("/leaderboard/")

    assert "Under bold v1 the rank of Ada, Bob leaves its own range: there the lexicon decides, not chance." in text
    assert "Ada 1 1 – 1 2 2 – 2" in text


def test_nothing_is_said_of_lexicons_where_nothing_was_said_in_words(text_of):
    season()

    assert "With words read otherwise" not in text_of("/leaderboard/")

"""The page that finds predictions and articles by their words."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import make_article, make_prediction
from tests.pages.conftest import parse

pytestmark = pytest.mark.django_db


def test_found_words_are_marked_in_their_surroundings(client):
    make_prediction(title="The grain deal", statement="Russia leaves the Black Sea grain deal.", outcome="it leaves")

    page = client.get("/search/", {"q": "black grain"}).content.decode()

    assert "<mark>Black</mark> Sea <mark>grain</mark> deal." in page
    assert '<a href="/predictions/' in page


def test_what_was_asked_stays_in_the_form(client):
    page = parse(client.get("/search/", {"q": "grain deal", "kind": "article"}).content.decode())

    assert ("option", ("value", "selected")) in page.elements
    assert "Nothing holds these words" in page.text


def test_a_hostile_question_stays_text(client):
    asked = '"><script>alert(1)</script>'

    page = client.get("/search/", {"q": asked})

    assert page.status_code == 200
    assert "<script" not in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"), [("-", "Give at least one word"), ("a*", "too short"), ("x" * 201, "201 characters")]
)
def test_a_question_that_cannot_be_asked_is_told_beside_the_field(asked, said, client):
    response = client.get("/search/", {"q": asked})

    assert response.status_code == 400
    assert said in parse(response.content.decode()).text


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 50, "٣", "", "\0"])
def test_a_page_that_is_none_is_the_first(number, client):
    make_article(title="Grain")

    assert "Grain" in client.get("/search/", {"q": "grain", "page": number}).content.decode()


def test_further_matches_are_on_the_next_page(client):
    for number in range(21):
        make_prediction(title=f"Grain {number}", statement=f"Grain, {number}.", outcome="grain")

    first = client.get("/search/", {"q": "grain"}).content.decode()
    second = client.get("/search/", {"q": "grain", "page": "2"}).content.decode()

    assert first.count('class="claim-title"') == 20
    assert second.count('class="claim-title"') == 1
    assert "?q=grain&amp;page=2" in first


def test_more_matches_cost_no_more_queries(client):
    for number in range(15):
        make_prediction(title=f"Grain {number}", statement=f"Grain, {number}.", outcome="grain")

    with CaptureQueriesContext(connection) as queries:
        client.get("/search/", {"q": "grain"})

    assert len(queries) <= 3


def test_every_page_leads_to_the_search(client):
    assert 'href="/search/"' in client.get("/").content.decode()

"""Every page answers, says what to do when it is empty, and asks the database a fixed number of questions."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from forecasts.models import Event
from tests.builders import make_article, make_event, make_prediction

pytestmark = pytest.mark.any_database

LISTS = ("/", "/articles/", "/forecasters/", "/topics/", "/scoring/", "/search/", "/search/?q=nothing")


@pytest.mark.parametrize("address", LISTS)
def test_answers_while_nothing_is_recorded(address, text_of):
    assert "Aftercast" in text_of(address)


def test_first_page_says_how_to_begin(text_of):
    text = text_of("/")

    assert "Nothing is logged yet" in text
    assert "Log an article" in text
    assert "python manage.py load_demo" in text


@pytest.mark.parametrize(
    "address",
    [
        "/articles/00000000-0000-4000-8000-000000000000/",
        "/predictions/00000000-0000-4000-8000-000000000000/",
        "/events/00000000-0000-4000-8000-000000000000/",
        "/forecasters/nobody/",
        "/forecasters/nobody/words.csv",
        "/topics/nothing/here/",
        "/topics/nothing/here/words.csv",
        "/outlets/nowhere/",
        "/outlets/nowhere/words.csv",
        "/articles/00000000-0000-4000-8000-000000000000/scorecard/",
        "/articles/not-an-id/",
        "/nowhere/",
    ],
)
def test_says_so_where_there_is_no_such_page(address, client, db):
    response = client.get(address)

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "words"), [("400", "This request makes no sense"), ("403", "Not allowed"), ("500", "Something went wrong")]
)
def test_a_failure_is_told_in_the_same_design_without_a_request(name, words):
    html = render_to_string(f"{name}.html")

    assert f"<h1>{words}</h1>" in html
    assert "/static/forecasts/site.css" in html


@pytest.mark.parametrize("address", LISTS)
def test_changes_nothing_by_post(address, client, db):
    assert client.post(address).status_code == 405


def test_first_page_shows_what_was_decided_and_what_waits(text_of, settle):
    make_prediction(title="Aid is sent by March")
    make_prediction(title="Nobody can tell", statement="It will matter.", rules=[])
    make_prediction(title="The ban falls", statement="The ban falls.", rule=unheard_of())
    settle()

    text = text_of("/")

    assert "Just resolved Aid is sent by March ✓ Yes" in text
    assert "Needs a person 1 Nobody can tell" in text
    assert "Still open 1 The ban falls ○ Open" in text


def unheard_of() -> dict:
    pattern = {"type": ["SANCTION"], "topic_any": ["aid/military"]}
    window = {"start": {"anchor": "publication"}, "end": "2031-01-01T00:00:00Z"}
    return {"rrl": "1", "consequent": {"occurs": {"pattern": pattern, "window": window}}}


def test_articles_come_in_pages(client, db):
    for number in range(26):
        make_article(title=f"Article {number}", canonical_url=f"https://example.org/{number}")

    first, last = client.get("/articles/").content.decode(), client.get("/articles/?page=2").content.decode()

    assert first.count('class="claim-title"') == 25
    assert last.count('class="claim-title"') == 1
    assert "Page 1 of 2" in first
    assert client.get("/articles/?page=none").status_code == 200


def test_event_page_shows_versions_reports_and_what_they_decide(text_of, settle):
    make_prediction(title="Aid is sent by March")
    make_event(owners=2, note="Announced at noon.")
    settle(with_event=False)

    text = text_of(f"/events/{Event.objects.get().pk}/")

    assert "The United States sends military aid 3 Feb 2025 Wire A: legal or official primary source" in text
    assert "Announced at noon." in text
    assert "news0.example https://news0.example/20250203" in text
    assert "Decides Aid is sent by March ✓ Yes" in text
    assert "Version 1 known 3 Feb 2025" in text


def n_queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", 9),
        ("/articles/", 3),
        ("/articles/{article}/", 6),
        ("/predictions/{prediction}/", 15),
        ("/forecasters/", 2),
        ("/forecasters/ada-byron/", 15),
        ("/outlets/the-example/", 15),
        ("/articles/{article}/scorecard/", 15),
        ("/topics/", 2),
        ("/topics/aid/", 15),
        ("/events/{event}/", 7),
    ],
)
def test_asks_as_many_questions_of_many_rows_as_of_one(address, most, client, db, settle):
    article = make_article()
    prediction = make_prediction(article=article, quote="The ban is likely to fall")
    settle()
    address = address.format(article=article.pk, prediction=prediction.pk, event=Event.objects.get().pk)

    few = n_queries(client, address)
    for number in range(8):
        make_prediction(article=article, title=f"Claim {number}", statement=f"Claim {number}.", quote="Aid may stop")
    settle(with_event=False)

    assert n_queries(client, address) == few
    assert few <= most

"""Full-text search by programs, in one list and as a filter of lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import make_article, make_prediction

from .conftest import errors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded():
    article = make_article(title="What comes after the vote", text="Sanctions fall by March. L’accord de Genève tient.")
    for number in range(3):
        make_prediction(
            article=article, title=f"Sanctions {number}", statement=f"Sanction {number} falls.", outcome="it falls"
        )


def found(response) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(row["title"] for row in response.json()["results"])


def test_what_is_found_can_be_read_at_its_address(recorded, reader):
    results = reader.get("search/?q=sanction*").json()["results"]

    assert sorted(row["kind"] for row in results) == ["article", "prediction", "prediction", "prediction"]
    for row in results:
        assert reader.get(row["url"].split("/api/v1/")[1]).json()["title"] == row["title"]


def test_a_snippet_says_which_words_were_searched_for(recorded, reader):
    (row,) = reader.get("search/?q=geneve&kind=article").json()["results"]

    assert [piece["text"] for piece in row["snippet"] if piece["is_match"]] == ["Genève"]
    assert "".join(piece["text"] for piece in row["snippet"]) == "Sanctions fall by March. L’accord de Genève tient."


def test_pages_follow_each_other(recorded, reader):
    seen, path = [], "search/?q=sanction*&page_size=3"
    while path:
        page = reader.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"] and page["next"].split("/api/v1/")[1]

    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("predictions/?q=sanction*", ["Sanctions 0", "Sanctions 1", "Sanctions 2"]),
        ("predictions/?q=%22sanction+1%22", ["Sanctions 1"]),
        ("predictions/?q=sanction*&status=FINAL", []),
        ("predictions/?q=geneve", []),
        ("articles/?q=geneve", ["What comes after the vote"]),
        ("articles/?q=sanction", []),
    ],
)
def test_lists_are_narrowed_by_words(path, titles, recorded, reader):
    assert found(reader.get(path)) == titles


@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        ("search/", "q", "This field is required."),
        ("search/?q=", "q", "This parameter is empty."),
        ("search/?q=%22%22", "q", "Give at least one word"),
        ("search/?q=aid&kind=event", "kind", "“event” is not among the choices: prediction, article"),
        ("search/?q=aid&page=0", "page", "no page: a number from 1 to 200"),
        ("search/?q=aid&page=x", "page", "no page"),
        ("search/?q=aid&sort=new", "sort", "no parameter “sort” here"),
        ("search/?q=%00", "q", "NUL"),
        ("predictions/?q=-aid", "q", "Give at least one word"),
        ("articles/?q=a*", "q", "too short"),
    ],
)
def test_what_cannot_be_searched_for_is_told(path, field, message, reader):
    answer = reader.get(path)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]


@pytest.mark.parametrize(
    "text", ["aid%22", "%28%28%28", "NEAR%28a%20b%29", "title:aid", "aid%5E2", "%27%29%3B--", "%F0%9F%99%82 aid"]
)
def test_no_text_is_an_error_of_the_service(text, recorded, reader):
    for path in ("search", "predictions", "articles"):
        assert reader.get(f"{path}/?q={text}").status_code in (200, 400)


def test_more_rows_cost_no_more_queries(recorded, reader):
    n_before = n_queries(reader)
    for number in range(20):
        make_prediction(title=f"Sanctions {number}", statement=f"Another sanction, {number}.", outcome="it falls")

    assert n_queries(reader) == n_before == 3


def n_queries(reader) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert reader.get("search/?q=sanction*").status_code == 200
    return len(queries)

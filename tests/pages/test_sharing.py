"""Scorecards on other people's pages: the card, the badge, and oEmbed."""

from xml.etree import ElementTree

import pytest

from forecasts.models import Article
from tests.builders import make_forecaster, make_prediction

pytestmark = pytest.mark.any_database


@pytest.fixture
def settled(db, settle):
    make_prediction()
    settle()


@pytest.mark.parametrize("page", ["/forecasters/ada-byron/", "/outlets/the-example/", "/topics/aid/military/"])
def test_a_scorecard_says_what_a_shared_link_shows_and_leads_to_its_oembed(page, client, settled):
    html = client.get(page).content.decode()
    (address,) = [part.split('"')[0] for part in html.split('application/json+oembed" href="')[1:]]

    assert '<meta property="og:title" content="' in html
    assert f'<meta property="og:url" content="http://testserver{page}">' in html
    answer = client.get(address.replace("http://testserver", "").replace("&amp;", "&")).json()
    assert (answer["version"], answer["type"], answer["provider_name"]) == ("1.0", "rich", "Aftercast")
    assert (
        f'<a href="http://testserver{page}"><img src="http://testserver{page}badge.svg" alt="Aftercast: '
        in answer["html"]
    )


@pytest.mark.parametrize("page", ["/forecasters/ada-byron/", "/outlets/the-example/", "/topics/aid/"])
def test_the_badge_tells_the_score_with_its_interval_and_sample(page, client, settled):
    response = client.get(f"{page}badge.svg")
    words = " ".join(ElementTree.fromstring(response.content).itertext())  # noqa: S314 - our own drawing

    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert "Brier 0.090 (" in words
    assert "n = 1" in words


CARDS = ["/forecasters/ada-byron/", "/outlets/the-example/", "/topics/aid/", "/articles/{article}/scorecard/"]


@pytest.mark.parametrize("card", CARDS)
def test_a_scorecard_has_a_picture_for_whoever_shares_its_address(card, client, settled):
    card = card.format(article=Article.objects.get().pk)
    html = client.get(card).content.decode()

    assert f'<meta property="og:image" content="http://testserver{card}picture.png">' in html
    assert '<meta property="og:image:width" content="1200">' in html
    assert '<meta property="og:image:height" content="630">' in html
    assert '<meta property="og:image:alt" content="' in html
    assert '<meta name="twitter:card" content="summary_large_image">' in html
    picture = client.get(f"{card}picture.png")
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/png", "max-age=300")
    assert picture.content.startswith(b"\x89PNG")
    assert client.get(f"{card}picture.png", headers={"if-none-match": picture["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", ["/forecasters/ada-byron/?conditional=false", "/scoring/", "/"])
def test_what_no_picture_shows_has_none(address, client, settled):
    assert "og:image" not in client.get(address).content.decode()


@pytest.mark.parametrize("address", ["/forecasters/nobody/", "/outlets/nobody/", "/topics/nothing/"])
def test_nobody_has_no_picture(address, client, db):
    assert client.get(f"{address}picture.png").status_code == 404


def test_the_badge_of_somebody_without_a_settled_call_says_so(client, db):
    make_prediction()

    assert "nothing settled yet" in client.get("/forecasters/ada-byron/badge.svg").content.decode()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 404),
        ("?url=http://testserver/scoring/", 404),
        ("?url=http://testserver/forecasters/nobody/", 404),
        ("?url=https://elsewhere.example/forecasters/ada-byron/", 404),
        ("?url=http://[", 404),
        ("?url=http://testserver/forecasters/ada-byron/&format=xml", 501),
    ],
)
def test_oembed_knows_scorecards_of_this_host_as_json_alone(asked, status, client, db):
    make_prediction()

    assert client.get(f"/oembed/{asked}").status_code == status


def test_a_name_full_of_markup_stays_text_in_badge_and_embedding(client, db):
    make_forecaster("sly", name='"><script>alert(1)</script>')

    badge = client.get("/forecasters/sly/badge.svg").content.decode()
    html = client.get("/oembed/?url=http://testserver/forecasters/sly/").json()["html"]

    assert "<script>" not in badge + html

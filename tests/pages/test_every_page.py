"""Every public page: valid HTML, light, from few questions of the database, and from this host alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasts.models import Event
from forecasts.pages.urls import urlpatterns
from tests.builders import judged_prediction, make_article, make_event, make_prediction
from tests.everything import seal_something
from tests.markup import faults, loaded_from_elsewhere, weight

MOST_BYTES, MOST_QUERIES = 100_000, 15
# Where every prediction is decided anew on what was known then: what the rules have to know alone takes nine.
OF_REPLAYS = 19
ASKED = {
    "search": "?q=aid",
    "compare": "?a=ada-byron&b=the-example",
    "leaderboard": "?topic=aid",
    "article": "?verdict=YES",
    "forecaster": "?as_of=2025-03-05&conditional=false",
}
REFUSED = ("/nowhere/", "/forecasters/ada-byron/?as_of=soon", "/compare/?a=nobody")


@pytest.fixture
def addresses(db, settle) -> dict[str, str]:
    """The address of every page by its name in the URLconf, with something on record for it to show."""
    article = make_article()
    quoted = make_prediction(article=article, quote="The ban is likely to fall", condition="the ban falls")
    judged_prediction()
    make_event(owners=2, note="Announced at noon.")
    settle(with_event=False)
    keys = {
        "commitment": seal_something().commitment, "article_id": article.pk, "prediction_id": quoted.pk, "event_id": Event.objects.first().pk, "path": "aid/military",
    }  # fmt: skip
    slugs = {"outlet": "the-example", "outlet-words": "the-example"}
    found = {
        one.name: reverse(
            f"pages:{one.name}",
            kwargs={name: keys.get(name, slugs.get(one.name, "ada-byron")) for name in one.pattern.converters},
        )
        for one in urlpatterns
    }
    return found | {"oembed": f"{found['oembed']}?url=http://testserver{found['forecaster']}"}


def most_queries(asked: str) -> int:
    return OF_REPLAYS if "as_of" in asked else MOST_QUERIES


def test_every_page_is_valid_light_and_asks_little(addresses, client):
    wrong = []
    for name, address in addresses.items():
        for asked in {address, address + ASKED.get(name, "")}:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(asked)
            assert response.status_code == 200, asked
            if response["Content-Type"].startswith("text/html"):
                html = response.content.decode()
                wrong += [(asked, fault) for fault in (*faults(html), *loaded_from_elsewhere(html))]
            if weight(response.content) > MOST_BYTES:
                wrong.append((asked, f"{weight(response.content)} bytes"))
            if len(captured) > most_queries(asked):
                wrong.append((asked, f"{len(captured)} queries"))

    assert wrong == []


@pytest.mark.parametrize("address", REFUSED)
def test_a_page_that_refuses_is_valid_too(address, addresses, client):
    response = client.get(address)

    assert response.status_code in (400, 404)
    assert faults(response.content.decode()) == []

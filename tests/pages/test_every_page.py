"""Every public page: valid HTML, light, from few questions of the database, and from this host alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.markup import faults, loaded_from_elsewhere, weight

from .world import ASKED

pytestmark = pytest.mark.any_database

MOST_BYTES, MOST_QUERIES = 100_000, 15
REFUSED = ("/nowhere/", "/forecasters/ada-byron/?as_of=soon", "/compare/?a=nobody")


def test_every_page_is_valid_light_and_asks_little(addresses, client):
    wrong = []
    for name, address in addresses.items():
        for asked in (address, *(address + query for query in ASKED.get(name, ()))):
            with CaptureQueriesContext(connection) as captured:
                response = client.get(asked)
            assert response.status_code == 200, asked
            if response["Content-Type"].startswith("text/html"):
                html = response.content.decode()
                wrong += [(asked, fault) for fault in (*faults(html), *loaded_from_elsewhere(html))]
            if weight(response.content) > MOST_BYTES:
                wrong.append((asked, f"{weight(response.content)} bytes"))
            if len(captured) > MOST_QUERIES:
                wrong.append((asked, f"{len(captured)} queries"))

    assert wrong == []


@pytest.mark.parametrize("address", REFUSED)
def test_a_page_that_refuses_is_valid_too(address, addresses, client):
    response = client.get(address)

    assert response.status_code in (400, 404)
    assert faults(response.content.decode()) == []

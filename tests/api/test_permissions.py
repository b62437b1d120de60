"""
Who may do what at every address there is, cell by cell, as permissions.csv and permissions_of_pages.csv list it.

401, 403 and 405 are refusals, `login` leads to the page of that name; `open` is every other answer, 404 included.
"""

import csv
import difflib
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, resolve
from django.utils.regex_helper import normalize

from forecasts.models import ApiToken
from forecasts.selectors.tokens import token_by_text
from tests.builders import make_source

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
HERE = Path(__file__).parent
API = "/api/"
NOWHERE = "/api/v1/nothing/here/"  # matches what nothing else there matches: 404 for everybody
ASKED = ("GET", "HEAD", "POST")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SCOPES = ApiToken.Scope.values
NOBODY = "00000000-0000-4000-8000-000000000000"
# What stands in an address for a name. Whether it is recorded is no matter: whether one may is told first.
PLACES = {
    "slug": "wire",
    "commitment": "ab" * 32,
    "code": "default_v1",
    "path": "aid",
    "key": "us.election.2024",
    "suffix": "ndjson",
    "number": "1",
    "app_label": "forecasts",
    "content_type_id": "1",
    "url": "nothing/",
}
NUMBERED = ("/api/v1/observations/", "/api/v1/scores/")
# Read by everybody even where reading is closed: what tells how to ask.
PUBLIC = {"/api/v1/docs/", "/api/v1/schema/", "/api/v1/problems/", "/api/v1/problems/{slug}/"}
CLOSED = "anonymous where reading is closed"
OUT = "/admin/logout/"
ADMIN = ApiToken.Scope.ADMIN.value
WRITING = set(SCOPES) - {ApiToken.Scope.READ}
# OPTIONS is answered where Django answers it by itself, with the methods and nothing else.
TOLD = {("OPTIONS", "/api/v1/docs/"), ("OPTIONS", "/api/v1/schema/")}
REFUSALS = {401: "401", 403: "403", 405: "405"}


def routes() -> list[str]:
    """Every address of the URLconf, as a template: predictions/%(pk)s/."""
    return sorted({"/" + template for regex in _regexes(get_resolver()) for template, _ in normalize(regex)[:1]})


def _regexes(resolver: Any) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        own = pattern.pattern.regex.pattern.removeprefix("^")
        below = [""] if isinstance(pattern, URLPattern) else _regexes(pattern)
        yield from (own + rest for rest in below)


def place_at(address: str) -> str:
    """An address of this form, made up."""
    others = "1" if address.startswith(NUMBERED) else NOBODY
    place = address % defaultdict(lambda: others, PLACES)
    assert resolve(place).func is not resolve(NOWHERE).func, f"{place} does not match {address}"
    return place


def answers_at(
    addresses: list[str], methods: tuple[str, ...], clients: dict[str, Client], cell: Callable[[Any], str]
) -> dict[tuple[str, str], dict[str, str]]:
    """What each client is answered, by address and method."""
    places = {address: place_at(address) for address in addresses}
    return {
        (address, method): {who: cell(_answer(client, method, places[address])) for who, client in clients.items()}
        for address in addresses
        for method in methods
    }


def _answer(client: Client, method: str, place: str) -> Any:
    """What is answered; by the view alone to methods that are none of the API's, which no middleware tells apart."""
    if method in ASKED:
        return client.generic(method, place, "{}", "application/json")
    found = resolve(place)
    return found.func(RequestFactory(**client.defaults).generic(method, place, "{}"), *found.args, **found.kwargs)


def as_table(answers: dict[tuple[str, str], dict[str, str]]) -> str:
    """The answers as CSV; methods of an address that are answered alike share a line."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["address", "methods", *next(iter(answers.values()))])
    for address, own in groupby(answers.items(), key=lambda item: item[0][0]):
        alike: dict[tuple[str, ...], list[str]] = {}
        for (_, method), cells in own:
            alike.setdefault(tuple(cells.values()), []).append(method)
        for cells, methods in alike.items():
            writer.writerow([address.replace("%(", "{").replace(")s", "}"), " ".join(methods), *cells])
    return out.getvalue()


def compared(found: str, name: str) -> None:
    stored = (HERE / name).read_text(encoding="utf-8")
    changes = "\n".join(difflib.unified_diff(stored.splitlines(), found.splitlines(), name, "found", n=0, lineterm=""))
    assert not changes, f"Is every changed cell meant? Then change {name}:\n{changes}"


def api_cell(response: Any) -> str:
    return REFUSALS.get(response.status_code, "open")


def page_cell(response: Any) -> str:
    if response.status_code == 302 and "/login/" in response.headers["Location"]:
        return "login"
    return REFUSALS.get(response.status_code, "open")


@pytest.mark.timeout(300)
def test_every_cell_of_the_api_is_as_listed(reader, program_with, settings, caplog, monkeypatch, record_property):
    # Thousands of refusals: writing each down, or looking up its token, takes longer than to refuse.
    caplog.set_level(logging.CRITICAL, "django.request")
    monkeypatch.setattr("forecasts.api.auth.token_by_text", cache(token_by_text))
    make_source()
    addresses = [address for address in routes() if address.startswith(API)]
    holders = {scope: program_with(scope).client for scope in SCOPES}

    answers = answers_at(addresses, METHODS, {"anonymous": reader.client, **holders}, api_cell)
    settings.PUBLIC_READ = False
    closed = answers_at(addresses, METHODS, {CLOSED: Client()}, api_cell)

    cells = {cell: answers[cell] | closed[cell] for cell in answers}
    assert len(addresses) > 70
    compared(as_table(cells), "permissions.csv")
    record_property("times", sum(map(len, cells.values())))


@pytest.mark.timeout(300)
def test_every_cell_of_the_pages_and_the_admin_is_as_listed(db, record_property):
    # The way out last: behind it everybody is a stranger.
    addresses = sorted((one for one in routes() if not one.startswith(API)), key=lambda one: (one == OUT, one))
    clients = {"anonymous": Client(), "staff without permissions": Client(), "superuser": Client()}
    clients["staff without permissions"].force_login(User.objects.create_user("staff", is_staff=True))
    clients["superuser"].force_login(User.objects.create_superuser("root"))

    cells = answers_at(addresses, ("GET", "POST"), clients, page_cell)
    compared(as_table(cells), "permissions_of_pages.csv")
    record_property("times", sum(map(len, cells.values())))


def test_no_cell_of_the_list_is_open_that_should_not_be():
    with (HERE / "permissions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        who = {name for name, cell in row.items() if cell == "open"}
        for method in row["methods"].split():
            if method in ("GET", "HEAD"):
                assert CLOSED not in who or row["address"] in PUBLIC, row
            elif method == "POST":
                assert len(who) <= 2, row
                assert not who or ADMIN in who <= {ADMIN, *WRITING}, row
            else:
                assert not who or (method, row["address"]) in TOLD, row

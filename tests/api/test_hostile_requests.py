"""Requests that reach for what is not theirs: columns, rows of others, hosts, states of what they never saw."""

import json
import re
from typing import Any

import pytest
import yaml
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from forecasts.api.urls import router
from forecasts.models import ApiToken
from forecasts.services.articles import record_forecaster
from forecasts.services.tokens import issue_token
from tests.builders import NOW, make_event, make_prediction
from tests.everything import seal_something
from tests.hooks import make_webhook

from .conftest import Program, errors_of
from .examples import ROOT
from .test_bad_input import n_rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NOBODY = "00000000-0000-4000-8000-000000000000"
WRITTEN = {f"{prefix}/": viewset for prefix, viewset, _ in router.registry if hasattr(viewset, "create")}
NO_COLUMNS = ("pk", "_state", "is_staff", "is_superuser", "__class__", "recorded_by")


@pytest.mark.parametrize("path", sorted(WRITTEN))
def test_no_column_can_be_written_that_is_not_offered(path, administrator):
    make_prediction(), make_event()
    columns = [field.name for field in WRITTEN[path].queryset.model._meta.get_fields()]
    before = n_rows()

    answer = administrator.post(path, json.dumps(dict.fromkeys([*columns, *NO_COLUMNS], "1")))

    told = errors_of(answer)
    unknown = {name for name, message in told.items() if message.startswith("There is no field")}
    offered = set(told["pk"].partition("Known: ")[2].removesuffix(".").split(", "))
    assert answer.status_code == 400
    assert n_rows() == before
    assert set(NO_COLUMNS) <= unknown
    assert {*columns, *NO_COLUMNS} - offered <= unknown
    assert offered.isdisjoint({"id", "recorded_at", "sha256", "status", "state", "supersedes", "is_current"})


def other_writes() -> list[str]:
    """Every other address that takes a body: of parts of rows, of decisions, and of rows in bulk."""
    document = yaml.load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    found = {
        path.removeprefix("/api/v1/")
        for path, operations in document["paths"].items()
        if "application/json" in operations.get("post", {}).get("requestBody", {}).get("content", {})
    }
    return sorted(found - set(WRITTEN))


def test_no_column_can_be_written_in_any_other_way_either(administrator):
    prediction, event = make_prediction(), make_event()
    sealed = seal_something(now=timezone.now())
    keys = {
        "articles": prediction.article_id, "events": event.event_id, "predictions": prediction.pk, "entities": "USA",
        "sources": "wire", "sealed": sealed.commitment,
    }  # fmt: skip
    before, addresses = n_rows(), other_writes()
    # Without a source an event is not read any further.
    body = dict.fromkeys(["id", "recorded_at", "sha256", "status", *NO_COLUMNS], "1") | {"source": "wire"}

    wrong = {}
    for address in addresses:
        place = re.sub(r"\{\w+\}", str(keys.get(address.partition("/")[0])), address)
        answer = administrator.post(place, json.dumps([body] if address.startswith("bulk/") else body))
        told = answer.content.decode()
        # Rows in bulk have a result each, in an answer of its own.
        status = answer.json()["results"][0]["status"] if address.startswith("bulk/") else answer.status_code
        untold = [name for name in NO_COLUMNS if name not in told]
        if status not in (400, "REFUSED") or untold:
            wrong[address] = (status, untold, told[:300])

    assert wrong == {}
    assert len(addresses) > 15
    assert n_rows() == before


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("part", ["", "deliveries/", "ping/", "pause/", "resume/", "secret/"])
def test_what_belongs_to_others_is_answered_like_what_is_nowhere(part, method):
    """Webhooks are the rows that belong to somebody: whoever guesses an id learns nothing, not even that it is one."""
    webhook = make_webhook()
    stranger = get_user_model().objects.create_user(username="stranger")
    _, text = issue_token(name="own", account=stranger, scopes=[ApiToken.Scope.WEBHOOK_WRITE], now=NOW)
    client = Program(text).client

    # When a token was used last is noted at the first request, and what is known of it is read at the second.
    client.get("/api/v1/topics/"), client.get("/api/v1/topics/")

    (of_others, asked_of_others), (of_nobody, asked_of_nobody) = (
        _asking(client, method, f"/api/v1/webhooks/{key}/{part}", key=str(key)) for key in (webhook.pk, NOBODY)
    )

    assert of_others.status_code == of_nobody.status_code in (404, 405)
    assert of_others.content == of_nobody.content
    assert {name for name in of_others.headers if name != "X-Request-ID"} == set(of_nobody.headers) - {"X-Request-ID"}
    # The same work, so that the time it takes tells nothing either.
    assert asked_of_others == asked_of_nobody


def _asking(client: Client, method: str, address: str, *, key: str) -> tuple[Any, list[str]]:
    """An answer, and what it asked the database, with the id left out."""
    given = {} if method in ("get", "head") else {"data": "{}", "content_type": "application/json"}
    with CaptureQueriesContext(connection) as captured:
        answer = getattr(client, method)(address, **given)
    asked = [query["sql"].replace(key, "ID").replace(key.replace("-", ""), "ID") for query in captured]
    return answer, [re.sub(r"\d{4}-\d\d-\d\d[ T][\d:.+]+", "NOW", sql) for sql in asked]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "testserver.evil.example", "testserver@evil.example", "testserver, evil.example", "[::2]", ""],
)
def test_another_host_is_refused(host, reader):
    answer = reader.client.get("/api/v1/topics/", headers={"host": host})

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "x-original-host", "forwarded"])
def test_no_other_header_names_the_host(header, reader):
    make_prediction()
    path = "predictions/?page_size=1&include=forecasts"
    plain = reader.get(path)

    forged = reader.get(path, **{header: "host=evil.example" if header == "forwarded" else "evil.example"})

    assert (forged.status_code, forged.content) == (200, plain.content)
    assert "http://testserver/api/v1/" in plain.content.decode()


@pytest.mark.parametrize(
    "path", ["webhooks/", "predictions/", "accuracy/", "topics/", "changes/", "exports/scores.csv"]
)
def test_no_cache_on_the_way_may_keep_an_answer(path, administrator):
    answer = administrator.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Accept", "Authorization"} <= {name.strip() for name in answer.headers["Vary"].split(",")}


class TestStates(TestCase):
    """The ETag of an answer changes when, and only when, its bytes do."""

    @settings(max_examples=10, deadline=None)
    @given(st.lists(st.sampled_from("abc"), max_size=6))
    def test_a_state_has_a_name_of_its_own(self, slugs):
        client, seen = Client(), {}
        for slug in ["", *slugs]:
            if slug:
                record_forecaster(slug=slug, name=slug, now=NOW)
            answer = client.get("/api/v1/forecasters/")
            seen.setdefault(answer.headers["ETag"], answer.content)
            held = client.get("/api/v1/forecasters/", headers={"if-none-match": answer.headers["ETag"]})

            assert seen[answer.headers["ETag"]] == answer.content
            assert (held.status_code, held.content) == (304, b"")
        assert len(seen) == len(set(seen.values())) == 1 + len(set(slugs))

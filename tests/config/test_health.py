"""Tests of the answers for load balancers, and of the headers on every answer."""

import pytest
from django.core.cache import cache


def test_alive_asks_nothing_else(client, django_assert_num_queries):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_means_database_and_cache(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": True, "cache": True}


@pytest.mark.django_db
def test_a_lost_cache_is_not_ready(client, monkeypatch):
    def fail(*_, **__):
        raise ConnectionError("refused")

    monkeypatch.setattr(cache, "set", fail)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "cache": False}


def test_every_answer_forbids_what_it_does_not_need(client):
    policy = client.get("/healthz")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_request_keeps_its_well_formed_id(client):
    assert client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"})["X-Request-ID"] == "abcdef-123456"


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "spaces in it", "new\tline-here"])
def test_a_malformed_id_is_replaced(client, offered):
    given = client.get("/healthz", headers={"X-Request-ID": offered})["X-Request-ID"]

    assert given != offered
    assert len(given) == 36

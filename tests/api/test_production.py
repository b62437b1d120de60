"""Pages to click through the API, and sessions that sign its requests: while developing, and never in a deployment."""

import os
import re
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from rest_framework.authentication import SessionAuthentication
from rest_framework.settings import api_settings

from forecasts.api.auth import ApiTokenAuthentication
from forecasts.api.renderers import OrjsonRenderer, PageRenderer
from forecasts.api.views.base import Endpoint
from tests.builders import make_prediction, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_there_is_neither_a_browsable_page_nor_a_session(settings):
    assert settings.DEBUG is False
    assert [OrjsonRenderer] == api_settings.DEFAULT_RENDERER_CLASSES
    assert [ApiTokenAuthentication] == api_settings.DEFAULT_AUTHENTICATION_CLASSES


def test_who_is_signed_in_to_the_admin_is_nobody_to_the_api(settings):
    settings.PUBLIC_READ = False
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(username="root"))

    read = client.get(f"/api/v1/topics/{make_topic().path}/", headers={"accept": "application/json"})
    written = client.post("/api/v1/topics/", {"path": "war"}, content_type="application/json")

    assert (read.status_code, written.status_code) == (401, 401)


def test_a_browser_gets_no_page_of_the_framework(client):
    answer = client.get("/api/v1/topics/", headers={"accept": "text/html"})

    assert answer.status_code == 406
    assert answer.headers["Content-Type"] == "application/problem+json"


PAGES = ["topics/", "predictions/?page_size=1", "accuracy/", "problems/", "webhooks/", "topics/?nothing=1"]


@pytest.fixture
def developing(monkeypatch):
    """Views as the settings of a developer make them."""
    monkeypatch.setattr(Endpoint, "renderer_classes", [OrjsonRenderer, PageRenderer])
    monkeypatch.setattr(Endpoint, "authentication_classes", [ApiTokenAuthentication, SessionAuthentication])


def signed_in() -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(get_user_model().objects.create_superuser(username="root"))
    return client


def test_a_developer_has_pages_and_sessions():
    told = subprocess.run(
        [sys.executable, "-c", "from config.settings import REST_FRAMEWORK as r; print(r)"],
        env={**os.environ, "DEBUG": "1", "ENV_FILE": os.devnull}, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    assert "forecasts.api.renderers.PageRenderer" in told
    assert "rest_framework.authentication.SessionAuthentication" in told


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_for_nothing_from_elsewhere_and_have_no_scripts_of_their_own(path, developing):
    make_prediction()
    answer = signed_in().get(f"/api/v1/{path}")

    text = answer.content.decode()
    if path != "accuracy/":  # which is kept as it was rendered
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    fetched = re.findall(r"""<(?:script|link|img)[^>]*(?:src|href)=["']([^"']+)""", text)
    assert not [address for address in fetched if not address.startswith("/static/")]
    assert not re.findall(r"<script(?![^>]*(?:src=|application/json))", text)


def test_who_is_signed_in_reads_where_reading_is_closed_and_writes_nothing(developing, settings):
    settings.PUBLIC_READ = False
    client = signed_in()

    read = client.get("/api/v1/topics/")
    written = client.post("/api/v1/topics/", {"path": "war"}, content_type="application/json")

    assert (read.status_code, written.status_code) == (200, 403)
    assert not re.findall(r"<form[^>]*POST", read.content.decode(), re.I)
    assert Client().get("/api/v1/topics/").status_code == 401


def test_programs_are_answered_in_json_all_the_same(developing):
    answer = Client().get("/api/v1/topics/")

    assert (answer.headers["Content-Type"], answer.json()["results"]) == ("application/json", [])

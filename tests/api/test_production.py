"""What a deployment leaves out: pages to click through the API, and sessions that would sign its requests."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from rest_framework.settings import api_settings

from forecasts.api.auth import ApiTokenAuthentication
from forecasts.api.renderers import OrjsonRenderer
from tests.builders import make_topic

pytestmark = pytest.mark.django_db


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

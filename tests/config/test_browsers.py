"""What browsers are kept from doing on behalf of others."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

PASSWORD = "correct horse battery staple"
LOGIN = {"username": "editor", "password": PASSWORD}

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor() -> User:
    return User.objects.create_superuser("editor", password=PASSWORD)


def test_a_form_without_its_token_is_refused(editor):
    assert Client(enforce_csrf_checks=True).post("/admin/login/", LOGIN).status_code == 403


@pytest.mark.parametrize("page", ["/", "/admin/login/", "/api/v1/predictions/", "/healthz"])
def test_no_page_can_be_framed(client, page):
    answer = client.get(page)

    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "///evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_login_leads_nowhere_else(client, editor, address):
    led = client.post("/admin/login/", LOGIN | {"next": address})

    assert led.headers["Location"] in ("/accounts/profile/", "/admin/")


def test_the_cookie_of_a_session_is_for_us_alone(client, editor):
    cookie = client.post("/admin/login/", LOGIN | {"next": "/admin/"}).cookies["session"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"

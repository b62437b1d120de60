"""Whoever works in the admin shows a second factor where one is set up, or has to set one up; guessing is slow."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from config import settings as project_settings
from config.addresses import client_address
from config.checks import check_proxies, check_two_factor

PASSWORD = "correct horse battery staple"
LOGIN, SETUP, HOME = "/admin/login/", "/admin/two-factor/", "/admin/"

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor() -> User:
    return User.objects.create_superuser("editor", password=PASSWORD)


@pytest.fixture
def device(editor) -> TOTPDevice:
    return TOTPDevice.objects.create(user=editor, name="app", confirmed=True)


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key, t0=device.t0):06}"


def log_in(client: Client, *, password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"username": "editor", "password": password, "next": HOME, **more})


def test_without_a_second_factor_the_password_opens_the_admin(client, editor):
    assert log_in(client).headers["Location"] == HOME
    assert client.get(HOME).status_code == 200


def test_with_one_the_password_alone_does_not(client, device):
    answer = log_in(client)

    assert answer.status_code == 200
    assert "This account has a second factor." in answer.content.decode()
    assert client.get(HOME).status_code == 302


def test_password_and_code_do(client, device):
    log_in(client, code=code_of(device))

    assert client.get(HOME).status_code == 200


def test_a_code_opens_once(client, device):
    code = code_of(device)
    log_in(client, code=code)

    assert log_in(Client(), code=code).status_code == 200


def test_a_code_that_is_guessed_locks_the_device_for_a_while(client, device):
    log_in(client, code="000000")
    log_in(client, code="000001")

    assert log_in(client, code=code_of(device)).status_code == 200, "the right one comes too soon"


def test_a_session_from_before_has_to_show_the_code(client, editor, device):
    client.force_login(editor)
    led = client.get(HOME)
    page = client.get(SETUP).content.decode()

    shown = client.post(SETUP, {"code": code_of(device)})

    assert led.headers["Location"] == SETUP
    assert "Type the code that your app shows." in page
    assert "Key:" not in page, "the key is shown before the device is confirmed, and never after"
    assert shown.headers["Location"] == HOME
    assert client.get(HOME).status_code == 200


def test_where_it_is_required_it_is_set_up_first(client, editor, settings):
    settings.REQUIRE_TWO_FACTOR = True
    log_in(client)
    led = client.get("/admin/forecasts/article/")
    page = client.get(SETUP).content.decode()
    device = TOTPDevice.objects.get(user=editor)

    wrong = client.post(SETUP, {"code": "000000"})
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    client.post(SETUP, {"code": code_of(device)})

    assert led.headers["Location"] == SETUP
    assert re.search(r'<img src="data:image/svg\+xml', page)
    assert "That is not the code your app shows now." in wrong.content.decode()
    assert TOTPDevice.objects.get(user=editor).confirmed
    assert client.get("/admin/forecasts/article/").status_code == 200
    assert "You log in with a password and a code" in client.get(SETUP).content.decode()


@pytest.mark.parametrize("view", ["qrcode", "config"])
def test_nobody_reads_the_key_of_another(client, device, view):
    client.force_login(User.objects.create_superuser("colleague"))

    assert client.get(f"/admin/otp_totp/totpdevice/{device.pk}/{view}/").status_code == 403


def test_a_stranger_is_led_to_the_login(client):
    assert client.get(SETUP).headers["Location"] == f"{LOGIN}?next={SETUP}"


def test_five_wrong_passwords_lock_the_account_for_the_address_alone(client, editor):
    answers = [log_in(client, password=f"guess {number}").status_code for number in range(5)]
    right = log_in(client)
    elsewhere = log_in(Client(REMOTE_ADDR="192.0.2.7"))

    assert answers == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert elsewhere.headers["Location"] == HOME


def test_a_session_gets_another_id_at_the_login_and_ends_with_the_password(client, editor):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key

    log_in(client)
    after = client.session.session_key
    editor.set_password("another long password")
    editor.save()

    assert before != after
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize(
    ("n_proxies", "told", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "", "127.0.0.1"),
    ],
)
def test_an_address_is_believed_of_our_own_proxies_alone(settings, n_proxies, told, address):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": n_proxies}
    request = RequestFactory().get("/", headers={"X-Forwarded-For": told} if told else {})

    assert client_address(request) == address


def test_a_password_alone_is_warned_of(settings):
    assert [one.id for one in check_two_factor()] == ["aftercast.W007"]
    settings.REQUIRE_TWO_FACTOR = True
    assert check_two_factor() == []


def test_a_proxy_that_is_trusted_and_not_counted_is_warned_of(settings):
    assert check_proxies() == []
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert [one.id for one in check_proxies()] == ["aftercast.W005"]


def test_passwords_are_stored_by_argon2():
    # The suite stores them by a quicker one.
    assert project_settings.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"

"""Who uses the admin in these tests."""

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture(autouse=True)
def refusals_are_not_news(caplog):
    """Every 403 that a test asks for would be logged with a long traceback."""
    caplog.set_level(logging.ERROR, logger="django.request")


@pytest.fixture
def editor(db) -> User:
    """A superuser: what even they cannot do, nobody can."""
    return User.objects.create_superuser(username="editor", password="made-up-for-tests")


@pytest.fixture
def admin(editor) -> Client:
    """The editor's browser."""
    client = Client()
    client.force_login(editor)
    return client

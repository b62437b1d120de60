"""Who uses the admin in these tests."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


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

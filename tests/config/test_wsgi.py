"""The application as the web server loads it."""

import gc
import importlib

import pytest

from config import wsgi

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def _thawed_again():
    yield
    gc.unfreeze()


def test_what_is_loaded_with_the_application_is_never_collected():
    gc.unfreeze()

    importlib.reload(wsgi)

    assert gc.get_freeze_count() > 100_000

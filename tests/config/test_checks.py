"""Tests of the checks of a deployment, and of what settings refuse."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from config.checks import check_broker, check_cache

pytestmark = pytest.mark.any_database

STRONG = "k3-Vw9zQ7pLr2Xc8Tn5Bd1Hf6Js4Gm0Ya-Ue_Io3Ps7Kd9Lq2Zx"


@pytest.mark.parametrize(
    "url", ["redis://:secret@host:6379/0", "redis+socket:///run/redis.sock", "unix:///run/redis.sock"]
)
def test_a_broker_with_a_password_or_a_socket_passes(settings, url):
    settings.CELERY_BROKER_URL = url

    assert check_broker() == []


def test_a_broker_without_a_password_is_an_error(settings):
    settings.CELERY_BROKER_URL = "redis://host:6379/0"

    assert [error.id for error in check_broker()] == ["aftercast.E001"]


def test_a_cache_of_each_process_is_a_warning(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    assert [warning.id for warning in check_cache()] == ["aftercast.W006"]


def test_without_debug_and_key_the_service_refuses_to_start(tmp_path):
    refused = manage("check", var=tmp_path)

    assert refused.returncode == 1
    assert "Set the SECRET_KEY environment variable" in refused.stderr


def test_a_deployment_passes_every_check(tmp_path):
    passed = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        var=tmp_path,
        SECRET_KEY=STRONG,
        ALLOWED_HOSTS="aftercast.example",
        REDIS_URL="redis://:secret@127.0.0.1:6379/0",
    )

    assert (passed.returncode, passed.stderr) == (0, "")


def test_messages_are_json_and_acknowledged_early():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_ACKS_LATE is False
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST is False


def manage(*arguments: str, var, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with no settings but those given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=kept | {"ENV_FILE": os.devnull, "VAR_DIR": str(var)} | variables,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

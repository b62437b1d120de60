"""The files that a deployment copies are well formed, name only settings that exist, and run only what there is."""

import configparser
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from redis import AuthenticationError, Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from config.children import spawn, stop
from config.embedded_redis import find_redis_server, free_port

pytestmark = pytest.mark.any_database

DEPLOY = Path(settings.BASE_DIR) / "config" / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted((DEPLOY / "systemd").iterdir())
ROOT_OF_UNITS = "/opt/aftercast/.venv/bin/"
# Directives of systemd.unit, .service, .exec, .kill and .timer that we use.
DIRECTIVES = {
    "Unit": {"Description", "Documentation", "After", "Wants"},
    "Service": {
        "User", "WorkingDirectory", "EnvironmentFile", "Environment", "StateDirectory", "ExecStart", "Type", "Nice", "KillMode",
        "KillSignal", "TimeoutStopSec", "Restart", "RestartSec", "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp",
        "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules", "ProtectControlGroups", "RestrictAddressFamilies",
        "RestrictSUIDSGID", "LockPersonality", "CapabilityBoundingSet", "SystemCallArchitectures", "UMask",
    },
    "Install": {"WantedBy"},
    "Timer": {"OnCalendar", "Persistent", "RandomizedDelaySec"},
}  # fmt: skip


def commands_of_compose() -> dict[str, list[str]]:
    """The command of every service that has one."""
    return {name: one["command"] for name, one in COMPOSE["services"].items() if "command" in one}


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    parsed.optionxform = str
    parsed.read_string(path.read_text())
    return parsed


def commands_of_units() -> dict[str, list[str]]:
    """What each service unit starts, as found on the PATH of the environment."""
    services = [path for path in UNITS if path.suffix == ".service"]
    return {path.stem: shlex.split(unit(path)["Service"]["ExecStart"].removeprefix(ROOT_OF_UNITS)) for path in services}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_only_directives_of_systemd(path):
    parsed = unit(path)

    assert [key for section in parsed.sections() for key in set(parsed[section]) - DIRECTIVES[section]] == []


def test_the_image_starts_what_the_compose_file_starts():
    (start,) = re.findall(r"^CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)

    assert json.loads(start) == commands_of_compose()["web"]


def test_what_the_image_is_made_of_is_there_and_secrets_are_not():
    ignored = (DEPLOY.parents[1] / ".dockerignore").read_text().split()

    assert {".env", ".git", "var"} <= set(ignored)
    assert "--require-hashes -r requirements.txt" in CONTAINERFILE
    assert re.search(r"^USER \d+$", CONTAINERFILE, re.MULTILINE), "the image must not run as root"


def test_every_management_command_that_is_run_exists():
    told = [*map(" ".join, commands_of_compose().values()), *map(" ".join, commands_of_units().values()), CONTAINERFILE]
    run = {name for text in told for name in re.findall(r"python manage\.py (\w+)", text)}

    assert run == {"migrate", "harden", "collectstatic", "backup"}
    assert run <= set(get_commands())


def test_every_variable_of_the_services_is_a_setting():
    known = set(re.findall(r"^(?:# )?([A-Z_]+)=", (DEPLOY.parents[1] / ".env.example").read_text(), re.MULTILINE))
    ours = [one for name, one in COMPOSE["services"].items() if name not in ("db", "redis")]
    given = {name for one in ours for name in one["environment"]}

    assert given - known == {"APP_PASSWORD"}


def test_services_wait_for_what_they_need_and_stop_in_time():
    services = COMPOSE["services"]

    assert services["web"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert all("healthcheck" in services[name] for name in ("db", "redis"))
    assert services["worker"]["stop_grace_period"] == f"{settings.CELERY_TASK_TIME_LIMIT + 30}s"
    assert unit(DEPLOY / "systemd" / "aftercast-worker.service")["Service"]["TimeoutStopSec"] == "330"


def test_collecting_static_files_needs_no_database(tmp_path):
    (made,) = re.findall(r"^RUN SECRET_KEY=\S+ (python manage\.py collectstatic .*)$", CONTAINERFILE, re.MULTILINE)
    ours = {
        "SECRET_KEY": "only-to-collect",
        "VAR_DIR": str(tmp_path),
        "ENV_FILE": os.devnull,
        "DATABASE_URL": "sqlite:////nowhere/x",
    }

    done = subprocess.run(
        [sys.executable, *made.split()[1:], "--dry-run"],
        cwd=settings.BASE_DIR,
        env=ours,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "static files copied" in done.stdout


def test_the_broker_is_started_with_a_password_and_drops_no_message(tmp_path):
    _, *options = [part.replace("${REDIS_PASSWORD:?}", "s3cret") for part in commands_of_compose()["redis"]]
    port = free_port()
    started = spawn(
        [find_redis_server(), *options, "--port", str(port), "--dir", str(tmp_path)], output=subprocess.DEVNULL
    )
    try:
        with Redis(port=port, password="s3cret", retry=Retry(ConstantBackoff(0.05), 100)) as broker:
            kept = broker.config_get("maxmemory*")
        with pytest.raises(AuthenticationError), Redis(port=port, retry=None) as stranger:
            stranger.ping()
    finally:
        stop(started, patience_seconds=5)

    assert kept["maxmemory-policy"] == "noeviction"
    assert kept["maxmemory"] == str(256 * 2**20)

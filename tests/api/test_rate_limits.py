"""Budgets of tokens and addresses."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from django.conf import settings
from rest_framework.settings import api_settings

from config.caches import CountingRedisCache
from config.embedded_redis import free_port, start_redis
from forecasts.api.throttling import AddressRate, network_of

from .conftest import Program, errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
LIMIT = 5


@pytest.fixture
def limited(monkeypatch):
    monkeypatch.setattr("forecasts.api.throttling.RateLimit.get_rate", lambda self: f"{LIMIT}/hour")


def test_every_answer_says_how_the_budget_stands(limited, reader):
    answers = [reader.get("topics/") for _ in range(LIMIT + 2)]

    assert [answer.status_code for answer in answers] == [200] * LIMIT + [429] * 2
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0", "0"]
    assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"5"}
    assert 0 < int(answers[0].headers["RateLimit-Reset"]) <= 3600
    assert errors_of(answers[-1]) == {}


def test_a_token_has_a_budget_of_its_own(limited, reader, program_with):
    for _ in range(LIMIT + 1):
        reader.get("topics/")

    assert program_with("read").get("topics/").headers["RateLimit-Remaining"] == "4"


def test_guessed_tokens_use_up_the_budget_of_their_address(limited):
    statuses = [Program(f"guess-{number}").get("topics/").status_code for number in range(LIMIT + 1)]

    assert statuses == [401] * LIMIT + [429]


@pytest.mark.parametrize(("n_proxies", "served"), [(0, LIMIT), (1, LIMIT)])
def test_a_forged_address_escapes_no_limit(n_proxies, served, limited, reader, monkeypatch):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", n_proxies)
    forged = (f"10.0.0.{number}, 192.0.2.7" for number in range(50))

    statuses = [reader.get("topics/", **{"x-forwarded-for": chain}).status_code for chain in forged]

    assert statuses.count(200) == served


def test_requests_at_the_same_moment_are_all_counted(limited):
    request = SimpleNamespace(auth=None, headers={}, META={"REMOTE_ADDR": "192.0.2.1"})

    with ThreadPoolExecutor(50) as pool:
        allowed = list(pool.map(lambda _: AddressRate().allow_request(request, None), range(50)))

    assert sum(allowed) == LIMIT


def test_workers_of_one_server_count_together(tmp_path):
    with serving_by_two(tmp_path / "pids") as address, ThreadPoolExecutor(10) as pool:
        for _ in range(3):  # where a window ends in between, the next one is asked
            left = list(pool.map(lambda _: left_at(address), range(20)))
            if max(left) - min(left) == len(left) - 1:
                break

    assert sorted(left) == list(range(min(left), max(left) + 1))
    assert len(set((tmp_path / "pids").read_text().split())) == 2


def left_at(address: str) -> int:
    with urlopen(f"http://{address}/api/v1/problems/", timeout=20) as answer:
        return int(answer.headers["RateLimit-Remaining"])


@contextmanager
def serving_by_two(pids):
    """Two workers, as gunicorn starts them; each request leaves the id of the process that answered it."""
    redis = start_redis()
    address = f"127.0.0.1:{free_port()}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "ENV_FILE": os.devnull, "VAR_DIR": str(pids.parent), "TLS": "0",
        "SECRET_KEY": "for-tests-only", "REDIS_URL": redis.url, "STATIC_FROM_SOURCE": "1", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", address, "--workers", "2", "--preload",
               "--log-level", "error", "--access-logfile", str(pids), "--access-logformat", "%(p)s"]  # fmt: skip
    server = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        until = time.monotonic() + 120
        while not pids.exists() or not pids.read_text():
            assert time.monotonic() < until
            assert server.poll() is None
            with suppress(OSError):
                left_at(address)
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()
        redis.stop()


def test_a_cache_that_is_away_limits_nobody(limited, reader, monkeypatch):
    class Away:
        def count(self, *_, **__):
            raise ConnectionError("nobody there")

    monkeypatch.setattr("forecasts.api.throttling.RateLimit.cache", Away())

    assert {reader.get("topics/").status_code for _ in range(LIMIT + 1)} == {200}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "20010db800010002"),
        ("2001:db8:1:2:bbbb::9", "20010db800010002"),
        ("", ""),
        (None, ""),
        ("made up\r\n", "madeup"),
    ],
)
def test_a_host_cannot_choose_another_budget(address, network):
    assert network_of(address) == network


def test_a_cache_that_is_no_cache_is_a_fault_that_is_seen(limited, reader, monkeypatch):
    class Wrong:
        def count(self, *_, **__):
            raise TypeError("not so")

    monkeypatch.setattr("forecasts.api.throttling.RateLimit.cache", Wrong())

    with pytest.raises(TypeError, match="not so"):
        reader.get("topics/")


def test_files_have_a_budget_beside_that_of_requests(program_with, monkeypatch):
    monkeypatch.setattr("forecasts.api.throttling.UploadRate.get_rate", lambda self: "2/hour")
    program = program_with("event:write")

    answers = [program.post("imports/events/?source=wire", {}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [415, 415, 429]
    assert [answer.headers["RateLimit-Limit"] for answer in answers] == ["2"] * 3
    assert int(program.get("topics/").headers["RateLimit-Limit"]) > 2


@pytest.mark.parametrize("path", ["schema/", "docs/"])
def test_the_pages_about_the_api_are_counted_too(path, limited, reader):
    assert reader.get(path).headers["RateLimit-Remaining"] == str(LIMIT - 1)


def test_a_frozen_redis_holds_up_no_answer(limited, reader, monkeypatch):
    redis = start_redis()
    frozen = CountingRedisCache(redis.url, {"OPTIONS": settings.CACHES["default"]["OPTIONS"]})
    monkeypatch.setattr("forecasts.api.throttling.RateLimit.cache", frozen)
    try:
        assert reader.get("topics/").headers["RateLimit-Remaining"] == str(LIMIT - 1)
        redis.process.send_signal(signal.SIGSTOP)
        started = time.monotonic()

        answer = reader.get("topics/")

        assert answer.status_code == 200
        assert frozen.get("anything") is None
        frozen.set("anything", 1)
        assert time.monotonic() - started < 20
    finally:
        redis.process.send_signal(signal.SIGCONT)
        redis.stop()

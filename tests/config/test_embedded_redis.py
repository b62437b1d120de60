"""Tests of the private Redis."""

import stat

import pytest
import redis

from config import embedded_redis
from config.embedded_redis import RedisUnavailable, find_redis_server, start_redis

pytestmark = pytest.mark.any_database


@pytest.fixture
def server():
    started = start_redis()
    yield started
    started.stop()


def test_it_is_a_real_redis_that_answers(server):
    with redis.Redis.from_url(server.url) as client:
        client.set("key", "value")

        assert client.get("key") == b"value"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("save") == {"save": ""}


def test_it_refuses_whoever_has_no_password(server):
    with (
        redis.Redis(port=_port(server), retry=None) as client,
        pytest.raises(redis.AuthenticationError, match="authenticated"),
    ):
        client.ping()


def test_only_its_owner_reads_the_password(server):
    mode = stat.S_IMODE((server.folder / "redis.conf").stat().st_mode)

    assert mode == 0o600
    assert _password(server) not in " ".join(map(str, server.process.args))


def test_stopping_leaves_neither_process_nor_folder():
    server = start_redis()

    server.stop()

    assert server.process.poll() is not None
    assert not server.folder.exists()
    with redis.Redis.from_url(server.url) as client, pytest.raises(redis.ConnectionError, match="refused"):
        client.ping()


def test_a_server_on_the_path_comes_first(monkeypatch, tmp_path):
    installed = tmp_path / "valkey-server"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_redis_server() == installed


def test_without_any_server_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(embedded_redis, "find_spec", lambda name: None)

    with pytest.raises(RedisUnavailable, match="Install redis-server or valkey-server .*or set REDIS_URL"):
        find_redis_server()


def _port(server) -> int:
    return int(server.url.rsplit(":", 1)[1].partition("/")[0])


def _password(server) -> str:
    return server.url.removeprefix("redis://:").partition("@")[0]

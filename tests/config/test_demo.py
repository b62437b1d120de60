"""Tests of the demo as people run it: real processes, real signals."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from config.demo.supervisor import ChildEnded, Supervisor
from config.demo.surroundings import CannotStart, choose_port, only_one, remove_database
from config.embedded_redis import free_port
from tests import migrated

SECONDS = 240
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Celery's prefork pool does not run on Windows"),
    pytest.mark.any_database,
]


def test_a_taken_port_gives_way_to_the_next():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert choose_port(preferred=port) > port


def test_when_all_ports_are_taken_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr("config.demo.surroundings._is_free", lambda port: False)

    with pytest.raises(CannotStart, match="Ports 8000 to 8019 are all taken: name a free one"):
        choose_port(preferred=8000)


def test_a_second_demo_on_the_same_folder_is_refused(tmp_path):
    with (
        only_one(folder=tmp_path),
        pytest.raises(CannotStart, match="A demo already runs on"),
        only_one(folder=tmp_path),
    ):
        pass

    with only_one(folder=tmp_path):
        pass


def test_starting_afresh_removes_the_database_and_nothing_else(tmp_path):
    for name in ("demo.sqlite3", "demo.sqlite3-wal", "aftercast.sqlite3"):
        (tmp_path / name).touch()

    remove_database(folder=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["aftercast.sqlite3"]


def test_a_program_that_ends_is_named_and_the_others_stop(capfd):
    supervisor = Supervisor(environment=os.environ)
    supervisor.start("web", command=["sleep", "60"])
    supervisor.start("beat", command=["sh", "-c", "echo going; exit 3"])
    supervisor.processes["beat"].wait()

    with pytest.raises(ChildEnded, match="The beat process ended with status 3"):
        supervisor.check()
    supervisor.stop()

    assert supervisor.processes["web"].poll() == -signal.SIGTERM
    assert "beat   | going" in capfd.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_worker_resolves_and_one_signal_ends_everything(tmp_path):
    port = free_port()
    said = tmp_path / "output"
    (tmp_path / "var").mkdir()
    migrated.bring(tmp_path / "var" / "demo.sqlite3")
    demo = start_demo(tmp_path, port=port, output=said)
    try:
        wait_until_it_says("resolved 23 of 26 predictions", said=said, process=demo)
        children = children_of(demo.pid)
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30).read()
    finally:
        demo.send_signal(signal.SIGINT)
        status = demo.wait(timeout=60)

    assert page == b"ok\n"
    assert status == 0
    assert len(children) == len(["redis", "web", "worker", "beat"])
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def start_demo(folder: Path, *, port: int, output: Path) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with output.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            cwd=settings.BASE_DIR,
            env=kept | {"VAR_DIR": str(folder / "var"), "PORT": str(port)},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_it_says(words: str, *, said: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while words not in said.read_text():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.2)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

"""A broker that is away costs whoever records something next to nothing."""

import socket
import threading

import pytest
from kombu.exceptions import OperationalError

from config.celery import app

pytestmark = pytest.mark.any_database


@pytest.fixture
def hung_up():
    """The port of a server that ends every call at once, and how many there were."""
    calls: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    called, _ = server.accept()
                except OSError:
                    return
                calls.append(1)
                called.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], calls
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def test_a_message_is_given_up_after_one_more_attempt_and_no_wait(hung_up, monkeypatch):
    port, calls = hung_up
    waits: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", waits.append)

    with app.connection_for_write(f"redis://127.0.0.1:{port}/0") as connection, pytest.raises(OperationalError):
        connection.default_channel  # noqa: B018 asking for it connects

    assert 1 <= len(calls) <= 4
    assert sum(waits) < 1

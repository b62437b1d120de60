"""Servers on the loopback that receive what is sent to others, as bytes on a socket."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A server that keeps every request and answers with what its script says; the last line repeats."""

    port: int = 0
    n_connections: int = 0
    requests: list[Received] = field(default_factory=list)
    script: list[bytes | Callable[[socket.socket], None]] = field(default_factory=lambda: [OK])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        """Stands in for the Internet: whichever address is asked for, it is here."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, suppress(OSError):
            if received := _read(connection):
                self.requests.append(received)
                step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                step(connection) if callable(step) else connection.sendall(step)


def _read(connection: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Received(line, headers, body)


@contextmanager
def receiving(*script: bytes | Callable[[socket.socket], None]) -> Iterator[Receiver]:
    """A receiver that is up while the block runs."""
    receiver = Receiver(script=list(script) or [OK])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver.port = listening.getsockname()[1]
        threading.Thread(target=_serve, args=(listening, receiver), daemon=True).start()
        yield receiver
        # Closing alone does not wake a thread that waits for a connection.
        listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, receiver: Receiver) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        receiver.n_connections += 1
        threading.Thread(target=receiver.answer, args=(connection,), daemon=True).start()


def status(code: int, body: bytes = b"") -> bytes:
    """An answer with a status."""
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (code, len(body), body)

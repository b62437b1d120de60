"""Sending a body to an address that somebody else chose: nothing inside can be reached, and no answer ends late."""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import SplitResult, urlsplit

from forecasts.feeds.addresses import is_web_address
from forecasts.feeds.reachable import PORTS, Blocked, Reach

PIECE = 65_536


class NoAnswer(Exception):
    """The other side could not be reached, or did not answer as HTTP does, in time and in bounds."""


@dataclass(frozen=True)
class Limits:
    """Seconds for all of it after the lookup of the name, seconds for each wait, and bytes of the answer."""

    total: float = 10.0
    wait: float = 5.0
    size: int = 65_536


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Target:
    """The parts of a web address that a request needs; `host` is as the name system knows it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str, *, reach: Reach) -> Target:
    """
    Take a web address apart.

    Raises:
        Blocked: It is no web address, holds a login, or names a port that is not allowed.
    """
    if not is_web_address(url) or not url.isprintable():
        raise Blocked(f"“{url[:80]}” is no web address: begin with http:// or https://.")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise Blocked("A web address with a login in it is not allowed: leave out what stands before the @.")
    host, port = _host_and_port(parts)
    reach.check_port(parts.scheme, host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Blocked("The path of the address has letters outside ASCII: write them with %.")
    return Target(parts.scheme, host, port, path)


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    try:
        host = str(parts.hostname)
        port = PORTS[parts.scheme] if parts.port is None else parts.port
        return (host if ":" in host else host.encode("idna").decode()), port
    except ValueError:
        raise Blocked(f"“{parts.netloc[:80]}” names no host and port.") from None


def post(url: str, *, body: bytes, headers: Mapping[str, str], reach: Reach, limits: Limits = Limits()) -> Answer:
    """
    Send a body to a web address and return the answer, whatever its status; a redirect is not followed.

    The name is looked up once, every address it has must be allowed, and the connection goes to one of those.

    Raises:
        Blocked: The address may not be reached. Nothing was sent.
        NoAnswer: Nobody answered in time, with a valid certificate, and within the size.
    """
    target = read_target(url, reach=reach)
    try:
        addresses = reach.addresses(target.host, target.port)
        deadline = time.monotonic() + limits.total
        opened = _connect(target, addresses, reach=reach, limits=limits, deadline=deadline)
        with opened:
            return _exchange(_Bounded(opened, limits=limits, deadline=deadline), target, body=body, headers=headers)
    except (OSError, HTTPException, UnicodeError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}"[:300]) from None


def _connect(
    target: Target, addresses: tuple[str, ...], *, reach: Reach, limits: Limits, deadline: float
) -> socket.socket:
    failure: OSError = OSError(f"{target.host} has no address")
    for address in addresses:
        try:
            opened = reach.connect(address, target.port, _left(deadline, limits=limits))
        except OSError as error:
            failure = error
            continue
        if target.scheme == "http":
            return opened
        opened.settimeout(_left(deadline, limits=limits))
        return ssl.create_default_context().wrap_socket(opened, server_hostname=target.host)
    raise failure


def _exchange(opened: "_Bounded", target: Target, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = HTTPConnection(target.host, target.port)
    # It would connect by itself, and past the check, only where there is no connection yet.
    connection.sock = opened
    sent = {**headers, "Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"}
    connection.request("POST", target.path, body, sent)
    answer = connection.getresponse()
    return Answer(answer.status, _content(answer))


def _content(answer: HTTPResponse) -> bytes:
    """The body, piece by piece: what its headers say of its length is no reason to make room for it."""
    pieces = list(iter(lambda: answer.read(PIECE), b""))
    if answer.length:
        raise IncompleteRead(b"".join(pieces), answer.length)
    return b"".join(pieces)


def _left(deadline: float, *, limits: Limits) -> float:
    left = min(deadline - time.monotonic(), limits.wait)
    if left <= 0:
        raise TimeoutError(f"no answer within {limits.total:g} seconds")
    return left


class _Bounded(io.RawIOBase):
    """A connection that ends at its deadline, and with the first byte that is too many."""

    def __init__(self, opened: socket.socket, *, limits: Limits, deadline: float) -> None:
        self._opened, self._limits, self._deadline = opened, limits, deadline
        self._n_read = 0

    def sendall(self, data: Any) -> None:
        self._opened.settimeout(_left(self._deadline, limits=self._limits))
        self._opened.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Left to whoever opened it: the answer is still to be read when its headers say that nothing follows."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._opened.settimeout(_left(self._deadline, limits=self._limits))
        n_read = self._opened.recv_into(buffer)
        self._n_read += n_read
        if self._n_read > self._limits.size:
            raise OSError(f"the answer has more than {self._limits.size:,} bytes")
        return n_read

"""Sending to addresses that somebody else chose: what may be reached, and what cannot hold the sender up."""

import socket
import ssl
import time

import pytest

from forecasts.feeds.outbound import Limits, NoAnswer, post, read_target
from forecasts.feeds.reachable import Blocked, Reach, is_public
from tests.receivers import Receiver, receiving, status

PUBLIC, INNER = "93.184.215.14", "127.0.0.1"
QUICK = Limits(total=0.8, wait=0.4, size=4096)
# Every one leads inside, or is no address of the web at all. The system itself reads the odd spellings of 127.0.0.1.
ZOO = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fd00::1]/",
    "http://[fe80::1%25lo]/",
    "http://[3fff::1]/",
    "http://10.0.0.5/",
    "http://172.16.3.4/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://user:secret@93.184.215.14/",
    "http://93.184.215.14@127.0.0.1/",
    "http://93.184.215.14:6379/",
    "http://93.184.215.14:0/",
    "http://127.0.0.1\\@93.184.215.14/",
    "http://93.184.215.14\r\nHost: inner/",
    "ftp://93.184.215.14/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "//127.0.0.1/",
    "http:///nothing",
    "http://[::1",
    "http://93.184.215.14:99999/",
]


def send(url: str, receiver: Receiver, *, addresses=(PUBLIC,), allowed=frozenset(), limits=QUICK):
    reach = Reach(allowed=frozenset(allowed), look_up=lambda host, port: addresses, connect=receiver.connect)
    return post(url, body=b"{}", headers={"X-Told": "yes"}, reach=reach, limits=limits)


@pytest.mark.parametrize("url", ZOO)
def test_what_leads_inside_is_never_connected_to(url):
    with receiving() as receiver, pytest.raises((Blocked, NoAnswer)):
        post(url, body=b"{}", headers={}, reach=Reach(connect=receiver.connect), limits=QUICK)

    assert receiver.n_connections == 0


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("8.8.8.8", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("100.63.255.255", True),
        ("172.31.255.255", False),
        ("100.127.255.255", False),
        ("198.19.0.1", False),
        ("203.0.113.7", False),
        ("240.0.0.1", False),
        ("2001:1ff:ffff::1", False),
        ("2001:200::1", True),
        ("2001:db8::1", False),
        ("::ffff:10.0.0.1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("4000::1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_public_addresses_are_told_from_all_others(address, expected):
    assert is_public(address) is expected


def test_a_body_arrives_with_its_headers_and_the_name_it_was_sent_to():
    with receiving(status(202, b"taken")) as receiver:
        answer = send("http://hooks.example/in?a=1#part", receiver)

    (request,) = receiver.requests
    assert (answer.status, answer.body) == (202, b"taken")
    assert (request.line, request.body) == ("POST /in?a=1 HTTP/1.1", b"{}")
    assert request.headers["host"] == "hooks.example"
    assert request.headers["x-told"] == "yes"
    assert request.headers["accept-encoding"] == "identity"


def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to():
    asked, connected = [], []

    def look_up(host, port):
        asked.append(host)
        return (PUBLIC,) if len(asked) == 1 else (INNER,)

    with receiving() as receiver:

        def connect(address, port, timeout):
            connected.append((address, port))
            return receiver.connect(address, port, timeout)

        reach = Reach(look_up=look_up, connect=connect)
        post("http://rebinding.example/", body=b"", headers={}, reach=reach)

    assert asked == ["rebinding.example"]
    assert connected == [(PUBLIC, 80)]


@pytest.mark.parametrize("addresses", [(PUBLIC, INNER), (INNER, PUBLIC), (PUBLIC, "::1"), (PUBLIC, "nonsense")])
def test_one_inner_address_among_public_ones_is_one_too_many(addresses):
    with receiving() as receiver, pytest.raises(Blocked, match="“mixed.example” leads to an address that is not"):
        send("http://mixed.example/", receiver, addresses=addresses)

    assert receiver.n_connections == 0


def test_the_next_address_is_tried_where_one_does_not_answer():
    with receiving() as receiver:

        def connect(address, port, timeout):
            if address == PUBLIC:
                raise ConnectionRefusedError("nobody there")
            return receiver.connect(address, port, timeout)

        reach = Reach(look_up=lambda host, port: (PUBLIC, "8.8.8.8"), connect=connect)
        answer = post("http://two.example/", body=b"", headers={}, reach=reach)

    assert answer.status == 204


@pytest.mark.parametrize(
    ("allowed", "url", "is_allowed"),
    [
        ("inner.lan", "http://inner.lan/", True),
        ("inner.lan", "http://inner.lan:443/", True),
        ("inner.lan", "http://inner.lan:8080/", False),
        ("inner.lan:8080", "http://inner.lan:8080/", True),
        ("inner.lan:8080", "http://inner.lan/", False),
        ("inner.lan", "http://other.lan/", False),
        ("inner.lan", "http://inner.lan.other.lan/", False),
    ],
)
def test_inner_hosts_are_reached_only_where_they_are_named(allowed, url, is_allowed):
    with receiving() as receiver:
        if is_allowed:
            assert send(url, receiver, addresses=(INNER,), allowed={allowed}).status == 204
        else:
            with pytest.raises(Blocked):
                send(url, receiver, addresses=(INNER,), allowed={allowed})

    assert receiver.n_connections == is_allowed


def test_a_redirect_is_an_answer_and_is_not_followed():
    with receiving(b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n") as receiver:
        answer = send("http://hooks.example/", receiver)

    assert answer.status == 307
    assert receiver.n_connections == 1


def drip(data: bytes):
    def answer(connection: socket.socket) -> None:
        for letter in data:
            connection.sendall(bytes([letter]))
            time.sleep(0.1)

    return answer


def endless(head: bytes):
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x" * 1000)

    return answer


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200), "TimeoutError"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200), "TimeoutError"),
        (lambda connection: time.sleep(3), "TimeoutError"),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n"), "more than 4,096 bytes"),
        (endless(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "more than 4,096 bytes"),
        (endless(b"HTTP/1.1 200 OK\r\nX: "), "more than 4,096 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "IncompleteRead|invalid literal"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 500, "more than 4,096 bytes"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "BadStatusLine"),
        (b"HTTP/1.1 abc\r\n\r\n", "BadStatusLine"),
        (lambda connection: None, "RemoteDisconnected"),
    ],
)
def test_no_answer_holds_the_sender_up_or_fills_its_memory(script, message):
    began = time.monotonic()

    with receiving(script) as receiver, pytest.raises(NoAnswer, match=message):
        send("http://hooks.example/", receiver)

    assert time.monotonic() - began < 10


def test_a_name_that_is_none_is_no_answer():
    def look_up(host, port):
        raise socket.gaierror("Name or service not known")

    with pytest.raises(NoAnswer, match="gaierror: Name or service not known"):
        post("http://nowhere.example/", body=b"", headers={}, reach=Reach(look_up=look_up))


def test_https_asks_for_the_name_and_refuses_a_certificate_of_nobody(monkeypatch):
    names = []
    context = ssl.create_default_context()

    def wrapped(self, opened, server_hostname):
        names.append((server_hostname, self.verify_mode, self.check_hostname))
        opened.close()
        raise ssl.SSLCertVerificationError("self-signed certificate")

    monkeypatch.setattr(type(context), "wrap_socket", wrapped)
    with receiving() as receiver, pytest.raises(NoAnswer, match="self-signed certificate"):
        send("https://hooks.example/", receiver)

    assert names == [("hooks.example", ssl.CERT_REQUIRED, True)]


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://hooks.example", "hooks.example"),
        ("https://hooks.example:443/", "hooks.example"),
        ("https://hooks.example:80/", "hooks.example:80"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
        ("http://[2606:2800::1]/", "[2606:2800::1]"),
    ],
)
def test_the_host_header_is_the_name_in_the_form_of_the_name_system(url, authority):
    assert read_target(url, reach=Reach()).authority == authority


def test_a_path_outside_ascii_is_refused_with_the_way_out():
    with pytest.raises(Blocked, match="write them with %"):
        read_target("http://hooks.example/ü", reach=Reach())

"""Which addresses of the network may be connected to: the public ones, and what the operator names."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# https://www.iana.org/assignments/iana-ipv4-special-registry/, and multicast.
SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
# Of the global ones: protocol assignments with Teredo, documentation, and 6to4, which holds an IPv4 address.
SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
PORTS = {"http": 80, "https": 443}


class Blocked(Exception):
    """The address may not be connected to; nothing was sent to it."""


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public Internet; an IPv4 address inside an IPv6 one is looked at."""
    try:
        found: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in SPECIAL_IPV4)
    return found in GLOBAL_IPV6 and not any(found in network for network in SPECIAL_IPV6)


def look_up(host: str, port: int) -> tuple[str, ...]:
    """
    Return the IP addresses of a host, each once.

    Raises:
        OSError: There is no such host, or it cannot be asked for.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(address: str, port: int, timeout: float) -> socket.socket:
    """Open a connection to an IP address."""
    return socket.create_connection((address, port), timeout)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """
    What may be connected to, and how.

    Args:
        allowed: Hosts that may lie in inner networks, as `host` for the usual ports or `host:port` for that one.
        look_up: Asks for the addresses of a host.
        connect: Opens a connection to an address that was found allowed.
    """

    allowed: frozenset[str] = frozenset()
    look_up: Callable[[str, int], Iterable[str]] = look_up
    connect: Callable[[str, int, float], socket.socket] = connect

    def check_port(self, scheme: str, host: str, port: int) -> None:
        """
        Raises:
            Blocked: The port is neither the usual one of a web address nor named with the host.
        """
        if port not in PORTS.values() and f"{host}:{port}" not in self.allowed:
            raise Blocked(f"Port {port} is not allowed: use the usual port of {scheme}, or have the operator name it.")

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """
        The addresses of a host, looked up this once.

        Raises:
            Blocked: One of them is not public, and the host is not named as allowed.
            OSError: There is no such host.
        """
        found = tuple(self.look_up(host, port))
        is_named = f"{host}:{port}" in self.allowed or (host in self.allowed and port in PORTS.values())
        if not is_named and not all(is_public(address) for address in found):
            raise Blocked(f"“{host}” leads to an address that is not on the public Internet.")
        return found

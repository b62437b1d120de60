"""Rate limits: so many requests per token, or per address where none is shown, told in the headers of every answer."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

import structlog
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = structlog.get_logger(__name__)

NETWORK_OF_ONE_HOST = 64


@dataclass(frozen=True)
class Standing:
    """How much of a budget is used up."""

    limit: int
    used: int
    reset_in: int

    @property
    def left(self) -> int:
        """How many more requests it allows."""
        return max(self.limit - self.used, 0)

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-*`; the reset is in seconds."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.reset_in),
        }


class RateLimit(SimpleRateThrottle):
    """
    A budget for each window of time, counted by the cache in one step: requests at the same moment are all counted.

    A cache that cannot be reached limits nobody.
    """

    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        limit, duration = self.num_requests, self.duration
        window, past = divmod(int(self.timer()), duration)
        self.standing = Standing(limit=limit, used=self._count(f"{key}:{window}"), reset_in=duration - past)
        told: Standing | None = getattr(request, "rate_limit", None)
        if told is None or self.standing.left < told.left:
            request.rate_limit = self.standing  # type: ignore[attr-defined]
        return self.standing.used <= limit

    def wait(self) -> float:
        return self.standing.reset_in

    def _count(self, key: str) -> int:
        try:
            # Kept for two windows: one that ends while it is counted never counts from nothing.
            return self.cache.count(key, seconds=2 * self.duration)  # type: ignore[attr-defined]
        except (RedisError, OSError):
            # A limit is no reason to refuse everybody.
            logger.exception("rate_not_counted")
            return 1


class TokenRate(RateLimit):
    """The budget of a token."""

    scope = "user"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        token: Any = request.auth
        return f"rate:token:{token.pk}" if token is not None else None


class AddressRate(RateLimit):
    """The budget of an address from which no valid token is shown."""

    scope = "anon"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"rate:address:{network_of(self.get_ident(request))}" if request.auth is None else None


class UploadRate(RateLimit):
    """The budget of files, beside that of requests: of a token, or of the address where none is shown."""

    scope = "upload"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if request.method in SAFE_METHODS or not getattr(view, "takes_files", False):
            return None
        token: Any = request.auth
        who = f"token:{token.pk}" if token is not None else f"address:{network_of(self.get_ident(request))}"
        return f"rate:upload:{who}"


def tell_budget(request: Request, answer: Any) -> None:
    """Say in the headers of an answer how the budget stands that is used up first."""
    if standing := getattr(request, "rate_limit", None):
        for name, value in standing.headers.items():
            answer.headers[name] = value


def network_of(address: str) -> str:
    """The addresses that one host can choose from: an IPv4 address alone, the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # Such as a Unix socket without an address, or what a proxy made up.
        return "".join(letter for letter in address[:45] if letter.isalnum())
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{int(parsed) >> (128 - NETWORK_OF_ONE_HOST):x}"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)

"""Rate limits: so many requests per token, or per address where none is shown, told in the headers of every answer."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any

import structlog
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from forecasts.models import ApiToken

logger = structlog.get_logger(__name__)

NETWORK_OF_ONE_HOST = 64
HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


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
    def is_exceeded(self) -> bool:
        """Whether this request was one too many."""
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit-*`; the reset is in seconds."""
        return dict(zip(HEADERS, (str(self.limit), str(self.left), str(self.reset_in)), strict=True))


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
        self.standing = self.count(key)
        told: Standing | None = getattr(request, "rate_limit", None)
        if told is None or self.standing.left < told.left:
            request.rate_limit = self.standing  # type: ignore[attr-defined]  # Handed on within a request.
        return not self.standing.is_exceeded

    def count(self, key: str) -> Standing:
        """Count one more request of whom the key names, and return how the budget stands with it."""
        window, past = divmod(int(self.timer()), self.duration)
        used = self._count(f"{key}:{window}")
        return Standing(limit=self.num_requests, used=used, reset_in=self.duration - past)

    def wait(self) -> float:
        return self.standing.reset_in

    def _count(self, key: str) -> int:
        try:
            # Kept for two windows: one that ends while it is counted never counts from nothing.
            return self.cache.count(key, seconds=2 * self.duration)  # type: ignore[attr-defined]  # Our caches count.
        except (RedisError, OSError):
            # A limit is no reason to refuse everybody.
            logger.exception("rate_not_counted")
            return 1


class TokenRate(RateLimit):
    """The budget of a token."""

    scope = "user"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        token: Any = request.auth
        return self.key_of(token) if token is not None else None

    @staticmethod
    def key_of(token: ApiToken) -> str:
        """What the requests with a token are counted under."""
        return f"rate:token:{token.pk}"


class AddressRate(RateLimit):
    """The budget of an address from which no valid token is shown."""

    scope = "anon"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return self.key_of(request) if request.auth is None else None

    def key_of(self, request: Request | HttpRequest) -> str:
        """What the requests from an address are counted under."""
        return f"rate:address:{network_of(self.get_ident(request))}"  # type: ignore[arg-type]  # It reads headers, which both kinds have.


class UploadRate(RateLimit):
    """The budget of files, beside that of requests: of a token, or of the address where none is shown."""

    scope = "upload"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if request.method in SAFE_METHODS or not getattr(view, "takes_files", False):
            return None
        token: Any = request.auth
        who = f"token:{token.pk}" if token is not None else f"address:{network_of(self.get_ident(request))}"
        return f"rate:upload:{who}"


def standing_of(request: HttpRequest, *, token: ApiToken | None) -> Standing:
    """Count a request that no view sees, and return how the budget stands with it that it is counted in."""
    if token is not None:
        return TokenRate().count(TokenRate.key_of(token))
    address = AddressRate()
    return address.count(address.key_of(request))


def tell_budget(request: Request, answer: Any) -> None:
    """Say in the headers of an answer how the budget stands that is used up first."""
    if standing := getattr(request, "rate_limit", None):
        for name, value in standing.headers.items():
            answer.headers[name] = value


def network_of(address: str | None) -> str:
    """The addresses that one host can choose from: an IPv4 address alone, the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        # Such as a Unix socket without an address, or what a proxy made up.
        return "".join(letter for letter in (address or "")[:45] if letter.isalnum())
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{int(parsed) >> (128 - NETWORK_OF_ONE_HOST):x}"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)

"""Finding the token that a program shows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.models import ApiToken

KEPT, LARGEST = timedelta(seconds=10), 1000


@dataclass(frozen=True)
class _Held:
    token: ApiToken
    read_at: datetime


# What this process read a moment ago, by digest. Only tokens that exist are held, so guesses fill nothing.
_held: dict[str, _Held] = {}


def token_digest(text: str) -> str:
    """SHA-256 of a token's text, as stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_by_text(*, text: str) -> ApiToken | None:
    """The token with this text, valid or not; None where there is none."""
    tokens = ApiToken.objects.select_related("account", "forecaster", "source")
    return tokens.filter(digest=token_digest(text)).first()


def recent_token(*, text: str, now: datetime) -> ApiToken | None:
    """
    The token with this text as it was at most ten seconds ago; None where there is none.

    For reading: a program asks many times a minute, and its token hardly ever changes. What is revoked elsewhere reads here
    for those seconds still; what this process revokes does not.
    """
    digest = token_digest(text)
    held = _held.get(digest)
    if held is not None and timedelta(0) <= now - held.read_at < KEPT:
        return held.token
    token = token_by_text(text=text)
    if token is not None:
        if len(_held) >= LARGEST:
            _held.clear()
        _held[digest] = _Held(token, now)
    return token


def forget_token(*, digest: str) -> None:
    """Read a token afresh the next time it is shown to this process."""
    _held.pop(digest, None)

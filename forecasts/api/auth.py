"""Who asks: a program that shows a token."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from forecasts.models import ApiToken
from forecasts.selectors.tokens import recent_token, token_by_text
from forecasts.services.tokens import note_use

LONGEST = 200


class ApiTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`. Only the digest of a token is compared; the token is never logged."""

    def authenticate(self, request: Request | HttpRequest) -> tuple[object, ApiToken] | None:
        words = get_authorization_header(request).split()  # type: ignore[arg-type]  # It reads headers, which both kinds have.
        if not words:
            return None
        if words[0].lower() != b"bearer" or len(words) != 2:
            raise AuthenticationFailed("Send “Authorization: Bearer TOKEN”.")
        now = timezone.now()
        token = _valid(words[1], now=now, writes=request.method not in SAFE_METHODS)
        note_use(token=token, now=now)
        return token.account, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _valid(word: bytes, *, now: datetime, writes: bool) -> ApiToken:
    token = _known(word.decode("ascii", "replace"), now=now, writes=writes) if len(word) <= LONGEST else None
    if token is None:
        raise AuthenticationFailed("There is no such token.")
    if token.revoked_at is not None:
        raise AuthenticationFailed(f"The token {token.prefix}… was revoked on {token.revoked_at:%Y-%m-%d}.")
    if token.expires_at is not None and token.expires_at <= now:
        raise AuthenticationFailed(f"The token {token.prefix}… expired on {token.expires_at:%Y-%m-%d}.")
    if not token.account.is_active:
        raise AuthenticationFailed(f"The account behind the token {token.prefix}… is switched off.")
    return token


def _known(text: str, *, now: datetime, writes: bool) -> ApiToken | None:
    # What writes is read afresh: a token that somebody revoked elsewhere a moment ago must leave nothing behind.
    return token_by_text(text=text) if writes else recent_token(text=text, now=now)

"""Finding the token that a program shows."""

import hashlib

from forecasts.models import ApiToken


def token_digest(text: str) -> str:
    """SHA-256 of a token's text, as stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def token_by_text(*, text: str) -> ApiToken | None:
    """The token with this text, valid or not; None where there is none."""
    tokens = ApiToken.objects.select_related("account", "forecaster", "source")
    return tokens.filter(digest=token_digest(text)).first()

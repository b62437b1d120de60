"""Issuing and revoking the tokens of programs."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from forecasts.models import ApiToken, Forecaster, Source
from forecasts.selectors.tokens import forget_token, token_digest

from .refusal import Problems

N_BYTES, PREFIX = 32, 8
USE_INTERVAL = timedelta(minutes=1)


def issue_token(
    *,
    name: str,
    account: Any,
    scopes: Sequence[str],
    now: datetime,
    forecaster: Forecaster | None = None,
    source: Source | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """
    Issue a token for a program.

    Args:
        scopes: What it may do, of `ApiToken.Scope`.
        forecaster: Whom it forecasts as; needed for forecast:write.
        source: Which source it records for; needed for event:write.
    Returns:
        The token and its text, which is stored nowhere and cannot be shown again.
    Raises:
        Refused: The name is missing, a scope is unknown or lacks what it is bound to, or it has expired already.
    """
    problems = Problems()
    if not name.strip():
        problems.add("name", "A token needs a name that says what it is for.")
    _check_scopes(scopes, forecaster=forecaster, source=source, problems=problems)
    if expires_at is not None and expires_at <= now:
        problems.add("expires_at", f"{expires_at:%Y-%m-%d %H:%M} UTC is over: choose a time to come.")
    problems.raise_if_any()
    text = secrets.token_urlsafe(N_BYTES)
    token = ApiToken.objects.create(
        name=name.strip(),
        prefix=text[:PREFIX],
        digest=token_digest(text),
        account=account,
        scopes=list(dict.fromkeys(scopes)),
        forecaster=forecaster,
        source=source,
        recorded_at=now,
        expires_at=expires_at,
    )
    return token, text


def _check_scopes(
    scopes: Sequence[str], *, forecaster: Forecaster | None, source: Source | None, problems: Problems
) -> None:
    known = ", ".join(ApiToken.Scope.values)
    if not scopes:
        problems.add("scopes", f"Choose at least one of {known}.")
    for scope in scopes:
        if scope not in ApiToken.Scope.values:
            problems.add("scopes", f"“{scope}” is no scope. Choose of {known}.")
    if ApiToken.Scope.FORECAST_WRITE in scopes and forecaster is None:
        problems.add("forecaster", "A token that forecasts needs the forecaster it forecasts as.")
    if ApiToken.Scope.EVENT_WRITE in scopes and source is None:
        problems.add("source", "A token that records events needs the source it records for.")


def revoke_token(*, token: ApiToken, now: datetime) -> bool:
    """
    Make a token worthless from now on; False where it was so already.

    It writes nothing from then on, wherever it is shown. It reads nothing in this process, and nothing in others within ten
    seconds.
    """
    is_new = bool(ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now))
    forget_token(digest=token.digest)
    # Whoever read it between the two read it as it was before.
    transaction.on_commit(lambda: forget_token(digest=token.digest))
    return is_new


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Note that a token was used, at most once a minute: a busy program must not cost a write a request."""
    if token.last_used_at is not None and token.last_used_at > now - USE_INTERVAL:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_INTERVAL)
    ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    forget_token(digest=token.digest)

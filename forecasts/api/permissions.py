"""What a token may do."""

from typing import Any, cast

from django.conf import settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from forecasts.models import ApiToken, Forecaster, Source


class ReadOnlyOrScope(BasePermission):
    """Reading is open where the instance allows it, or with any token; writing needs the view's `write_scope`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method in SAFE_METHODS:
            # Whoever is signed in shows no token; sessions are only known while developing.
            return request.user.is_authenticated or may_read(cast(ApiToken | None, request.auth))
        return request.auth is not None and _may_write(cast(ApiToken, request.auth), view=view)


class WithScope(BasePermission):
    """Reading needs the view's `write_scope` too: what is read belongs to somebody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth is not None and _may_write(cast(ApiToken, request.auth), view=view)


def may_read(token: ApiToken | None) -> bool:
    """Whether what is open to readers is open to one with this token, or without any."""
    return settings.PUBLIC_READ or token is not None


def _may_write(token: ApiToken, *, view: Any) -> bool:
    scope = getattr(view, "write_scope", ApiToken.Scope.ADMIN)
    if not holds(token, scope):
        raise PermissionDenied(f"This needs the scope {scope}; the token has {', '.join(token.scopes)}.")
    return True


def holds(token: ApiToken, scope: str) -> bool:
    """Whether a token has a scope, itself or as part of everything."""
    return scope in token.scopes or ApiToken.Scope.ADMIN in token.scopes


def require_source(token: ApiToken, source: Source) -> None:
    """
    Raises:
        PermissionDenied: The token records for another source.
    """
    if ApiToken.Scope.ADMIN not in token.scopes and token.source_id != source.pk:
        raise PermissionDenied(
            f"This token records for {token.source.slug if token.source else 'no source'}, not for {source.slug}."
        )


def require_forecaster(token: ApiToken, forecaster: Forecaster) -> None:
    """
    Raises:
        PermissionDenied: The token forecasts as somebody else.
    """
    if ApiToken.Scope.ADMIN not in token.scopes and token.forecaster_id != forecaster.pk:
        own = token.forecaster.slug if token.forecaster else "nobody"
        raise PermissionDenied(f"This token forecasts as {own}, not as {forecaster.slug}.")

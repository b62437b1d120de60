"""Who may be told by webhook, and what they can tell our messages by."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from forecasts.models import ApiToken, Webhook

OLD_SECRET_FOR = timedelta(hours=24)
MAY_SUBSCRIBE = {ApiToken.Scope.WEBHOOK_WRITE.value, ApiToken.Scope.ADMIN.value}


def webhooks_of(*, account: Any) -> QuerySet[Webhook]:
    """The webhooks that belong to an account."""
    return Webhook.objects.filter(account=account).select_related("topic", "forecaster")


def served_accounts(*, now: datetime) -> set[int]:
    """The accounts whose webhooks are served: those with a valid token that may subscribe."""
    valid = ApiToken.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, account__is_active=True
    ).filter(account__in=Webhook.objects.values("account"))
    return {account for account, scopes in valid.values_list("account_id", "scopes") if MAY_SUBSCRIBE & set(scopes)}


def signing_keys(webhook: Webhook, *, now: datetime) -> list[bytes]:
    """The keys that messages to a webhook are signed with: its own, and for a day the one that it replaced."""
    keys = [_key(webhook.seed)]
    if webhook.previous_seed and webhook.rotated_at and now < webhook.rotated_at + OLD_SECRET_FOR:
        keys.append(_key(webhook.previous_seed))
    return keys


def _key(seed: str) -> bytes:
    return salted_hmac("forecasts.webhooks", seed, algorithm="sha256").digest()

"""Subscribing programs to what happens, and everything that an owner or an operator does with a subscription."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from forecasts.feeds.outbound import read_target
from forecasts.feeds.reachable import Blocked, Reach
from forecasts.feeds.signatures import secret_text
from forecasts.models import Delivery, Forecaster, Topic, Webhook
from forecasts.selectors.changes import last_position
from forecasts.selectors.notices import message
from forecasts.selectors.webhooks import signing_keys

from .refusal import Problems, refuse

MOST_PER_ACCOUNT = 100


def reach_of_webhooks() -> Reach:
    """What webhooks may lead to: the public Internet, and the inner hosts that the operator names."""
    return Reach(allowed=frozenset(settings.WEBHOOK_ALLOW_HOSTS))


@transaction.atomic
def subscribe(
    *,
    account: Any,
    url: str,
    events: Sequence[str],
    now: datetime,
    topic: Topic | None = None,
    forecaster: Forecaster | None = None,
) -> Webhook:
    """
    Have an address told of what happens from now on.

    Args:
        events: What it is told of, of `Webhook.Event`.
        topic: Only this topic and all below it.
        forecaster: Only predictions that they hold or forecast, and their own forecasts and scores.
    Raises:
        Refused: The address may not be reached, an event is unknown, or the account has too many.
    """
    problems = Problems()
    try:
        read_target(url, reach=reach_of_webhooks())
    except Blocked as error:
        problems.add("url", str(error))
    known = ", ".join(Webhook.Event.values)
    if not events:
        problems.add("events", f"Choose at least one of {known}.")
    for event in events:
        if event not in Webhook.Event.values:
            problems.add("events", f"“{event}” is nothing that is told. Choose of {known}.")
    if Webhook.objects.filter(account=account).exclude(state=Webhook.State.DISABLED).count() >= MOST_PER_ACCOUNT:
        problems.add("url", f"The account has {MOST_PER_ACCOUNT} webhooks: pause or narrow those there are.")
    problems.raise_if_any()
    return Webhook.objects.create(
        account=account,
        url=url,
        events=list(dict.fromkeys(events)),
        topic=topic,
        forecaster=forecaster,
        seed=secrets.token_hex(32),
        position=str(last_position()),
        recorded_at=now,
    )


def secret_of(*, webhook: Webhook, now: datetime) -> str:
    """The secret of a webhook, for the answer that shows it once."""
    return secret_text(signing_keys(webhook, now=now)[0])


def rotate_secret(*, webhook: Webhook, now: datetime) -> Webhook:
    """
    Give a webhook a new secret; for a day messages are signed with the old one too.

    Raises:
        Refused: Somebody else did so at the same moment.
    """
    held = Webhook.objects.filter(pk=webhook.pk, seed=webhook.seed)
    if not held.update(seed=secrets.token_hex(32), previous_seed=webhook.seed, rotated_at=now):
        raise refuse("", "The secret was changed by somebody else at the same moment. Read the webhook again.")
    return Webhook.objects.get(pk=webhook.pk)


def pause(*, webhook: Webhook) -> bool:
    """Send nothing to a webhook until it is resumed; False where that was so already."""
    active = Webhook.objects.filter(pk=webhook.pk, state=Webhook.State.ACTIVE)
    return bool(active.update(state=Webhook.State.PAUSED))


def resume(*, webhook: Webhook) -> bool:
    """Go on where a webhook was paused or disabled, with everything that happened since; False where it is active."""
    stopped = Webhook.objects.filter(pk=webhook.pk).exclude(state=Webhook.State.ACTIVE)
    return bool(stopped.update(state=Webhook.State.ACTIVE, reason="", n_failures=0))


def disable(*, webhook: Webhook, reason: str) -> bool:
    """
    Switch a webhook off, for a reason that its owner reads; False where it was so already.

    Raises:
        Refused: There is no reason.
    """
    if not reason.strip():
        raise refuse("reason", "Say why, so that the owner knows what to do.")
    others = Webhook.objects.filter(pk=webhook.pk).exclude(state=Webhook.State.DISABLED)
    return bool(others.update(state=Webhook.State.DISABLED, reason=reason.strip()[:500]))


def ping(*, webhook: Webhook, now: datetime) -> Delivery:
    """
    Have a test message sent, like any other.

    Raises:
        Refused: The webhook is paused or disabled.
    """
    if webhook.state != Webhook.State.ACTIVE:
        raise refuse("", f"The webhook is {webhook.get_state_display().lower()}: resume it first.")
    return Delivery.objects.create(
        webhook=webhook,
        event=Delivery.PING,
        body=message(event=Delivery.PING, at=now, facts={"webhook": str(webhook.pk)}),
        recorded_at=now,
        next_attempt_at=now,
    )


@transaction.atomic
def send_again(*, delivery: Delivery, now: datetime) -> Delivery:
    """Have a message sent once more, whatever became of it: another delivery of the same message."""
    last = Delivery.objects.filter(message_id=delivery.message_id).aggregate(last=Max("number"))["last"]
    return Delivery.objects.create(
        webhook=delivery.webhook,
        change_number=delivery.change_number,
        number=last + 1,
        message_id=delivery.message_id,
        event=delivery.event,
        body=delivery.body,
        recorded_at=now,
        next_attempt_at=now,
    )

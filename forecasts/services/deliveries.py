"""Writing down whom to tell of what: the feed of changes becomes deliveries, each once."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from forecasts.models import Delivery, Webhook
from forecasts.selectors.changes import Position, changes_after, position_of
from forecasts.selectors.notices import Notice, message, notices_of
from forecasts.selectors.webhooks import served_accounts

BATCH, BUDGET_SECONDS = 1000, 20.0
KEPT_FOR = timedelta(days=30)


def write_deliveries(*, now: datetime, budget: float = BUDGET_SECONDS) -> int:
    """
    Write a delivery for every change that a webhook is to be told of, and return how many were written.

    The place of a webhook in the feed moves in the transaction of its deliveries, by a conditional update: whatever is
    killed, or runs twice at once, no change is missed and none is written twice.
    """
    ends, n_written, is_over = time.monotonic() + budget, 0, False
    while not is_over and time.monotonic() <= ends:
        listening = _listening(now=now)
        start = min((place for _, place in listening), default=None)
        changes = changes_after(position=start, limit=BATCH) if start is not None else []
        if changes:
            notices, end = notices_of(changes), position_of(changes[-1])
            behind = [(webhook, place) for webhook, place in listening if place < end]
            n_written += sum(_write(webhook, place, end, notices=notices, now=now) for webhook, place in behind)
        is_over = len(changes) < BATCH
    return n_written


def _listening(*, now: datetime) -> list[tuple[Webhook, Position]]:
    active = Webhook.objects.filter(state=Webhook.State.ACTIVE, account__in=served_accounts(now=now))
    return [(webhook, Position.read(webhook.position)) for webhook in active.select_related("topic")]


@transaction.atomic
def _write(webhook: Webhook, place: Position, end: Position, *, notices: Sequence[Notice], now: datetime) -> int:
    moved = Webhook.objects.filter(pk=webhook.pk, position=str(place), state=Webhook.State.ACTIVE)
    if not moved.update(position=str(end)):
        return 0
    ours = [one for one in notices if position_of(one.change) > place and one.concerns(webhook)]
    Delivery.objects.bulk_create(
        Delivery(
            webhook=webhook,
            change_number=notice.change.pk,
            event=notice.event,
            body=message(event=notice.event, at=notice.change.noted_at, facts=notice.facts),
            recorded_at=now,
            next_attempt_at=now,
        )
        for notice in ours
    )
    return len(ours)


def forget_deliveries(*, now: datetime, kept_for: timedelta = KEPT_FOR) -> int:
    """Delete deliveries that ended long ago, and return how many."""
    ended = Delivery.objects.filter(recorded_at__lt=now - kept_for, next_attempt_at=None)
    n_forgotten, _ = ended.delete()
    return n_forgotten

"""Sending what is due to webhooks, outside any transaction: at least once, and never faster than a receiver can take."""

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from forecasts.feeds.outbound import NoAnswer, post
from forecasts.feeds.reachable import Blocked, Reach
from forecasts.feeds.signatures import signatures
from forecasts.models import Delivery, Webhook
from forecasts.selectors.webhooks import served_accounts, signing_keys

from .webhooks import disable, reach_of_webhooks

N_AT_ONCE, BUDGET_SECONDS = 8, 45.0
# A sender that dies leaves its delivery due again after this; every request ends well before.
CLAIMED_FOR = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
GONE = 410


@dataclass(frozen=True)
class Sent:
    """What one run did: deliveries that arrived, attempts that failed, deliveries left due."""

    delivered: int = 0
    failed: int = 0
    left: int = 0


@dataclass(frozen=True)
class Outcome:
    """How one attempt went; no status where there was no answer."""

    status: int | None
    error: str

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Clock:
    """The time as it goes on from the instant of a run."""

    now: datetime
    began: float

    def read(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self.began)


def send_deliveries(*, now: datetime, budget: float = BUDGET_SECONDS) -> Sent:
    """
    Send what is due, to several webhooks at once and to each in order, until one fails or the budget is spent.

    A delivery is claimed by a conditional update before it is sent, so that runs at the same time do not send it twice; a
    run that is killed in between may have, and its successor sends it again with the same id.
    """
    clock, n_delivered, n_failed = Clock(now, time.monotonic()), 0, 0
    reach, queue = reach_of_webhooks(), _waiting(now=now)
    with ThreadPoolExecutor(N_AT_ONCE) as pool:
        running: dict[Future[Outcome], Delivery] = {}
        while True:
            while len(running) < N_AT_ONCE and time.monotonic() - clock.began < budget:
                if (webhook := next(queue, None)) is None:
                    break
                _start(webhook, running, pool=pool, reach=reach, clock=clock)
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                delivery, outcome = running.pop(future), future.result()
                record_outcome(delivery=delivery, outcome=outcome, now=clock.read())
                n_delivered, n_failed = n_delivered + outcome.is_success, n_failed + (not outcome.is_success)
                if outcome.is_success and time.monotonic() - clock.began < budget:
                    _start(delivery.webhook_id, running, pool=pool, reach=reach, clock=clock)
    return Sent(delivered=n_delivered, failed=n_failed, left=_due(now=now).count())


def _due(*, now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.due(now=now).filter(webhook__account__in=served_accounts(now=now))


def _waiting(*, now: datetime) -> Iterator[UUID]:
    """The webhooks with something due, the one that waits longest first."""
    due = _due(now=now).order_by("next_attempt_at", "pk").values_list("webhook", flat=True)
    yield from dict.fromkeys(due)


def _start(
    webhook: UUID, running: dict[Future[Outcome], Delivery], *, pool: ThreadPoolExecutor, reach: Reach, clock: Clock
) -> None:
    delivery = claim(webhook=webhook, now=clock.read())
    if delivery is not None:
        running[pool.submit(_send, delivery, reach=reach, now=clock.read())] = delivery


def claim(*, webhook: UUID, now: datetime) -> Delivery | None:
    """Take what is due next for a webhook, and count the attempt; None where nothing is or another run took it."""
    due = Delivery.objects.due(now=now).filter(webhook=webhook).select_related("webhook")
    delivery = due.order_by("next_attempt_at", "pk").first()
    if delivery is None:
        return None
    ours = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, next_attempt_at=delivery.next_attempt_at)
    if not ours.update(attempts=F("attempts") + 1, next_attempt_at=now + CLAIMED_FOR):
        return None
    delivery.attempts += 1
    return delivery


def _send(delivery: Delivery, *, reach: Reach, now: datetime) -> Outcome:
    """One attempt; touches nothing but the network."""
    body, timestamp = delivery.body.encode(), int(now.timestamp())
    keys, message_id = signing_keys(delivery.webhook, now=now), delivery.header_id
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Aftercast-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(keys, message_id=message_id, timestamp=timestamp, body=body),
    }
    try:
        answer = post(delivery.webhook.url, body=body, headers=headers, reach=reach)
    except (Blocked, NoAnswer) as error:
        return Outcome(None, str(error))
    said = answer.body[:200].decode(errors="replace")
    return Outcome(answer.status, "" if 200 <= answer.status < 300 else f"HTTP {answer.status}: {said}")


def record_outcome(*, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Write down how an attempt went, and what follows: the end, another attempt later, or a webhook switched off."""
    ours = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, delivered_at=None)
    webhook = Webhook.objects.filter(pk=delivery.webhook_id)
    told = {"last_status": outcome.status, "last_error": outcome.error.replace("\0", "�")[:500]}
    if outcome.is_success:
        ours.update(**told, delivered_at=now, next_attempt_at=None)
        webhook.exclude(n_failures=0).update(n_failures=0)
        return
    is_over = delivery.attempts >= Delivery.MAX_ATTEMPTS
    if is_over:
        ours.update(**told, gave_up_at=now, next_attempt_at=None)
    else:
        ours.update(**told, next_attempt_at=now + wait_before_next(delivery.attempts, message_id=delivery.message_id))
    webhook.update(n_failures=F("n_failures") + 1)
    if outcome.status == GONE:
        disable(webhook=delivery.webhook, reason="The receiver answered 410 Gone: it wants no more.")
    elif is_over and webhook.filter(n_failures__gte=Delivery.MAX_ATTEMPTS).exists():
        disable(webhook=delivery.webhook, reason=f"Attempts failed for three days; the last: {outcome.error}")


def wait_before_next(attempts: int, *, message_id: UUID) -> timedelta:
    """
    Return how long to wait after so many attempts: 1, 2, 4 … minutes up to 12 hours, shifted by up to a quarter.

    The shift follows from the message, so that messages that failed together do not come back together.
    """
    digest = hashlib.sha256(f"{message_id} {attempts}".encode()).digest()
    shift = 0.75 + int.from_bytes(digest[:4]) / 2**33
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT) * shift

"""Webhooks for tests, and the accounts they belong to."""

import time

from django.contrib.auth.models import User

from forecasts.models import ApiToken, Change, Webhook
from forecasts.selectors.changes import last_position, position_of
from forecasts.services.tokens import issue_token
from forecasts.services.webhooks import subscribe
from tests.builders import NOW

EVERYTHING = tuple(Webhook.Event.values)


def make_subscriber(username: str = "subscriber") -> User:
    """An account with a valid token that may subscribe."""
    account, is_new = User.objects.get_or_create(username=username)
    if is_new:
        issue_token(name="hooks", account=account, scopes=[ApiToken.Scope.WEBHOOK_WRITE], now=NOW)
    return account


def make_webhook(url: str = "https://hooks.example/in", **fields) -> Webhook:
    catch_up()
    given = {"account": fields.pop("account", None) or make_subscriber(), "events": EVERYTHING, "now": NOW}
    return subscribe(url=url, **{**given, **fields})


def catch_up(seconds: float = 90.0) -> None:
    """Wait until everything recorded so far is given out: another transaction of the cluster can hold the feed back."""
    ends = time.monotonic() + seconds
    newest = Change.objects.order_by("era", "transaction_number", "id").last()
    while newest is not None and last_position() < position_of(newest):
        assert time.monotonic() < ends, "the feed is held back"
        time.sleep(0.1)

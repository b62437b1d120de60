"""Several at once decide predictions of the same scopes: no sum loses anything, and nobody waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from forecasts.models import LevelCell, Posting, Prediction, Scope
from forecasts.services.rebuilds import check_scopes
from forecasts.services.settlement import settle_predictions
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, make_article, make_event, make_prediction, make_topic

# On SQLite all writers are one anyway.
IS_SHARED = connection.vendor == "postgresql"
WORKERS, EACH = 4, 6
WHY = "The ministry's own statement settles it."


@pytest.mark.django_db(transaction=IS_SHARED)
@pytest.mark.timeout(300)
def test_sums_lose_nothing_when_several_decide_at_once():
    made = [_prediction(number) for number in range(WORKERS * EACH)]
    editor = User.objects.create_user("editor")

    def decide(mine: list[Prediction]) -> None:
        for number, prediction in enumerate(mine):
            record_verdict(prediction_id=prediction.pk, verdict="YES", reason=WHY, actor=editor, now=NOW)
            if number % 3 == 0:
                reopen(prediction_id=prediction.pk, reason=WHY, actor=editor, now=NOW)

    _at_once(decide, [made[start::WORKERS] for start in range(WORKERS)])

    assert check_scopes() == []
    everything = LevelCell.objects.get(scope__kind="ALL")
    assert everything.rows == Posting.objects.net().count() == WORKERS * (EACH - 2)
    assert Scope.objects.get(kind="ALL").counts["predictions"] == WORKERS * EACH


@pytest.mark.django_db(transaction=IS_SHARED)
@pytest.mark.timeout(300)
def test_batches_that_meet_the_scopes_in_any_order_lose_nothing():
    made = [_prediction(number, rules=None) for number in range(WORKERS * EACH)]
    make_event()

    def settle(mine: list[Prediction]) -> None:
        for start in range(0, len(mine), 2):
            settle_predictions(prediction_ids=[one.pk for one in mine[start : start + 2]], now=NOW)

    _at_once(settle, [made[start::WORKERS][:: -1 if start % 2 else 1] for start in range(WORKERS)])

    assert check_scopes() == []
    assert LevelCell.objects.get(scope__kind="ALL").rows == WORKERS * EACH


def _prediction(number: int, *, rules: list | None = ()) -> Prediction:
    """A prediction of one of three topics and two outlets."""
    place = {"topic": make_topic(("aid/military", "aid/money", "war")[number % 3])}
    if number % 2:
        place["article"] = make_article(canonical_url="https://example.org/other")
    given = {"rules": list(rules)} if rules is not None else {}
    return make_prediction(statement=f"Claim {number}.", title=f"Claim {number}", **given, **place)


def _at_once(work, shares: list) -> None:
    if not IS_SHARED:
        for share in shares:
            work(share)
        return
    start = Barrier(len(shares))

    def begin(share):
        try:
            start.wait(timeout=120)
            work(share)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(shares)) as pool:
        list(pool.map(begin, shares))

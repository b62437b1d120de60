"""
The same facts in any order: `python -m tests.faults.replay SEED` records them, settles, and prints what the service says.

Predictions come before what is known or after it, and every event that is corrected comes before its correction.
"""

import random
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import django

TOPICS = ("aid/military", "aid/money", "war")
N = 18
DAY = timedelta(days=1)


def predict(number: int, *, now: datetime) -> None:
    """One of several predictions, some on a condition."""
    from tests.builders import make_prediction, make_topic, rule_that_it_occurs

    topic = f"{TOPICS[number % 3]}/{number}"
    rule = rule_that_it_occurs(topic=topic)
    if number % 3 == 0:
        pattern = {"type": ["PROTEST"], "actor": ["USA.GOV"], "topic_any": [topic]}
        window = {"start": {"anchor": "publication"}, "end": "2025-02-01T00:00:00Z"}
        rule["condition"] = {"occurs": {"pattern": pattern, "window": window}}
    told = {"title": f"Claim {number}", "statement": f"Claim {number}.", "probability": f"0.{1 + number % 9}"}
    make_prediction(rule=rule, topic=make_topic(topic), now=now, **told)


def happen(number: int, *, kind: str, on: datetime, now: datetime) -> None:
    """An event that a prediction waits for."""
    from tests.builders import make_event

    topic = f"{TOPICS[number % 3]}/{number}"
    name = f"{kind} {number}"
    make_event(title=name, event_type=kind, topics=(topic,), on=on, external_id=name, now=now)


def move(number: int, *, now: datetime) -> None:
    """Correct the event of a prediction: it was after the deadline; recorded with the event, where that is not there."""
    from forecasts.models import Event
    from forecasts.services.events import correct_event, draft_of

    name = f"AID {number}"
    if not Event.objects.filter(external_id=name).exists():
        happen(number, kind="AID", on=datetime(2025, 2, 3, tzinfo=UTC), now=now)
    event = Event.objects.get(external_id=name)
    draft = draft_of(event.versions.latest("version"))
    moved = {"occurred_from": draft.occurred_from + 40 * DAY, "occurred_until": draft.occurred_until + 40 * DAY}
    known_at = datetime(2025, 4, 1, tzinfo=UTC)
    changed = draft_of(event.versions.latest("version"), known_at=known_at, **moved)
    correct_event(event=event, draft=changed, reason="It was later.", now=now)


def facts(*, now: datetime) -> list[Callable[[], None]]:
    """All there is to record, each by itself."""
    from tests.builders import cover

    condition, outcome = datetime(2025, 1, 20, tzinfo=UTC), datetime(2025, 2, 3, tzinfo=UTC)
    found: list[Callable[[], None]] = [partial(predict, number, now=now) for number in range(N)]
    found += [partial(happen, number, kind="PROTEST", on=condition, now=now) for number in range(0, N, 6)]
    found += [partial(happen, number, kind="AID", on=outcome, now=now) for number in range(0, N, 2) if number % 10]
    found += [partial(move, number, now=now) for number in range(0, N, 10)]
    return [*found, lambda: cover(now=now) and None]


def said() -> bytes:
    """What the service says of the forecaster, over its API; ids are drawn by lot."""
    from django.test import Client

    answers = [
        Client().get(f"/api/v1/{path}/?forecaster=ada-byron", headers={"Host": "localhost"})
        for path in ("accuracy", "calibration")
    ]
    assert {answer.status_code for answer in answers} == {200}, [answer.content for answer in answers]
    return re.sub(
        rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"an id", b"\n".join(answer.content for answer in answers)
    )


def replay(seed: int) -> None:
    """Record everything in the order of a seed, and settle now and then."""
    from forecasts.services.sweeps import sweep
    from tests.builders import NOW

    shuffled = facts(now=NOW)
    random.Random(seed).shuffle(shuffled)
    for place, fact in enumerate(shuffled):
        fact()
        if place % 10 == 9:
            sweep(now=NOW)
    sweep(now=NOW)


if __name__ == "__main__":
    django.setup()
    replay(int(sys.argv[1]))
    sys.stdout.buffer.write(said())

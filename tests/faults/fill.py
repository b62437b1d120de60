"""
Fill a database: `python -m tests.faults.fill predictions COUNT` records predictions that a sweep can decide.

The first one waits for a kind of event of its own, so that a fault can be put into evaluating its rule alone.
`races PAIRS EACH` records predictions with an event each, which is about to be corrected into the window of the rule or
out of it. `webhooks PORT...` subscribes receivers. `upload ROWS` sends a file of so many games, with a forecast of each.
"""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import django

FAR = datetime(2100, 1, 1, tzinfo=UTC)
ORDINARY, MARKED = "AID", "PROTEST"
EARLY, LATE = datetime(2025, 2, 10, tzinfo=UTC), datetime(2025, 3, 12, tzinfo=UTC)


def predictions(count: int) -> None:
    """Record so many predictions with a forecast each, none of them due before 2100."""
    from django.db import transaction
    from django.utils import timezone

    from forecasts.models import Prediction
    from forecasts.services.scores import score_predictions
    from tests.builders import cover, make_prediction, rule_that_it_occurs

    now = timezone.now()
    # A commit for each takes longer than all the rest.
    with transaction.atomic():
        for number in range(count):
            rule = rule_that_it_occurs(event_type=ORDINARY if number else MARKED)
            make_prediction(title=f"Claim {number}", statement=f"Claim {number}.", rule=rule, now=now)
        cover(now=now)
        # What is not counted yet would be taken up by the next sweep.
        score_predictions(predictions=Prediction.objects.values_list("pk", flat=True), now=now)
        Prediction.objects.update(next_check_at=FAR)


def races(pairs: int, each: int) -> None:
    """Record so many predictions for each pair of workers; the event of every other one is to come out of the window."""
    from django.utils import timezone

    from tests.builders import cover, make_event, make_prediction, make_topic, rule_that_it_occurs

    now = timezone.now() - timedelta(minutes=1)
    for pair in range(pairs):
        for number in range(each):
            name = f"{pair}-{number}"
            topic = make_topic(f"race/{name}")
            rule = rule_that_it_occurs(topic=topic.path)
            make_prediction(title=f"Claim {name}", statement=f"Claim {name}.", rule=rule, topic=topic, now=now)
            on = EARLY if number % 2 else LATE
            make_event(on=on, title=f"Event {name}", topics=(topic.path,), external_id=name, now=now)
    cover(now=now)


def webhooks(*ports: int) -> None:
    """Have a receiver at each of these ports of the loopback told of verdicts that are proposed, each by its own account."""
    from tests.hooks import make_subscriber, make_webhook

    for port in ports:
        account = make_subscriber(f"subscriber-{port}")
        make_webhook(f"http://127.0.0.1:{port}/hook", account=account, events=["resolution.proposed"])


def upload(n_rows: int) -> None:
    """Send a file of games, each on a day of its own, to be recorded in parts."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from forecasts.services.uploads import take_upload

    first, head = date(1900, 1, 1), "date,team1,team2,prob1,prob1_outcome,prob2,prob2_outcome"
    games = (f"{first + timedelta(days=number)},Steelers,Lions,0.7,1,0.3,0" for number in range(n_rows))
    content, editor = "\n".join([head, *games, ""]).encode(), User.objects.create_user("editor")
    take_upload(content=content, name="games.csv", topic="sport/nfl", sent_by=editor, now=timezone.now())


FILLINGS: dict[str, Callable[..., None]] = {
    "predictions": predictions,
    "races": races,
    "webhooks": webhooks,
    "upload": upload,
}


if __name__ == "__main__":
    django.setup()
    FILLINGS[sys.argv[1]](*map(int, sys.argv[2:]))

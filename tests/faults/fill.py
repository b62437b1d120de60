"""
Fill a database: `python -m tests.faults.fill COUNT` records predictions that a sweep can decide.

The first one waits for a kind of event of its own, so that a fault can be put into evaluating its rule alone.
"""

import sys
from datetime import UTC, datetime

import django

FAR = datetime(2100, 1, 1, tzinfo=UTC)
ORDINARY, MARKED = "AID", "PROTEST"


def fill(count: int) -> None:
    """Record so many predictions with a forecast each, none of them due before 2100."""
    from django.utils import timezone

    from forecasts.models import Prediction
    from tests.builders import cover, make_prediction, rule_that_it_occurs

    now = timezone.now()
    for number in range(count):
        rule = rule_that_it_occurs(event_type=ORDINARY if number else MARKED)
        make_prediction(title=f"Claim {number}", statement=f"Claim {number}.", rule=rule, now=now)
    cover(now=now)
    Prediction.objects.update(next_check_at=FAR)


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))

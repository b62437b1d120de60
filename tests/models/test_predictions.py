"""When a prediction is looked at next: when there is something to look for, and not before what failed may be tried again."""

from datetime import UTC, datetime

import pytest

from forecasts.models import Prediction

DUE, LATER = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 6, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("next_check_at", "retry_at", "attempts", "next_try_at", "is_stuck"),
    [
        (None, None, 0, None, False),
        (DUE, None, 0, DUE, False),
        (DUE, LATER, 1, LATER, False),
        (LATER, DUE, 1, LATER, False),
        (DUE, LATER, Prediction.MAX_ATTEMPTS, None, True),
        (None, LATER, Prediction.MAX_ATTEMPTS, None, False),
    ],
)
def test_is_looked_at_next(next_check_at, retry_at, attempts, next_try_at, is_stuck):
    prediction = Prediction(next_check_at=next_check_at, retry_at=retry_at, attempts=attempts)

    assert (prediction.next_try_at, prediction.is_stuck) == (next_try_at, is_stuck)

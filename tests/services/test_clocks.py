"""A clock that is not that of the database is refused, with how far it is off."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from forecasts.services.clocks import WrongClock, refuse_a_wrong_clock

pytestmark = pytest.mark.django_db


@pytest.mark.postgresql
def test_a_clock_that_is_right_passes():
    refuse_a_wrong_clock(now=timezone.now())
    refuse_a_wrong_clock(now=timezone.now() - timedelta(seconds=3))


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("off", "told"), [(3600, "is 3,600 s ahead of that of the database: nothing"), (-60, "is 60 s behind that of")]
)
def test_a_clock_that_is_off_is_refused_with_how_far(off, told):
    with pytest.raises(WrongClock, match=told):
        refuse_a_wrong_clock(now=timezone.now() + timedelta(seconds=off))


@pytest.mark.postgresql
def test_a_web_process_whose_clock_is_off_is_not_ready(client, time_machine):
    assert connection.vendor == "postgresql"
    time_machine.move_to(timezone.now() + timedelta(hours=1))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": True, "migrations": True, "clock": False, "cache": True}

"""The doctor finds nothing on a sound database, and each way of breaking it."""

import json
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given
from hypothesis import settings as drawing
from hypothesis.extra.django import TestCase

from forecasts.doctor.table import INVARIANTS
from forecasts.models import JobRun, Prediction
from tests.builders import NOW
from tests.doctor.breaks import BREAKS, BREAKS_OF_SQLITE, Break
from tests.everything import a_row_in_every_table
from tests.examined import breaches
from tests.histories import STEPS, take, three_predictions

IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
POSSIBLE = BREAKS | (BREAKS_OF_SQLITE if IS_SQLITE else {})


@pytest.mark.django_db
def test_a_sound_history_breaks_nothing():
    a_row_in_every_table()

    assert breaches(now=NOW) == []


@pytest.mark.django_db
def test_what_is_broken_past_the_guards_is_found():
    """Of one history, since making one takes longer than breaking it."""
    prediction = a_row_in_every_table()

    found = {name: _breaches_after(POSSIBLE[name], name=name, prediction=prediction) for name in POSSIBLE}

    told = {name: POSSIBLE[name].told for name in POSSIBLE}
    assert {name: found[name] for name in found if not any(re.search(told[name], one) for one in found[name])} == {}
    assert breaches(now=NOW) == []


def _breaches_after(one: Break, *, name: str, prediction: Prediction) -> list[str]:
    with transaction.atomic():
        one.do(Prediction.objects.get(pk=prediction.pk))
        found = breaches(name.partition(",")[0], now=NOW)
        transaction.set_rollback(True)
    return found


def test_every_invariant_is_broken_by_a_test():
    broken = {name.partition(",")[0] for name in BREAKS | BREAKS_OF_SQLITE}

    assert broken == {one.name for one in INVARIANTS}


class AnyHistory(TestCase):
    @drawing(max_examples=5, deadline=None)
    @given(steps=STEPS)
    def test_breaks_nothing(self, steps):
        predictions = three_predictions()
        for step in steps:
            take(step, predictions=predictions)

        assert breaches(now=NOW) == []


@pytest.mark.django_db
def test_the_command_tells_how_many_and_fails_where_one_is_broken():
    JobRun.objects.create(name="sweep", first_run_at=NOW, started_at=NOW, succeeded_at=NOW)
    output = StringIO()

    with pytest.raises(CommandError, match=rf"1 of {len(INVARIANTS)} invariants are broken, by 1 breaches"):
        call_command("doctor", stdout=output)

    assert "I20  jobs run: 1\n      job sweep: last succeeded 2025-06-01T12:00:00Z" in output.getvalue()
    assert "I9   one verdict is in force: 0\n" in output.getvalue()


@pytest.mark.django_db
def test_the_command_speaks_json():
    output = StringIO()

    call_command("doctor", "--json", stdout=output)

    told = json.loads(output.getvalue())
    assert (told["checked"], told["broken"], told["breaches"]) == (len(INVARIANTS), 0, 0)
    assert {one["number"] for one in told["invariants"]} == {one.number for one in INVARIANTS}

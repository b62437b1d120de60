"""Going back to an older release of the tables loses nothing that is recorded."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forecasts.migrations._changes import note_what_came_meanwhile
from forecasts.migrations._going_back import WouldLose, refuse_to_lose
from forecasts.models import Change, Prediction
from tests.builders import make_forecaster, make_prediction, make_topic

pytestmark = pytest.mark.django_db
OF_INDEXES_ALONE = "0031_due_in_order"


def back_to(name: str) -> dict:
    """The steps that lead back to one."""
    return {"plan": MigrationExecutor(connection).migration_plan([("forecasts", name)]), "using": "default"}


def test_a_step_back_that_would_lose_rows_is_refused_and_says_which():
    prediction = make_prediction()

    with pytest.raises(CommandError) as refused:
        call_command("migrate", "forecasts", "0001", verbosity=0)

    assert re.search(r"0028_sealed: .*forecasts_prediction \(rows: 1\)", str(refused.value))
    assert "Nothing was changed." in str(refused.value)
    assert Prediction.objects.get() == prediction


def test_it_names_no_step_that_loses_nothing():
    make_forecaster()

    with pytest.raises(WouldLose) as refused:
        refuse_to_lose(**back_to("0001_initial"))

    assert "forecasts_sealed" not in str(refused.value)


def test_a_step_back_over_indexes_is_let_through():
    make_prediction()

    back = [(step, goes_back) for step, goes_back in back_to("0001_initial")["plan"] if step.name == OF_INDEXES_ALONE]
    refuse_to_lose(plan=back, using="default")

    assert len(back) == 1


def test_steps_forward_are_let_through():
    make_prediction()
    forward = [(step, False) for step, _ in back_to("0001_initial")["plan"]]

    refuse_to_lose(plan=forward, using="default")


UNWATCHED = {
    "sqlite": "DROP TRIGGER forecasts_topic_noted_insert",
    "postgresql": "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE forecasts_topic DISABLE TRIGGER forecasts_topic_noted_insert",
}


def test_what_is_recorded_while_the_feed_of_changes_is_made_is_noted_once():
    make_topic("noted")
    with connection.cursor() as cursor:
        cursor.execute(UNWATCHED[connection.vendor])
    make_topic("meanwhile")

    for _ in range(2):
        note_what_came_meanwhile().install(connection.schema_editor())

    assert sorted(Change.objects.filter(kind="topic").values_list("key", flat=True)) == ["meanwhile", "noted"]

"""Rows that are read are made in one go, and are what the framework would have made."""

import pytest
from django.apps import apps
from django.db.models import Model

from forecasts.models import Prediction
from forecasts.models.row import Row
from tests.builders import make_prediction


def test_every_table_is_one_of_rows():
    assert [model for model in apps.get_app_config("forecasts").get_models() if not issubclass(model, Row)] == []


@pytest.mark.django_db
def test_a_row_that_is_read_is_the_one_that_the_framework_makes():
    names = [field.attname for field in Prediction._meta.concrete_fields]
    stored = make_prediction()
    values = [getattr(stored, name) for name in names]

    ours, theirs = (
        Prediction.from_db("default", names, values),
        Model.from_db.__func__(Prediction, "default", names, values),
    )

    theirs._state.fields_cache = ours._state.fields_cache = {}
    assert {**vars(ours), "_state": vars(ours._state)} == {**vars(theirs), "_state": vars(theirs._state)}
    assert ours == Prediction.objects.get() == stored


@pytest.mark.django_db
def test_a_column_that_was_left_out_is_read_once_it_is_asked_for(django_assert_num_queries):
    made = make_prediction()

    with django_assert_num_queries(2):
        row = Prediction.objects.defer("statement").get()
        assert (row.get_deferred_fields(), row.statement) == ({"statement"}, made.statement)

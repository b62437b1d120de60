"""Filtering by a long list of keys: the same rows as with `__in`."""

import uuid

import pytest
from django.db import connection
from django.db.models import Case, Value, When

from forecasts.models import Among, Prediction, RuleKey, RuleVersion
from tests.builders import make_prediction

pytestmark = pytest.mark.django_db


def make_three() -> list[Prediction]:
    return [make_prediction(statement=f"Claim {number}.") for number in range(3)]


def test_it_finds_the_rows_with_one_of_the_keys():
    first, second, _ = make_three()

    found = Prediction.objects.filter(Among("pk", [first.pk, second.pk, uuid.uuid4()]))

    assert set(found) == {first, second}


def test_no_keys_find_nothing():
    make_three()

    assert not Prediction.objects.filter(Among("pk", [])).exists()


def test_it_looks_at_foreign_keys_and_through_them():
    first, second, _ = make_three()

    rules = RuleVersion.objects.filter(Among("prediction", [first.pk, second.pk]))
    keys = RuleKey.objects.filter(Among("rule_version__prediction", [first.pk]))

    assert {rule.prediction_id for rule in rules} == {first.pk, second.pk}
    assert {key.rule_version.prediction_id for key in keys} == {first.pk}


def test_it_can_be_turned_round_and_stand_in_a_case():
    first, second, third = make_three()

    others = Prediction.objects.exclude(Among("pk", [first.pk]))
    Prediction.objects.update(last_error=Case(When(Among("pk", [third.pk]), then=Value("third")), default=Value("")))

    assert set(others) == {second, third}
    assert Prediction.objects.get(last_error="third") == third


def test_a_list_is_one_parameter_however_long():
    given = []

    def noted(execute, sql, params, many, context):
        given.append(len(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        list(Prediction.objects.filter(Among("pk", (uuid.uuid4() for _ in range(5_000)))))

    assert given == [1]

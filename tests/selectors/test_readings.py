"""What was read for something is told apart by every value of every row."""

import pytest
from django.db import connection

from forecasts.models import Forecaster
from forecasts.selectors.readings import Readings, made_of_one_instant
from tests.builders import make_forecaster

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.any_database]
TEXTS = ("first", "first'", "first,'second'", "", "NULL", "premier ✓", "100 % s")


def read_of(**asked) -> Readings | None:
    rows = Forecaster.objects.filter(**asked).order_by("slug").values_list("slug", "description", "account")
    return made_of_one_instant(lambda: list(rows))[1]


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_value_is_another_reading_and_the_same_one_the_same(text):
    forecaster = make_forecaster(description=text)
    readings = read_of(description=text)
    assert readings is not None
    assert readings.still_hold()

    for other in TEXTS:
        Forecaster.objects.filter(pk=forecaster.pk).update(description=other)
        assert readings.still_hold() is (other == text), other


def test_a_row_more_or_less_is_another_reading():
    readings = read_of(slug__startswith="a")
    assert readings is not None
    forecaster = make_forecaster("ada")
    assert not readings.still_hold()

    Forecaster.objects.filter(pk=forecaster.pk).delete()

    assert readings.still_hold()


def test_what_was_read_without_any_statement_holds():
    _, readings = made_of_one_instant(lambda: None)

    assert readings is not None
    assert readings.still_hold()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no text with such a letter")
def test_what_was_asked_with_a_letter_that_no_text_of_sqlite_shows_is_not_asked_again():
    assert read_of(description="first\0second") is None

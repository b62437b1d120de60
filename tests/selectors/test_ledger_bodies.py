"""PostgreSQL writes the bytes of a row just as we do."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DEFAULT_DB_ALIAS

from forecasts.ledger.shapes import SHAPES
from forecasts.models import Topic
from forecasts.selectors.ledger_bodies import bodies_by_database, query_for
from forecasts.selectors.ledger_rows import Leaf, bodies_here, model_of
from tests.builders import make_prediction
from tests.everything import a_row_in_every_table

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]
ODD = "".join(map(chr, (*range(1, 0x30), 0x5C, 0x7F, 0x80, 0x9F, 0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFD, 0x1F600))) + "é"


def both(shape):
    """The bytes of every row of a shape, made by the database and made here."""
    keys = [str(key) for key in model_of(shape)._base_manager.values_list("pk", flat=True)]
    theirs = {Leaf(shape.name, key): body for key, body in bodies_by_database(query_for(shape), keys, using="default")}
    return theirs, dict(bodies_here(shape, keys, using=DEFAULT_DB_ALIAS))


def test_every_row_that_the_database_writes_is_as_we_write_it():
    a_row_in_every_table()
    written = [shape for shape in SHAPES if query_for(shape)]

    assert {"forecast", "score", "resolution", "prediction", "observation", "evidence"} <= {one.name for one in written}
    for shape in written:
        theirs, ours = both(shape)
        assert theirs == ours
        assert theirs


def test_every_character_is_escaped_as_we_escape_it():
    Topic.objects.create(path="odd", label=ODD)
    (shape,) = (one for one in SHAPES if one.name == "topic")

    theirs, ours = both(shape)

    assert theirs == ours


def test_every_instant_and_number_is_written_as_we_write_it():
    forecast = make_prediction().forecasts.get()
    again = type(forecast)
    for number, (made_at, probability) in enumerate(
        [
            (datetime(1, 1, 1, tzinfo=UTC), Decimal(0)),
            (datetime(999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), Decimal(1)),
            (datetime(2024, 2, 29, 0, 0, 0, 1, tzinfo=UTC), Decimal("0.0001")),
        ]
    ):
        fields = {field.attname: getattr(forecast, field.attname) for field in again._meta.fields}
        del fields["id"]
        again.objects.create(**fields | {"made_at": made_at, "probability": probability, "basis": f"{number}"})
    (shape,) = (one for one in SHAPES if one.name == "forecast")

    theirs, ours = both(shape)

    assert len(theirs) == 4
    assert theirs == ours

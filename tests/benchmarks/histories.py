"""Many forecasts at once, on predictions that are decided or about to be: made by the database itself."""

from django.db import connection

from forecasts.models import Forecast, Forecaster, Prediction
from tests.benchmarks.crowds import copy_rows, identifier

FORECASTERS, FORECASTS = 2 * 10**12, 3 * 10**12
# Every level of the grid comes up, none in any order.
LEVEL = "((n.i * 7919 + {seed}) %% 9999 + 1)"


def add_forecasters(original: Forecaster, *, count: int, first: int = 1) -> None:
    """Add forecasters number `first` and on, like the original."""
    numbers = range(first, first + count)
    changes = {"id": identifier(offset=FORECASTERS), "slug": "'crowd-' || n.i", "name": "'Crowd ' || n.i"}
    copy_rows(Forecaster.objects.filter(pk=original.pk), numbers, changes)


def add_forecasts(original: Forecast, *, on: str, by: str, first: int, count: int, seed: int = 0) -> None:
    """
    Add forecasts number `first` and on, made like the original.

    Args:
        on: SQL over n.i for the prediction.
        by: SQL over n.i for the forecaster.
        seed: Moves the probabilities.
    """
    changes = {
        "id": identifier(offset=FORECASTS),
        "prediction_id": on,
        "forecaster_id": by,
        "probability": f"{LEVEL.format(seed=seed)} / 10000.0",
        "lexicon_entry_id": "NULL",
        "phrase": "''",
    }
    copy_rows(Forecast.objects.filter(pk=original.pk), range(first, first + count), changes)


def the(row: Prediction | Forecaster) -> str:
    """SQL for the key of one row."""
    return f"'{row.pk}'" if connection.vendor == "postgresql" else f"'{row.pk.hex}'"

"""Bytes from outside become rows: strict, bounded and without guessing. Pure: no database, no clock."""

from forecasts.feeds.addresses import is_web_address
from forecasts.feeds.csv_events import read_csv
from forecasts.feeds.forecast_files import FORMATS, read_forecasts
from forecasts.feeds.json_events import read_json_lines
from forecasts.feeds.rows import BadRow, EventRow, FileRefused, ForecastRow, Person, RowProblem, problem
from forecasts.feeds.times import read_day, read_instant

__all__ = [
    "FORMATS",
    "BadRow",
    "EventRow",
    "FileRefused",
    "ForecastRow",
    "Person",
    "RowProblem",
    "is_web_address",
    "problem",
    "read_csv",
    "read_day",
    "read_forecasts",
    "read_instant",
    "read_json_lines",
]

"""Bytes from outside become rows: strict, bounded and without guessing. Pure: no database, no clock."""

from forecasts.feeds.addresses import is_web_address
from forecasts.feeds.csv_events import read_csv
from forecasts.feeds.json_events import read_json_lines
from forecasts.feeds.rows import BadRow, EventRow, FileRefused, RowProblem, problem
from forecasts.feeds.times import read_day, read_instant

__all__ = [
    "BadRow",
    "EventRow",
    "FileRefused",
    "RowProblem",
    "is_web_address",
    "problem",
    "read_csv",
    "read_day",
    "read_instant",
    "read_json_lines",
]

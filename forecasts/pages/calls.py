"""A scorecard's calls as CSV, safe to open in a spreadsheet."""

import csv
from io import StringIO

from forecasts.feeds.spreadsheets import inert
from forecasts.selectors.scorecards import Scorecard

COLUMNS = (
    "prediction", "title", "topic", "forecaster", "phrase", "probability", "outcome", "brier", "log", "cluster",
    "verdict", "state", "conditional", "retrospective",
)  # fmt: skip


def calls_as_csv(card: Scorecard) -> str:
    """Return one line for each scored call under a line of names; lower scores are better."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for call in card.calls:
        texts = (call.prediction_id, call.title, call.topic, call.forecaster, call.phrase)
        numbers = (call.probability, f"{call.outcome:g}", call.brier, call.log)
        tail = (call.cluster, call.verdict, call.state, int(call.is_conditional), int(call.is_retrospective))
        writer.writerow([inert(value) for value in (*texts, *numbers, *tail)])
    return written.getvalue()

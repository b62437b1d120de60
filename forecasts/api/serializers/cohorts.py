"""The score of what was due, as it is shown."""

from typing import Any

from rest_framework import serializers

from forecasts.scoring.thresholds import Absent
from forecasts.selectors.cohorts import Cohort
from forecasts.selectors.scorecards import Scorecard

from .accuracy import SampleSerializer, sample_of
from .base import Part
from .coverage import CoverageCountsSerializer, coverage_of
from .figures import FigureSerializer, MissingSerializer, figure, missing


class DueSerializer(Part):
    """All that was bound to be decided before an instant."""

    due_to = serializers.DateTimeField()
    brier = FigureSerializer(help_text="Its mean Brier score.")
    open_share = serializers.FloatField(allow_null=True, help_text="The share of it that has no verdict.")
    coverage = CoverageCountsSerializer(help_text="What became of it.")


class CohortSerializer(SampleSerializer, MissingSerializer):
    brier = FigureSerializer(help_text="The mean Brier score of all that is resolved, due or not.")
    due = DueSerializer(allow_null=True, help_text="Null where it says nothing more; `missing_text` says why.")


def cohort_shown(card: Scorecard, found: Cohort | Absent) -> dict[str, Any]:
    """What was due beside all that is resolved, in the shape of `CohortSerializer`."""
    whole = next(one for one in card.figures if one.measure.name == "BRIER")
    shown = sample_of(card) | {"brier": figure(whole)}
    if isinstance(found, Absent):
        return shown | missing(found) | {"due": None}
    due = {
        "due_to": found.due_to,
        "brier": figure(found.brier),
        "open_share": found.open_share,
        "coverage": coverage_of(found.coverage),
    }
    return shown | {"missing_text": None, "due": due}

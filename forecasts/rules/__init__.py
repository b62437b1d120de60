"""Deciding from facts: a small rule language and its three-valued evaluation. Pure: no clock, no I/O."""

from forecasts.rules.evaluation import evaluate
from forecasts.rules.explanation import explain
from forecasts.rules.facts import Knowledge, Membership, Occurrence, SeriesValue
from forecasts.rules.finality import may_finalise
from forecasts.rules.findings import Finding, Outcome, ReasonCode, Status
from forecasts.rules.keys import event_keys, listens_for, occurrence_keys, rule_keys, series_key
from forecasts.rules.language import EVENT_TYPES, Judged, Rule
from forecasts.rules.lifecycle import Move, Standing, next_move
from forecasts.rules.lint import lint_rule
from forecasts.rules.parsing import Problem, RuleError, parse_rule, recorded_rule, rule_json_schema
from forecasts.rules.paths import COLLECTIONS
from forecasts.rules.questions import questions
from forecasts.rules.reach import ALWAYS, Stretch, hull
from forecasts.rules.related import Relations
from forecasts.rules.truth import Truth
from forecasts.rules.windows import BEGINNING_OF_TIME, END_OF_TIME, Span, WindowSpan
from forecasts.rules.words import rule_in_words

__all__ = [
    "ALWAYS",
    "BEGINNING_OF_TIME",
    "COLLECTIONS",
    "END_OF_TIME",
    "EVENT_TYPES",
    "Finding",
    "Judged",
    "Knowledge",
    "Membership",
    "Move",
    "Occurrence",
    "Outcome",
    "Problem",
    "ReasonCode",
    "Relations",
    "Rule",
    "RuleError",
    "SeriesValue",
    "Span",
    "Standing",
    "Status",
    "Stretch",
    "Truth",
    "WindowSpan",
    "evaluate",
    "event_keys",
    "explain",
    "hull",
    "lint_rule",
    "listens_for",
    "may_finalise",
    "next_move",
    "occurrence_keys",
    "parse_rule",
    "questions",
    "recorded_rule",
    "rule_in_words",
    "rule_json_schema",
    "rule_keys",
    "series_key",
]

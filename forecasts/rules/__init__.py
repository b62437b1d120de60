"""Deciding from facts: a small rule language and its three-valued evaluation. Pure: no clock, no I/O."""

from forecasts.rules.evaluation import evaluate
from forecasts.rules.explanation import explain
from forecasts.rules.facts import Knowledge, Membership, Occurrence, SeriesValue
from forecasts.rules.finality import may_finalise
from forecasts.rules.findings import Finding, Outcome, ReasonCode, Status
from forecasts.rules.keys import event_keys, occurrence_keys, rule_keys, series_key
from forecasts.rules.language import EVENT_TYPES, Rule
from forecasts.rules.lifecycle import Move, Standing, next_move
from forecasts.rules.lint import lint_rule
from forecasts.rules.parsing import Problem, RuleError, parse_rule, rule_json_schema
from forecasts.rules.truth import Truth
from forecasts.rules.windows import Span, WindowSpan
from forecasts.rules.words import rule_in_words

__all__ = [
    "EVENT_TYPES",
    "Finding",
    "Knowledge",
    "Membership",
    "Move",
    "Occurrence",
    "Outcome",
    "Problem",
    "ReasonCode",
    "Rule",
    "RuleError",
    "SeriesValue",
    "Span",
    "Standing",
    "Status",
    "Truth",
    "WindowSpan",
    "evaluate",
    "event_keys",
    "explain",
    "lint_rule",
    "may_finalise",
    "next_move",
    "occurrence_keys",
    "parse_rule",
    "rule_in_words",
    "rule_json_schema",
    "rule_keys",
    "series_key",
]

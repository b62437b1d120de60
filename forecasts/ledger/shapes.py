"""
What of each kind of record is committed to.

A shape never changes once rows were recorded under it: the bytes of all of them would. A column that is added later is
added here too, as long as it is empty in the rows that are there; else it needs a shape of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Rows of another table that are written together with a record, and belong to it."""

    name: str
    model: str
    by: str
    order: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """
    The columns of one kind of record, or of its state.

    Args:
        name: What the committed bytes call it.
        kind: What the feed of changes calls it.
        columns: A dot leads to a row that it refers to.
        is_state: It may change, and each change is committed to again; only the last commitment can still be opened.
    """

    name: str
    kind: str
    model: str
    columns: tuple[str, ...]
    is_state: bool = False
    parts: tuple[Part, ...] = ()


SHAPES = (
    Shape("forecaster", "forecaster", "forecaster", ("id", "slug", "name", "kind", "description", "recorded_at"), True),
    Shape("topic", "topic", "topic", ("id", "path", "label"), True),
    Shape(
        "article",
        "article",
        "article",
        (
            "id", "title", "canonical_url", "quoted_from_url", "outlet_id", "published_at", "published_precision", "text",
            "text_is_excerpt", "text_sha256", "note", "supersedes_id", "recorded_at", "recorded_by_id",
        ),
        parts=(Part("authors", "articleauthor", "article_id", "position", ("forecaster_id", "position")),),
    ),
    Shape(
        "lexicon",
        "lexicon",
        "lexicon",
        ("id", "code", "version", "title", "source", "recorded_at"),
        parts=(
            Part(
                "entries", "lexiconentry", "lexicon_id", "id",
                ("id", "phrase", "point", "low", "high", "spread", "is_hedge", "source"),
            ),
        ),
    ),
    Shape(
        "prediction",
        "prediction",
        "prediction",
        (
            "id", "article_id", "holder_id", "topic_id", "title", "statement", "quote", "original_wording", "condition",
            "outcome", "attribution", "issued_at", "deadline_basis", "contrasts_with_id", "cluster_key", "note",
            "recorded_at", "recorded_by_id", "sealed_at", "deadline_words", "deadline_policy",
        ),
    ),
    Shape(
        "prediction_state",
        "prediction",
        "prediction",
        ("id", "scheduled_close_at", "status", "verdict", "review_reasons", "needs_confirmation"),
        True,
    ),
    Shape(
        "rule",
        "rule",
        "ruleversion",
        (
            "id", "prediction_id", "variant", "name", "version", "description", "rule", "sha256", "recorded_at",
            "recorded_by_id",
        ),
    ),
    Shape(
        "forecast",
        "forecast",
        "forecast",
        (
            "id", "prediction_id", "forecaster_id", "probability", "low", "high", "phrase", "lexicon_entry_id", "origin",
            "basis", "is_scored", "made_at", "recorded_at", "recorded_by_id", "base_rate", "base_rate_cases", "base_rate_topic",
        ),
    ),
    Shape(
        "source",
        "source",
        "source",
        ("id", "slug", "name", "kind", "tier", "group", "settlement_lag", "url", "citation", "recorded_at"),
        True,
    ),
    Shape("coverage", "coverage", "coverage", ("id", "source_id", "complete_to", "note", "recorded_at", "recorded_by_id")),
    Shape("entity", "entity", "entity", ("id", "path", "label", "wikidata"), True),
    Shape(
        "membership",
        "membership",
        "entitymembership",
        ("id", "member_id", "group_id", "starts_at", "ends_at", "recorded_at"),
    ),
    Shape("milestone", "milestone", "milestone", ("id", "key", "version", "label", "occurs_at", "url", "recorded_at")),
    Shape(
        "event",
        "event",
        "eventversion",
        (
            "id", "event_id", "event.source_id", "event.external_id", "event.recorded_at", "version", "title", "note",
            "occurred_from", "occurred_until", "precision", "announced_from", "announced_until", "effective_from",
            "effective_until", "event_type", "action_code", "modes", "contexts", "topics", "modality", "actors",
            "recipients", "locations", "place", "attributes", "tier", "status", "reason", "known_at", "recorded_at",
            "recorded_by_id", "sha256",
        ),
    ),
    Shape(
        "evidence",
        "evidence",
        "evidence",
        ("id", "event_id", "url", "citation", "owner", "quote", "recorded_at", "recorded_by_id"),
    ),
    Shape(
        "merge",
        "merge",
        "eventmerge",
        ("id", "merged_id", "number", "kept_id", "reason", "known_at", "recorded_at", "actor_id"),
    ),
    Shape(
        "observation",
        "observation",
        "observation",
        ("id", "source_id", "series", "valid_on", "value", "unit", "released_at", "recorded_at", "recorded_by_id"),
    ),
    Shape(
        "evaluation",
        "evaluation",
        "evaluation",
        (
            "id", "rule_version_id", "number", "as_of", "status", "reason", "side_value", "happened_from",
            "happened_until", "covered_to", "review", "may_finalise", "explanation", "trace", "digest", "recorded_at",
        ),
        parts=(
            Part("witnesses", "witness", "evaluation_id", "id", ("role", "event_version_id", "observation_id")),
        ),
    ),
    Shape(
        "judgement",
        "judgement",
        "judgement",
        (
            "id", "rule_version_id", "path", "number", "answer", "reason", "evidence_url", "known_at", "actor_id",
            "recorded_at",
        ),
    ),
    Shape(
        "resolution",
        "resolution",
        "resolution",
        (
            "id", "prediction_id", "number", "supersedes_id", "verdict", "share", "state", "reason_code", "reason",
            "evaluation_id", "actor_id", "evidence_url", "side_value", "happened_at", "known_at", "recorded_at",
            "finalises_at", "is_retrospective",
        ),
    ),
    Shape(
        "score",
        "score",
        "score",
        ("id", "forecast_id", "resolution_id", "rule", "rule_version", "outcome", "value", "recorded_at"),
    ),
    Shape(
        "sealed",
        "sealed",
        "sealed",
        ("id", "commitment", "forecaster_id", "about", "reveal_by", "recorded_at", "recorded_by_id"),
    ),
    Shape(
        "redaction",
        "redaction",
        "redaction",
        ("id", "kind", "key", "row_key", "columns", "reason", "recorded_at", "recorded_by_id"),
        parts=(Part("salts", "redactedsalt", "redaction_id", "id", ("seq", "position")),),
    ),
    Shape(
        "unsealing",
        "unsealing",
        "unsealing",
        ("id", "sealed_id", "kind", "content", "salt", "prediction_id", "forecast_id", "recorded_at", "recorded_by_id"),
    ),
)  # fmt: skip

BY_NAME: Mapping[str, Shape] = {shape.name: shape for shape in SHAPES}


def shapes_of(kind: str, *, is_new: bool) -> tuple[Shape, ...]:
    """What is committed to when a row of this kind was recorded, or when it changed."""
    return tuple(shape for shape in SHAPES if shape.kind == kind and (is_new or shape.is_state))


def redacted_shapes_of(kind: str) -> tuple[Shape, ...]:
    """What is committed to again when texts were taken out of a row of this kind."""
    return tuple(shape for shape in SHAPES if shape.kind == kind and not shape.is_state)

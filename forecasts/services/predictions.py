"""Recording claims and the rules that decide them."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from forecasts import rules
from forecasts.models import Article, Entity, Forecaster, Milestone, Prediction, RuleKey, RuleVersion, Topic

from .refusal import Problems, Refused, refuse

MISSING_RULE = "NO_RULE"


@transaction.atomic
def record_prediction(
    *,
    holder: Forecaster,
    topic: Topic,
    title: str,
    statement: str,
    outcome: str,
    now: datetime,
    article: Article | None = None,
    issued_at: datetime | None = None,
    quote: str = "",
    original_wording: str = "",
    condition: str = "",
    attribution: str = Prediction.Attribution.AUTHOR,
    contrasts_with: Prediction | None = None,
    cluster_key: str = "",
    note: str = "",
    recorded_by: User | None = None,
) -> tuple[Prediction, bool]:
    """
    Record a claim once; the same statement of the same holder in the same article returns the first record.

    Returns:
        The prediction, and whether it is new.
    Raises:
        Refused: A field is missing, the quote is not in the article's text, or the claim is recorded otherwise.
    """
    problems = Problems()
    for field, value in (("title", title), ("statement", statement), ("outcome", outcome)):
        if not value.strip():
            problems.add(field, f"A prediction needs its {field}.")
    issued_at = issued_at or (article.published_at if article else now)
    if issued_at > now:
        problems.add("issued_at", f"{issued_at:%Y-%m-%d %H:%M} UTC is in the future: log a prediction once it is made.")
    problems.extend("quote", _quote_faults(quote, article=article))
    problems.raise_if_any()
    words = {"condition": condition.strip(), "outcome": outcome.strip(), "quote": quote.strip()}
    prediction, is_new = Prediction.objects.get_or_create(
        article=article,
        holder=holder,
        statement=statement.strip(),
        defaults={
            **words,
            "topic": topic,
            "title": title.strip(),
            "original_wording": original_wording,
            "attribution": attribution,
            "issued_at": issued_at,
            "contrasts_with": contrasts_with,
            "cluster_key": cluster_key or _default_cluster(article=article, topic=topic, issued_at=issued_at),
            "note": note,
            "recorded_at": now,
            "recorded_by": recorded_by,
            "next_check_at": now,
            "status": Prediction.Status.NEEDS_REVIEW,
            "review_reasons": [MISSING_RULE],
        },
    )
    if not is_new:
        _refuse_other_words(prediction, words=words)
    return prediction, is_new


def _refuse_other_words(prediction: Prediction, *, words: dict[str, str]) -> None:
    problems = Problems()
    for field, value in words.items():
        recorded = getattr(prediction, field)
        if recorded != value:
            problems.add(
                field,
                f"This statement is logged already with the {field} “{recorded}”. A claim is never changed: "
                "log another one with a statement of its own.",
            )
    problems.raise_if_any()


def plain_text(text: str) -> str:
    """The text with runs of white space made one space and typographic quotes made plain, for finding quotes in it."""
    plain = text.translate(str.maketrans("\u2018\u2019\u201c\u201d\u00a0", "''\"\" "))
    return re.sub(r"\s+", " ", plain).strip()


def _quote_faults(quote: str, *, article: Article | None) -> list[str]:
    if not quote.strip() or article is None or not article.text:
        return []
    if plain_text(quote) in plain_text(article.text):
        return []
    kept = "the passages kept of the article" if article.text_is_excerpt else "the article's text"
    return [f"“{quote.strip()[:120]}” is not in {kept}. Copy the words exactly, without ellipses."]


def _default_cluster(*, article: Article | None, topic: Topic, issued_at: datetime) -> str:
    """Claims of one article on one topic are taken to hang on the same event."""
    source = str(article.pk) if article else f"{issued_at:%G-W%V}"
    return f"{source}:{topic.path}"


@transaction.atomic
def record_rule(
    *,
    prediction: Prediction,
    rule: object,
    now: datetime,
    variant: str = RuleVersion.Variant.CENTRAL,
    name: str = "",
    description: str = "",
    recorded_by: User | None = None,
) -> tuple[RuleVersion, bool]:
    """
    Record a rule in one reading; other criteria under the same name become its next version.

    The prediction is due at once.

    Returns:
        The rule version, and whether it is new.
    Raises:
        Refused: The rule is malformed, can never be decided, or names what is not recorded.
    """
    parsed = _checked(rule, prediction=prediction)
    name = name or (RuleVersion.CENTRAL_NAME if variant == RuleVersion.Variant.CENTRAL else variant.lower())
    if (name == RuleVersion.CENTRAL_NAME) != (variant == RuleVersion.Variant.CENTRAL):
        raise refuse(
            "name",
            f"“{name}” does not go with the variant {variant}: the central reading, and only it, is named central.",
        )
    digest = rule_digest(rule)
    Prediction.objects.select_for_update().get(pk=prediction.pk)
    latest = prediction.rules.filter(name=name).order_by("-version").first()
    if latest and latest.sha256 == digest:
        return latest, False
    version = RuleVersion.objects.create(
        prediction=prediction,
        variant=variant,
        name=name,
        version=latest.version + 1 if latest else 1,
        description=description,
        rule=rule,
        sha256=digest,
        recorded_at=now,
        recorded_by=recorded_by,
    )
    RuleKey.objects.bulk_create(RuleKey(rule_version=version, key=key) for key in sorted(rules.rule_keys(parsed)))
    make_due(predictions=[prediction.pk], now=now)
    return version, True


def rule_digest(rule: object) -> str:
    """SHA-256 of a rule's JSON with sorted keys, so that layout does not matter."""
    return hashlib.sha256(
        json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def _checked(rule: object, *, prediction: Prediction) -> rules.Rule:
    try:
        parsed = rules.parse_rule(rule)
    except rules.RuleError as error:
        raise _refused_rule(error.problems) from error
    found = rules.lint_rule(
        parsed,
        topics=None,
        entities=frozenset(Entity.objects.values_list("path", flat=True)),
        milestones={row.key: row.occurs_at for row in Milestone.objects.order_by("key", "version")},
        publication=prediction.issued_at,
    )
    if found:
        raise _refused_rule(found)
    return parsed


def _refused_rule(found: Iterable[rules.Problem]) -> Refused:
    return Refused(
        {"rule": [f"{problem.path}: {problem.message}" if problem.path else problem.message for problem in found]}
    )


def make_due(*, predictions: Iterable[UUID] | QuerySet[Any, Any], now: datetime) -> int:
    """
    Make predictions due for the sweep, given by primary keys or a query for them.

    A prediction that was stuck gets new attempts, since what it failed on may have changed.
    """
    return Prediction.objects.filter(pk__in=predictions).update(next_check_at=now, attempts=0)

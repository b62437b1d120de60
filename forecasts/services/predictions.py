"""Recording claims and the rules that decide them."""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Value

from forecasts import rules
from forecasts.feeds.deadline_words import plain_words
from forecasts.models import Article, Entity, Forecaster, Milestone, Prediction, RuleVersion, Topic
from forecasts.rules.schedule import scheduled_close
from forecasts.selectors.knowledge import milestones

from .implied_deadlines import check_words, other_ends, policy_for, with_proposed_end
from .refusal import Problems, Refused, refuse
from .routing import change_routes, listen, make_due
from .rule_changes import check_change
from .searching import keep_words

MISSING_RULE = "NO_RULE"
# Claims are unique by their statement, and an index entry holds about 2,700 bytes.
LONGEST_STATEMENT, LONGEST_CLUSTER_KEY = 650, 200


@dataclass(frozen=True, kw_only=True)
class ClaimDraft:
    """
    What a prediction says. Without `issued_at` it was issued with its article, or is issued now.

    `sealed_at` is when it was committed to, where it is revealed now.
    """

    holder: Forecaster
    topic: Topic
    title: str
    statement: str
    outcome: str
    article: Article | None = None
    issued_at: datetime | None = None
    quote: str = ""
    original_wording: str = ""
    condition: str = ""
    attribution: str = Prediction.Attribution.AUTHOR
    deadline_basis: str = Prediction.DeadlineBasis.STATED
    deadline_words: str = ""
    contrasts_with: Prediction | None = None
    cluster_key: str = ""
    note: str = ""
    sealed_at: datetime | None = None


@transaction.atomic
def record_prediction(*, claim: ClaimDraft, now: datetime, recorded_by: User | None = None) -> tuple[Prediction, bool]:
    """
    Record a claim once; the same statement of the same holder in the same article returns the first record.

    Returns:
        The prediction, and whether it is new.
    Raises:
        Refused: A field is missing, the quote is not in the article's text, or the claim is recorded otherwise.
    """
    claim = _completed(claim, now=now)
    _check_claim(claim, now=now)
    fields = {name: getattr(claim, name) for name in ClaimDraft.__dataclass_fields__}
    identity = {name: fields.pop(name) for name in ("article", "holder", "statement")}
    start = {"next_check_at": now, "status": Prediction.Status.NEEDS_REVIEW, "review_reasons": [MISSING_RULE]}
    prediction, is_new = Prediction.objects.get_or_create(
        **identity,
        defaults={
            **fields,
            **start,
            "deadline_policy": policy_for(claim.deadline_words),
            "recorded_at": now,
            "recorded_by": recorded_by,
        },
    )
    if is_new:
        keep_words([prediction])
    else:
        _refuse_other_words(prediction, claim=claim)
    return prediction, is_new


def _completed(claim: ClaimDraft, *, now: datetime) -> ClaimDraft:
    """The claim with its texts trimmed and what can be derived filled in."""
    issued_at = claim.issued_at or (claim.article.published_at if claim.article else now)
    texts = {name: getattr(claim, name).strip() for name in ("title", "statement", "outcome", "condition", "quote")}
    # Claims of one article on one topic are taken to hang on the same event.
    source = str(claim.article.pk) if claim.article else f"{issued_at:%G-W%V}"
    return replace(
        claim,
        issued_at=issued_at,
        deadline_words=plain_words(claim.deadline_words),
        cluster_key=claim.cluster_key or f"{source}:{claim.topic.path}"[:LONGEST_CLUSTER_KEY],
        **texts,
    )


def _check_claim(claim: ClaimDraft, *, now: datetime) -> None:
    problems = Problems()
    for field in ("title", "statement", "outcome"):
        if not getattr(claim, field):
            problems.add(field, f"A prediction needs its {field}.")
    if len(claim.statement) > LONGEST_STATEMENT:
        problems.add("statement", f"It has {len(claim.statement)} characters; say it in {LONGEST_STATEMENT} at most.")
    if claim.issued_at and claim.issued_at > now:
        moment = f"{claim.issued_at:%Y-%m-%d %H:%M} UTC"
        problems.add("issued_at", f"{moment} is in the future: log a prediction once it is made.")
    check_words(claim.deadline_words, basis=claim.deadline_basis, problems=problems)
    problems.extend("quote", _quote_faults(claim.quote, article=claim.article))
    problems.raise_if_any()


def _refuse_other_words(prediction: Prediction, *, claim: ClaimDraft) -> None:
    problems = Problems()
    for field in ("condition", "outcome", "quote"):
        recorded = getattr(prediction, field)
        if recorded != getattr(claim, field):
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
    if not quote or article is None or not article.text:
        return []
    if plain_text(quote) in plain_text(article.text):
        return []
    kept = "the passages kept of the article" if article.text_is_excerpt else "the article's text"
    return [f"“{quote[:120]}” is not in {kept}. Copy the words exactly, without ellipses."]


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
    may_resolve: bool = False,
) -> tuple[RuleVersion, bool]:
    """
    Record a rule in one reading; other criteria under the same name become its next version.

    The prediction is due at once. Where words imply its deadline, a central rule without one gets that which they imply, and
    the earliest and the latest end that they allow are recorded as readings beside it.

    Args:
        may_resolve: Whether who records it may resolve predictions; needed to change criteria that are not fresh.
    Returns:
        The rule version, and whether it is new.
    Raises:
        Refused: The rule is malformed, can never be decided, names what is not recorded, or comes too late.
    """
    record = partial(_record_version, prediction=prediction, now=now, recorded_by=recorded_by)
    is_central, words = variant == RuleVersion.Variant.CENTRAL, prediction.deadline_words
    if is_central:
        rule = with_proposed_end(rule, words=words, said_at=prediction.issued_at)
    version, is_new = record(rule=rule, variant=variant, name=name, description=description, may_resolve=may_resolve)
    if is_central and is_new:
        for other in other_ends(rule, words=words, said_at=prediction.issued_at):
            # An end that lies before the window begins is no reading.
            with suppress(Refused):
                record(rule=other.rule, variant=other.variant, description=other.description)
    return version, is_new


def _record_version(
    *,
    prediction: Prediction,
    rule: object,
    variant: str,
    now: datetime,
    name: str = "",
    description: str = "",
    recorded_by: User | None,
    may_resolve: bool = False,
) -> tuple[RuleVersion, bool]:
    """What `record_rule` does with one reading."""
    is_central = variant == RuleVersion.Variant.CENTRAL
    parsed = checked_rule(rule, publication=prediction.issued_at)
    name = reading_name(name, variant=variant)
    digest = rule_digest(rule)
    latest = _newest(name, prediction=prediction)
    if latest and latest.sha256 == digest:
        # Nobody needs to wait for what changes nothing.
        return latest, False
    change_routes()
    Prediction.objects.select_for_update().get(pk=prediction.pk)
    latest = _newest(name, prediction=prediction)
    if latest and latest.sha256 == digest:
        return latest, False
    if latest and is_central:
        check_change(
            latest,
            criteria=parsed,
            description=description,
            recorded_by=recorded_by,
            may_resolve=may_resolve,
            now=now,
        )
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
    listen({version: parsed})
    if is_central:
        _decide_by(parsed, prediction=prediction)
    make_due(predictions=[prediction.pk], now=now)
    return version, True


def _newest(name: str, *, prediction: Prediction) -> RuleVersion | None:
    return prediction.rules.filter(name=name).order_by("-version").first()


def _decide_by(rule: rules.Rule, *, prediction: Prediction) -> None:
    """
    Let a prediction that waited for a rule wait no longer, and keep when it was bound to be decided.

    That is as its first rule says: what was scheduled once stays.
    """
    unruled = Prediction.objects.filter(pk=prediction.pk, review_reasons=[MISSING_RULE])
    unruled.update(status=Prediction.Status.OPEN, review_reasons=[])
    close = scheduled_close(rule, publication=prediction.issued_at, milestones=milestones())
    Prediction.objects.filter(pk=prediction.pk, scheduled_close_at=None).update(scheduled_close_at=close)


def reading_name(name: str, *, variant: str) -> str:
    """
    The name of a reading, by default that of its variant.

    Raises:
        Refused: Another reading than the central one is named central, or that one otherwise.
    """
    is_central = variant == RuleVersion.Variant.CENTRAL
    name = name or (RuleVersion.CENTRAL_NAME if is_central else variant.lower())
    if (name == RuleVersion.CENTRAL_NAME) != is_central:
        raise refuse(
            "name",
            f"“{name}” does not go with the variant {variant}: the central reading, and only it, is named central.",
        )
    return name


def rule_digest(rule: object) -> str:
    """SHA-256 of a rule's JSON with sorted keys, so that layout does not matter."""
    return hashlib.sha256(
        json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def checked_rule(rule: object, *, publication: datetime) -> rules.Rule:
    """
    Return the rule, parsed and found usable with what is recorded.

    Args:
        rule: RRL/1 as it came.
        publication: When the prediction was issued; windows can count from it.
    Raises:
        Refused: Under the name `rule`: it is malformed, can never be decided, or names what is not recorded.
    """
    try:
        parsed = rules.parse_rule(rule)
    except rules.RuleError as error:
        raise _refused_rule(error.problems) from error
    named = Topic.objects.values_list(Value("topic"), "path")
    paths = list(named.union(Entity.objects.values_list(Value("entity"), "path"), all=True))
    found = rules.lint_rule(
        parsed,
        topics=frozenset(path for kind, path in paths if kind == "topic"),
        entities=frozenset(path for kind, path in paths if kind == "entity"),
        milestones={row.key: row.occurs_at for row in Milestone.objects.order_by("key", "version")},
        publication=publication,
    )
    if found:
        raise _refused_rule(found)
    return parsed


def _refused_rule(found: Iterable[rules.Problem]) -> Refused:
    return Refused(
        {"rule": [f"{problem.path}: {problem.message}" if problem.path else problem.message for problem in found]}
    )

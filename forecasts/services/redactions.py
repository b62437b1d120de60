"""Taking texts out of a record for good, as the law may ask, without breaking a proof."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Model

from forecasts.ledger.entries import without_salt
from forecasts.ledger.redactions import COLUMNS, is_redacted, mark
from forecasts.ledger.shapes import BY_NAME
from forecasts.models import Article, Change, LedgerSalts, Prediction, RedactedSalt, Redaction, SearchText, Unsealing
from forecasts.selectors.ledger_receipts import leaf_of
from forecasts.selectors.ledger_rows import Leaf, model_of
from forecasts.selectors.redactions import commitments_of

from .refusal import Problems, Refused, refuse
from .searching import keep_words


@transaction.atomic
def redact(
    *, kind: str, key: object, columns: Sequence[str], reason: str, actor: User, now: datetime
) -> Redaction | None:
    """
    Take texts out of a record, and forget the salts behind what it was committed to; running it again adds nothing.

    The entry of the ledger that is written for this commits to what is left, and tells who did it and why. On PostgreSQL
    it takes the role that owns the tables: the application's may not change a record.

    Args:
        kind: One of `forecasts.ledger.redactions.COLUMNS`.
        key: Of the row.
        columns: Texts of that kind of record; those that are empty or taken out already are passed over.
    Returns:
        The redaction; None where nothing was left to take out.
    Raises:
        Refused: There is no such record or column, or no reason is given.
    """
    row, leaf = _checked(kind, key=key, columns=columns, reason=reason)
    filled = [name for name in dict.fromkeys(columns) if getattr(row, name) and not is_redacted(getattr(row, name))]
    if not filled:
        return None
    redaction = _note(row, leaf, columns=filled, reason=reason, actor=actor, now=now)
    _forget_salts(redaction, leaf)
    type(row)._default_manager.filter(pk=row.pk).update(**dict.fromkeys(filled, mark(redaction.pk)))
    if isinstance(row, Article | Prediction):
        _keep_other_words(row)
    if isinstance(row, Prediction):
        _redact_where_it_was_sealed(row, reason=reason, actor=actor, now=now)
    return redaction


def taken_out(*, kind: str, key: object, columns: Sequence[str]) -> list[str]:
    """
    The texts that a redaction would take out.

    Raises:
        Refused: There is no such record.
    """
    row, _ = _row(kind, key)
    return [text for name in columns if (text := getattr(row, name, "")) and not is_redacted(text)]


def _checked(kind: str, *, key: object, columns: Sequence[str], reason: str) -> tuple[Any, Leaf]:
    if kind not in COLUMNS:
        raise refuse("kind", f"“{kind[:40]}” is nothing that can be redacted: choose from {', '.join(COLUMNS)}.")
    problems = Problems()
    unknown = [name for name in columns if name not in COLUMNS[kind]]
    if unknown or not columns:
        named = ", ".join(unknown)[:100] or "Nothing"
        problems.add("columns", f"{named} cannot be redacted of {kind}: choose from {', '.join(COLUMNS[kind])}.")
    if len(reason.strip()) < Redaction.SHORTEST_REASON:
        problems.add("reason", f"Say why, in {Redaction.SHORTEST_REASON} letters at least: everybody reads it.")
    problems.raise_if_any()
    return _row(kind, key)


def _row(kind: str, key: object) -> tuple[Model, Leaf]:
    try:
        leaf = leaf_of(kind, key)
        return model_of(BY_NAME[kind])._default_manager.get(pk=key), leaf
    except (ValidationError, ValueError, models.ObjectDoesNotExist):
        raise Refused({"key": [f"There is no {kind} {str(key)[:80]}."]}) from None


def _note(row: Model, leaf: Leaf, *, columns: list[str], reason: str, actor: User, now: datetime) -> Redaction:
    told = Change.objects.filter(row_key=leaf.key, kind=BY_NAME[leaf.shape].kind).values_list("key", flat=True)
    return Redaction.objects.create(
        kind=leaf.shape,
        key=told.order_by("id").first() or leaf.key,
        row_key=leaf.key,
        columns=columns,
        reason=reason.strip(),
        recorded_at=now,
        recorded_by=actor,
    )


def _forget_salts(redaction: Redaction, leaf: Leaf) -> None:
    for seq, position in commitments_of(leaf):
        RedactedSalt.objects.create(redaction=redaction, seq=seq, position=position)
        kept = LedgerSalts.objects.get(seq=seq)
        LedgerSalts.objects.filter(seq=seq).update(salts=without_salt(bytes(kept.salts), position=position))


def _keep_other_words(row: Article | Prediction) -> None:
    row.refresh_from_db()
    kind = SearchText.Kind.ARTICLE if isinstance(row, Article) else SearchText.Kind.PREDICTION
    SearchText.objects.filter(kind=kind, subject=row.pk).delete()
    keep_words([row])


def _redact_where_it_was_sealed(row: Prediction, *, reason: str, actor: User, now: datetime) -> None:
    """What a prediction was revealed from says the same."""
    sealed_here = Unsealing.objects.filter(prediction=row) if row.sealed_at else Unsealing.objects.none()
    for one in sealed_here.filter(forecast__made_at=F("prediction__sealed_at")):
        redact(kind="unsealing", key=one.pk, columns=COLUMNS["unsealing"], reason=reason, actor=actor, now=now)

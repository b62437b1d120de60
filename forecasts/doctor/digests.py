"""Whether what is shown is what was recorded: digests worked out again from the stored rows."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from django.db.models import Exists, OuterRef

from forecasts.ledger.redactions import PREFIX
from forecasts.ledger.seals import Seal
from forecasts.models import Article, EventVersion, Prediction, Redaction, RuleVersion, Sealed, Unsealing
from forecasts.selectors.ledger_receipts import leaf_of
from forecasts.services.event_drafts import EventDraft, digest_of
from forecasts.services.predictions import rule_digest

ROWS = 2_000
DRAFTED = tuple(field.name for field in fields(EventDraft))
# From here on PostgreSQL gives back as an integer what was stored as a float.
LONG = 10**16


def rules_are_as_recorded(*, now: datetime) -> Iterator[str]:
    """The digest of every rule is that of its text."""
    rows = RuleVersion.objects.values_list("pk", "sha256", "rule")
    for pk, sha256, rule in rows.iterator(ROWS):
        if sha256 not in (rule_digest(rule), rule_digest(_with_floats(rule))):
            yield f"rule version {pk} does not have the text of its digest"


def _with_floats(value: object) -> object:
    if isinstance(value, dict):
        return {key: _with_floats(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_floats(one) for one in value]
    is_long = isinstance(value, int) and abs(value) >= LONG
    return float(value) if is_long else value  # type: ignore[arg-type]  # A long number is one.


def events_are_as_recorded(*, now: datetime) -> Iterator[str]:
    """The digest of every version of an event is that of its content."""
    redacted = frozenset(Redaction.objects.filter(kind="event").values_list("row_key", flat=True))
    for row in EventVersion.objects.values("pk", "sha256", *DRAFTED).iterator(ROWS):
        pk, sha256 = row.pop("pk"), row.pop("sha256")
        # A tier that was not given is that of the source, and is not part of what was digested.
        drafts = (EventDraft(**row), EventDraft(**{**row, "tier": ""}))
        if sha256 not in {digest_of(draft) for draft in drafts} and leaf_of("event", pk).key not in redacted:
            yield f"event version {pk} does not have the content of its digest"


def texts_are_as_recorded(*, now: datetime) -> Iterator[str]:
    """The digest of an article whose whole text is kept is that of its text."""
    rows = (
        Article.objects.exclude(text="")
        .filter(text_is_excerpt=False)
        .exclude(text__startswith=PREFIX)
        .values_list("pk", "text_sha256", "text")
    )
    for pk, sha256, text in rows.iterator(ROWS):
        if sha256 != hashlib.sha256(text.encode()).hexdigest():
            yield f"article {pk} does not have the text of its digest"


def what_is_revealed_was_sealed(*, now: datetime) -> Iterator[str]:
    """What was revealed opens its commitment, and counts from when it was sealed."""
    revealed = Unsealing.objects.filter(kind=Unsealing.Kind.REVEALED).exclude(content__startswith=PREFIX)
    for row in revealed.select_related("sealed", "prediction", "forecast").order_by("id").iterator(ROWS):
        if Seal(row.content, row.salt).commitment != row.sealed.commitment:
            yield f"sealed {row.sealed_id} was revealed as something else"
        elif row.forecast and row.forecast.made_at != row.sealed.recorded_at:
            yield f"sealed {row.sealed_id} does not count from when it was sealed"
    known = Sealed.objects.filter(unsealings__prediction=OuterRef("pk"), recorded_at=OuterRef("sealed_at"))
    for pk in Prediction.objects.filter(sealed_at__isnull=False).exclude(Exists(known)).values_list("pk", flat=True):
        yield f"prediction {pk} says it was sealed, and was not"

"""Committing to a prediction or a forecast that is read later, and revealing it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef

from forecasts.ledger.canonical import canonical
from forecasts.ledger.seals import COMMITMENT, SALT, Seal, differences
from forecasts.models import Forecaster, Sealed, SealedContent, Unsealing

from .refusal import Refused, refuse
from .routing import change_routes
from .sealed_contents import readable, record_content, sealed_here

logger = structlog.get_logger(__name__)

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=3660)
REVEALED, OVERDUE = Unsealing.Kind.REVEALED.value, Unsealing.Kind.OVERDUE.value


@dataclass(frozen=True)
class Due:
    """What became of items whose date has come: how many were revealed, and how many count as never revealed."""

    revealed: int
    overdue: int


@transaction.atomic
def seal_content(
    *,
    forecaster: Forecaster,
    content: object,
    reveal_by: datetime,
    now: datetime,
    about: str = "",
    recorded_by: User | None = None,
) -> tuple[Sealed, Seal]:
    """
    Commit to a content that is kept here and revealed by itself on its date.

    Args:
        content: A document as `forecasts.feeds.sealed_documents.read_document` takes it.
    Returns:
        What was recorded, and what opens it.
    Raises:
        Refused: The date is too near or too far, or the content could not be recorded.
    """
    _check(forecaster, reveal_by=reveal_by, now=now)
    made = sealed_here(content, forecaster=forecaster, now=now)
    row = Sealed.objects.create(
        commitment=made.commitment, forecaster=forecaster, about=about.strip(), reveal_by=reveal_by, recorded_at=now,
        recorded_by=recorded_by,
    )  # fmt: skip
    SealedContent.objects.create(sealed=row, content=made.content, salt=made.salt)
    return row, made


@transaction.atomic
def seal_commitment(
    *,
    forecaster: Forecaster,
    commitment: str,
    reveal_by: datetime,
    now: datetime,
    about: str = "",
    recorded_by: User | None = None,
) -> tuple[Sealed, bool]:
    """
    Record a commitment to a content that nobody here knows; the same one again returns the first record.

    Args:
        commitment: In hexadecimal, as docs/ledger.md makes it.
    Returns:
        What was recorded, and whether it is new.
    Raises:
        Refused: The date is too near or too far, or it is the commitment of somebody else.
    """
    if not COMMITMENT.fullmatch(commitment):
        raise refuse("commitment", f"“{commitment[:80]}” is no commitment: give 64 hexadecimal digits in lower case.")
    _check(forecaster, reveal_by=reveal_by, now=now)
    given = {"about": about.strip(), "reveal_by": reveal_by, "recorded_at": now, "recorded_by": recorded_by}
    row, is_new = Sealed.objects.get_or_create(commitment=commitment, defaults={"forecaster": forecaster, **given})
    if row.forecaster_id != forecaster.pk:
        # Whoever copies a commitment would reveal, after its owner, what that one thought.
        raise refuse("commitment", f"This commitment is of {row.forecaster}, who sealed it. Take another salt.")
    return row, is_new


def _check(forecaster: Forecaster, *, reveal_by: datetime, now: datetime) -> None:
    if forecaster.kind == Forecaster.Kind.AGGREGATE:
        raise refuse("forecaster", f"{forecaster} is worked out from the forecasts of others and takes none itself.")
    if not now + SHORTEST <= reveal_by <= now + LONGEST:
        told = f"{reveal_by:%Y-%m-%d %H:%M} UTC is no date to reveal it by: from a minute to ten years from now."
        raise refuse("reveal_by", told)


def opened_by(*, content: object, salt: str) -> Seal:
    """
    What is given to open a commitment.

    Raises:
        Refused: The salt is malformed, or the content cannot be written canonically.
    """
    if not SALT.fullmatch(salt):
        raise refuse("salt", "Give the salt that was sealed with: 32 to 64 hexadecimal digits in lower case.")
    try:
        return Seal(canonical(content).decode(), salt)
    except ValueError as error:
        raise refuse("content", str(error)) from None


@transaction.atomic
def reveal(
    *, sealed: Sealed, now: datetime, given: Seal | None = None, recorded_by: User | None = None
) -> tuple[Unsealing, bool]:
    """
    Show what was sealed and record it, as of when it was sealed; running it again adds nothing.

    Args:
        given: What opens it; None where that is kept here.
    Returns:
        The reveal, and whether it is new.
    Raises:
        Refused: It is not what was sealed, with what differs; or it cannot be recorded.
    """
    # What is revealed may have a rule, and those who change routes lock them before anything else.
    change_routes()
    # One of two at once waits here, and then finds it revealed.
    Sealed.objects.select_for_update().get(pk=sealed.pk)
    before = Unsealing.objects.filter(sealed=sealed, kind=REVEALED).first()
    if before:
        _refuse_other(given, known=before.content)
        return before, False
    opened = _checked(given, sealed=sealed, held=SealedContent.objects.filter(sealed=sealed).first())
    forecast = record_content(
        opened, forecaster=sealed.forecaster, sealed_at=sealed.recorded_at, now=now, recorded_by=recorded_by
    )
    revealed = Unsealing.objects.create(
        sealed=sealed,
        kind=REVEALED,
        content=opened.content,
        salt=opened.salt,
        prediction=forecast.prediction,
        forecast=forecast,
        recorded_at=now,
        recorded_by=recorded_by,
    )
    SealedContent.objects.filter(sealed=sealed).delete()
    return revealed, True


def _checked(given: Seal | None, *, sealed: Sealed, held: SealedContent | None) -> Seal:
    """
    What opens the commitment.

    Raises:
        Refused: Nothing was given and nothing is kept here, or what was given does not open it.
    """
    opened = given or (Seal(held.content, held.salt) if held else None)
    if opened is None:
        raise refuse("content", "The content is not kept here: give it with its salt.")
    if held is not None:
        _refuse_other(given, known=held.content)
    if opened.commitment != sealed.commitment:
        told = f"with this salt it comes to {opened.commitment}, and {sealed.commitment} was recorded"
        raise refuse("content", f"This is not what was sealed: {told}. What was hashed begins {opened.content[:200]}")
    readable(json.loads(opened.content))
    return opened


def _refuse_other(given: Seal | None, *, known: str) -> None:
    if given is not None and given.content != known:
        raise Refused({"content": ["This is not what was sealed.", *differences(known, given.content)]})


def reveal_due(*, now: datetime) -> Due:
    """
    Reveal what is kept here and whose date has come, and note what nobody revealed; running it again adds nothing.

    Each item has a transaction of its own. What cannot be recorded is noted as not revealed, and logged.
    """
    ended = Unsealing.objects.filter(sealed=OuterRef("pk"))
    waiting = Sealed.objects.filter(~Exists(ended), reveal_by__lte=now).select_related("forecaster")
    done = [_end(item, now=now) for item in waiting.order_by("reveal_by", "pk")]
    return Due(revealed=done.count(REVEALED), overdue=done.count(OVERDUE))


def _end(item: Sealed, *, now: datetime) -> str:
    if SealedContent.objects.filter(sealed=item).exists():
        try:
            reveal(sealed=item, now=now)
        except Refused as error:
            logger.error("sealed_not_revealed", commitment=item.commitment, problems=error.message_dict)
        else:
            return REVEALED
    # Somebody may reveal it at this moment: then it is not overdue.
    with transaction.atomic():
        Sealed.objects.select_for_update().get(pk=item.pk)
        if Unsealing.objects.filter(sealed=item).exists():
            return ""
        Unsealing.objects.create(sealed=item, kind=OVERDUE, recorded_at=now)
    return OVERDUE

"""Forecasters from the names under an article: found, or recorded with a short name of their own."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from forecasts.models import Forecaster

from .articles import record_forecaster
from .refusal import refuse

LONGEST_SLUG = 90


@transaction.atomic
def forecasters_named(*, names: Iterable[str], kind: str, field: str, now: datetime) -> list[Forecaster]:
    """
    Return the forecaster of each name, in order; who is not known is recorded. Running it again records nobody.

    Args:
        names: Names as printed, in any case; or short names, which tell namesakes apart.
        kind: What those are who are not known yet.
        field: Where a problem is told.
    Raises:
        Refused: Several forecasters have one of the names.
    """
    return [_named(name=" ".join(name.split()), kind=kind, field=field, now=now) for name in names]


def _named(*, name: str, kind: str, field: str, now: datetime) -> Forecaster:
    if known := Forecaster.objects.filter(slug=name).first():
        return known
    namesakes = list(Forecaster.objects.filter(name__iexact=name).order_by("slug")[:5])
    if len(namesakes) > 1:
        slugs = ", ".join(one.slug for one in namesakes)
        raise refuse(
            field, f"Several forecasters are called “{name}”. Give the short name of the one you mean: {slugs}."
        )
    return namesakes[0] if namesakes else record_forecaster(slug=_free_slug(name), name=name, kind=kind, now=now)


def _free_slug(name: str) -> str:
    """A short name from the letters of the name; from its digest where none of them are Latin."""
    plain = slugify(name)[:LONGEST_SLUG].strip("-_").replace("_", "-")
    plain = plain or f"name-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    slugs = (plain if number == 1 else f"{plain}-{number}" for number in count(1))
    return next(slug for slug in slugs if not Forecaster.objects.filter(slug=slug).exists())

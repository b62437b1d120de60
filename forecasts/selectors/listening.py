"""What recorded rules listen for, and which predictions a fact may concern."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from forecasts import rules
from forecasts.models import Among, RuleKey

HEARD = ("key", "listens_from", "listens_until")


def recorded_keys(*, rule_versions: Iterable[UUID]) -> QuerySet[RuleKey]:
    """The keys of some rule versions."""
    return RuleKey.objects.filter(Among("rule_version", rule_versions))


def listening(
    *, keys: Iterable[UUID], rows: Iterable[tuple[UUID, str, datetime, datetime]]
) -> Mapping[UUID, dict[str, rules.Stretch]]:
    """
    Return what each rule version listens for and when; a key that was recorded with several stretches counts in all.

    Args:
        keys: Of the rule versions.
        rows: Rule version and `HEARD` of each of their recorded keys.
    """
    found: dict[UUID, dict[str, rules.Stretch]] = {pk: {} for pk in keys}
    for pk, key, since, until in rows:
        recorded, earlier = rules.Stretch(since, until), found[pk].get(key)
        found[pk][key] = recorded if earlier is None else rules.hull(earlier, recorded)
    return found


def listeners(*, keys: Iterable[str], since: datetime, until: datetime) -> QuerySet[RuleKey, Any]:
    """Predictions that listen for one of the keys at some time from `since` to `until`, as a query for their ids."""
    touched = RuleKey.objects.filter(key__in=sorted(keys), listens_until__gt=since, listens_from__lte=until)
    return touched.values("rule_version__prediction")

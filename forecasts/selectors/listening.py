"""What recorded rules listen for, and which predictions a fact may concern."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from forecasts import rules
from forecasts.models import Among, RuleKey, RuleVersion


def listening_of(*, rule_versions: Iterable[RuleVersion]) -> Mapping[UUID, dict[str, rules.Stretch]]:
    """What each rule version listens for and when; a key that was recorded with several stretches counts in all."""
    found: dict[UUID, dict[str, rules.Stretch]] = {version.pk: {} for version in rule_versions}
    rows = RuleKey.objects.filter(Among("rule_version", found))
    for pk, key, since, until in rows.values_list("rule_version", "key", "listens_from", "listens_until"):
        recorded, earlier = rules.Stretch(since, until), found[pk].get(key)
        found[pk][key] = recorded if earlier is None else rules.hull(earlier, recorded)
    return found


def listeners(*, keys: Iterable[str], since: datetime, until: datetime) -> QuerySet[RuleKey, Any]:
    """Predictions that listen for one of the keys at some time from `since` to `until`, as a query for their ids."""
    touched = RuleKey.objects.filter(key__in=sorted(keys), listens_until__gt=since, listens_from__lte=until)
    return touched.values("rule_version__prediction")

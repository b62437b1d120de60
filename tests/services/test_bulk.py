"""Writing many rows at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from forecasts.models import EventKey, EventVersion, Source, Tier
from forecasts.services.bulk import insert_alike, insert_rows
from tests.builders import NOW, make_event

pytestmark = pytest.mark.django_db


def keys_of(version, *names: str) -> list[EventKey]:
    return [EventKey(event_version_id=version.pk, key=name) for name in names]


def test_rows_are_stored_with_keys_of_the_database():
    version = make_event()

    insert_rows(EventKey, keys_of(version, "type:AID\tor\nnot \\N", "code:99"))

    stored = EventKey.objects.filter(event_version=version)
    assert {"type:AID\tor\nnot \\N", "code:99"} <= set(stored.values_list("key", flat=True))
    assert None not in stored.values_list("pk", flat=True)


def test_what_is_stored_is_what_a_save_stores():
    made = {
        "name": "Wire", "kind": Source.Kind.CURATED, "tier": Tier.B, "group": "wire", "settlement_lag": timedelta(days=2),
        "recorded_at": NOW, "url": "", "citation": "Told\tin \\N a file.",
    }  # fmt: skip
    Source(slug="saved", **made).save()

    insert_rows(Source, [Source(slug="inserted", **made)])

    saved, inserted = (Source.objects.filter(slug=slug).values(*made).get() for slug in ("saved", "inserted"))
    assert inserted == saved == made | {"kind": "CURATED", "tier": "B"}


def test_lists_and_objects_are_stored_as_a_save_stores_them():
    version = make_event()
    given = {"topics": ["a\tb", "\\N", "é“"], "attributes": {"n": 1.5, "of": {}}, "place": None, "modes": []}
    row = {field.attname: getattr(version, field.attname) for field in EventVersion._meta.concrete_fields}

    insert_alike(EventVersion, [row | given | {"id": uuid4(), "version": 2}])
    row = row | given | {"id": uuid4(), "version": 3}
    EventVersion(**row).save(force_insert=True)

    inserted, saved = EventVersion.objects.filter(version__gt=1).order_by("version").values(*given)
    assert inserted == saved == given


def test_no_rows_are_no_error():
    insert_rows(EventKey, [])
    insert_alike(EventKey, [])

    assert not EventKey.objects.exists()


def test_where_a_constraint_refuses_one_row_none_is_stored():
    version = make_event()
    before = EventKey.objects.count()

    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        insert_rows(EventKey, keys_of(version, "code:99", "code:98", "code:99"))

    assert EventKey.objects.count() == before

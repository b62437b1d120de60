"""Events recorded before are announced under the narrower keys too, so that rules recorded from now on find them."""

from django.db import migrations

from forecasts.rules import event_keys

CHUNK = 2000


def announce(apps, schema_editor):
    """Add the keys that are missing; none is taken away."""
    key_model = apps.get_model("forecasts", "EventKey")
    versions = apps.get_model("forecasts", "EventVersion").objects.order_by("pk")
    rows = []
    for version in versions.iterator(CHUNK):
        keys = event_keys(
            event_type=version.event_type,
            action_code=version.action_code,
            topics=version.topics,
            actors=version.actors,
        )
        rows += [key_model(event_version_id=version.pk, key=key) for key in sorted(keys)]
        if len(rows) > CHUNK:
            key_model.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    key_model.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0003_listening_in_time")]
    operations = [migrations.RunPython(announce, migrations.RunPython.noop)]

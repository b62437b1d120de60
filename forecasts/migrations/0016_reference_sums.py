"""The kept totals also hold what the reference scored, from which skill gets its error."""

from django.db import migrations

WEIGHT, BRIER, SAVED = 0, 1, 4  # Places in the sums of an event.


def add_reference(apps, schema_editor):
    scopes, cells = (apps.get_model("forecasts", name) for name in ("Scope", "ClusterCell"))
    for scope in scopes.objects.all():
        if not scope.totals:
            continue
        moments = {"total": 0, "with_weight": 0, "squares": 0}
        for sums in cells.objects.filter(scope=scope).values_list("sums", flat=True).iterator():
            scored = sums[BRIER] + sums[SAVED]
            moments["total"] += scored
            moments["with_weight"] += sums[WEIGHT] * scored
            moments["squares"] += scored**2
        scope.totals = {**scope.totals, "moments": {**scope.totals["moments"], "reference": moments}}
        scope.save(update_fields=["totals"])


def remove_reference(apps, schema_editor):
    scopes = apps.get_model("forecasts", "Scope")
    for scope in scopes.objects.all():
        if scope.totals:
            scope.totals["moments"].pop("reference", None)
            scope.save(update_fields=["totals"])


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0015_aggregates")]

    operations = [migrations.RunPython(add_reference, remove_reference)]

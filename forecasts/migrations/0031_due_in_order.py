"""What is due is taken in the order of its instant and its id: with both in the index a batch is one range of it."""

from django.db import migrations, models
from django.db.models import Q

DUE = Q(next_check_at__isnull=False)
UNDECIDED = DUE & ~Q(status="FINAL")


def in_order(name, condition):
    return migrations.AddIndex(
        "prediction", models.Index(name=name, fields=["next_check_at", "id"], condition=condition)
    )


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0030_room_to_update")]
    operations = [
        migrations.RemoveIndex("prediction", "prediction_due"),
        migrations.RemoveIndex("prediction", "prediction_due_undecided"),
        in_order("prediction_due", DUE),
        in_order("prediction_due_undecided", UNDECIDED),
    ]

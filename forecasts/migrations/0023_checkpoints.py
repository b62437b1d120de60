"""Signed checkpoints of the ledger, and the keys that sign them."""

from django.db import migrations, models

from ._append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0022_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    models.CharField(
                        help_text="Name, number and key, as c2sp.org/signed-note has it.", max_length=300, unique=True
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.CharField(max_length=64)),
                ("note", models.TextField(help_text="A signed note, to be kept byte for byte.")),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gte", 1)), name="checkpoint_holds_something")
                ],
            },
        ),
        protect("signingkey"),
        protect("checkpoint"),
    ]

"""Tamper evidence: the feed of changes notes which rows, and a chain of entries commits to them."""

import uuid
from django.db import migrations, models

from ._by_hand import ByHand, nothing
from ._append_only import protect
from ._chain import continue_only
from ._changes import note_rows


def forget(schema_editor):
    """Have the connection not look for tables that this migration takes back."""
    schema_editor.connection.has_ledger = False


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0021_job_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("record", "What a transaction recorded"),
                            ("backfill", "What had been recorded without an entry"),
                        ],
                        max_length=9,
                    ),
                ),
                ("recorded_at", models.DateTimeField(help_text="By the clock of the database.")),
                ("prev", models.CharField(help_text="The hash of the entry before.", max_length=64)),
                ("root", models.CharField(help_text="Of the tree over the commitments.", max_length=64)),
                ("n_rows", models.PositiveIntegerField()),
                ("header", models.TextField(help_text="What is hashed and signed.")),
                ("hash", models.CharField(max_length=64, unique=True)),
                ("commitments", models.BinaryField(help_text="32 bytes a row.")),
                ("era", models.BigIntegerField(help_text="As in the feed of changes.")),
                ("transaction_number", models.BigIntegerField()),
                ("first_change", models.BigIntegerField(null=True)),
                ("last_change", models.BigIntegerField(null=True)),
                ("listed", models.JSONField(help_text="The name and the key of each row.", null=True)),
            ],
            options={
                "verbose_name_plural": "ledger entries",
            },
        ),
        migrations.CreateModel(
            name="LedgerHead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("ledger", models.UUIDField(default=uuid.uuid4, help_text="Tells this ledger from any other.")),
                ("seq", models.BigIntegerField(default=0)),
                ("hash", models.CharField(help_text="Of the last entry.", max_length=64)),
                ("recorded_at", models.DateTimeField(help_text="When the last entry was.", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerSalts",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salts", models.BinaryField()),
            ],
            options={
                "verbose_name_plural": "ledger salts",
            },
        ),
        migrations.AddField(
            model_name="change",
            name="row_key",
            field=models.CharField(
                help_text="The key of the row itself; empty in what was noted before the ledger.",
                max_length=36,
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["row_key", "kind"], name="change_of_row"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(("last_change__isnull", False)),
                fields=["era", "transaction_number", "last_change"],
                name="entry_of_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="entry_counts_from_one"),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("first_change__isnull", False),
                        ("last_change__gte", models.F("first_change")),
                        ("listed__isnull", True),
                    ),
                    models.Q(("first_change", None), ("last_change", None), ("listed__isnull", False)),
                    _connector="OR",
                ),
                name="entry_knows_its_rows",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerhead",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="ledger_has_one_head"),
        ),
        note_rows(),
        protect("ledgerentry"),
        protect("ledgersalts"),
        continue_only(),
        ByHand(nothing, forget),
    ]

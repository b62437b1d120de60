"""Rules listen in a stretch of time. What they listened for before, they listen for at any time."""

from datetime import UTC, datetime

from django.db import migrations, models

from ._by_hand import ByHand, nothing

# SQLite makes the table anew to change it, and the triggers of the old one are gone with it.
SQLITE_TRIGGERS = [
    f"CREATE TRIGGER IF NOT EXISTS forecasts_rulekey_no_{verb.lower()} BEFORE {verb} ON forecasts_rulekey "
    f"BEGIN SELECT RAISE(ABORT, 'append-only: {verb} of forecasts_rulekey is refused'); END"
    for verb in ("UPDATE", "DELETE")
]


def guard(schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE_TRIGGERS:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0002_append_only")]
    operations = [
        ByHand(nothing, guard),
        migrations.RemoveConstraint("rulekey", "rule_key_once"),
        migrations.AddField(
            "rulekey",
            "listens_from",
            models.DateTimeField(
                default=datetime.min.replace(tzinfo=UTC),
                help_text="The beginning of time where it is not bounded.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "rulekey",
            "listens_until",
            models.DateTimeField(
                default=datetime.max.replace(tzinfo=UTC),
                help_text="Excluded; the end of time where it is not bounded.",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "rulekey",
            models.UniqueConstraint(
                fields=("key", "listens_until", "listens_from", "rule_version"), name="rule_key_once"
            ),
        ),
        migrations.AddIndex(
            "prediction",
            models.Index(
                condition=models.Q(("next_check_at__isnull", False), models.Q(("status", "FINAL"), _negated=True)),
                fields=["next_check_at"],
                name="prediction_due_undecided",
            ),
        ),
        ByHand(guard, nothing),
    ]

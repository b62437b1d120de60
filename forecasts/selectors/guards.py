"""What guards the records in the database: which tables only grow, and the triggers that see to it."""

from django.apps import apps
from django.db import connection, models

# What changes in place: descriptions, places in a queue, sums that are worked out again. All else is written once.
CHANGING = frozenset(
    {
        "apitoken",
        "clustercell",
        "delivery",
        "entity",
        "forecaster",
        "jobrun",
        "keptanswer",
        "ledgerhead",
        "levelcell",
        "prediction",
        "predictioncounts",
        "scope",
        "sealedcontent",
        "searchtext",
        "source",
        "topic",
        "topicoutcomes",
        "uncounted",
        "upload",
        "webhook",
    }
)
# The state of a prediction, which changes; the rest of its row is the claim, which does not.
STATE_COLUMNS = (
    "status", "verdict", "review_reasons", "needs_confirmation", "next_check_at", "checked_at", "attempts", "retry_at",
    "last_error",
    "scheduled_close_at",
)  # fmt: skip
# Columns that came to a guarded table later, each with a guard of its own.
ADDED = {
    "prediction": ("deadline_basis", "sealed_at", "deadline_words", "deadline_policy"),
    "forecast": ("base_rate", "base_rate_cases", "base_rate_topic"),
}
# Enabled ALWAYS, so that they fire for a replication role too.
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND tgenabled = 'A' AND relnamespace = current_schema()::regnamespace"
    ),
}


def append_only() -> list[type[models.Model]]:
    """The tables whose rows never change and never go: all that are not known to change."""
    ours = apps.get_app_config("forecasts").get_models()
    return [model for model in ours if model._meta.model_name not in CHANGING]


def wanted_triggers() -> set[str]:
    """The triggers that refuse to change records."""
    verbs = ("no_update", "no_delete") if connection.vendor == "sqlite" else ("no_change",)
    tables = [model._meta.db_table for model in append_only()]
    claim = {f"forecasts_prediction_{what}" for what in ("no_update", "no_delete")}
    added = {f"forecasts_{name}_no_other_{column}" for name, columns in ADDED.items() for column in columns}
    return {f"{table}_{verb}" for table in tables for verb in verbs} | claim | added


def missing_triggers() -> list[str]:
    """The triggers that should refuse changes and are not there, or do not fire."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    return sorted(wanted_triggers() - found)

"""
Indexes go that another one begins with, or that nothing looks anything up by: each is written with every row.

In the database by hand, since SQLite would make each table anew, and lose its triggers.
"""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# Who recorded a row is shown, never looked for.
GONE = {
    "article": ("outlet",),
    "articleauthor": ("article",),
    "clustercell": ("scope",),
    "coverage": ("source",),
    "delivery": ("webhook",),
    "evaluation": ("rule_version",),
    "event": ("source",),
    "eventmerge": ("merged",),
    "eventversion": ("event", "recorded_by"),
    "evidence": ("event", "recorded_by"),
    "forecast": ("forecaster", "prediction", "recorded_by"),
    "judgement": ("rule_version",),
    "keptanswer": ("token",),
    "levelcell": ("scope",),
    "lexicon": ("code",),
    "lexiconentry": ("lexicon",),
    "observation": ("recorded_by",),
    "prediction": ("article", "holder", "topic", "contrasts_with", "recorded_by"),
    "resolution": ("prediction",),
    "ruleversion": ("prediction",),
    "score": ("forecast",),
    "webhook": ("account",),
    "witness": ("evaluation",),
}
PREDICTION_IN_CONTRAST = models.Index(
    name="prediction_in_contrast",
    fields=["contrasts_with"],
    condition=models.Q(contrasts_with__isnull=False),
)


class DropIndexes(Operation):
    """Drop the index of each of these columns, and have Django know that they have none."""

    reversible = True

    def state_forwards(self, app_label, state):
        for model, fields in GONE.items():
            for name in fields:
                field = state.models[app_label, model].fields[name].clone()
                field.db_index = False
                state.alter_field(app_label, model, name, field, preserve_default=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for meta, column in _columns(from_state.apps, app_label):
            for name in _indexes(schema_editor, meta, column):
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for meta, column in _columns(from_state.apps, app_label):
            fields = [field for field in meta.local_fields if field.column == column]
            schema_editor.execute(schema_editor._create_index_sql(meta.model, fields=fields))

    def describe(self):
        return "Drop indexes that another one begins with, or that nothing is looked up by"


def _columns(apps, app_label):
    for model, fields in GONE.items():
        meta = apps.get_model(app_label, model)._meta
        yield from ((meta, meta.get_field(name).column) for name in fields)


def _indexes(schema_editor, meta, column):
    """The plain indexes of one column, whatever they were called; those with a name of ours are of some of its rows."""
    connection, ours = schema_editor.connection, {index.name for index in meta.indexes}
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, meta.db_table)
    for name, about in found.items():
        if about["index"] and not about["unique"] and about["columns"] == [column] and name not in ours:
            yield name


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0026_words_and_readings")]

    operations = [DropIndexes(), migrations.AddIndex("prediction", PREDICTION_IN_CONTRAST)]

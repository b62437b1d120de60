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
                state.models[app_label, model].fields[name] = field
        # Once for all of them: it makes anew whatever is related to them.
        state.reload_models([(app_label, model) for model in GONE], delay=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for meta, fields in _tables(from_state.apps, app_label):
            for name in _indexes(schema_editor, meta, [field.column for field in fields]):
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for meta, fields in _tables(from_state.apps, app_label):
            for field in fields:
                schema_editor.execute(schema_editor._create_index_sql(meta.model, fields=[field]))

    def describe(self):
        return "Drop indexes that another one begins with, or that nothing is looked up by"


def _tables(apps, app_label):
    for model, names in GONE.items():
        meta = apps.get_model(app_label, model)._meta
        yield meta, [meta.get_field(name) for name in names]


def _indexes(schema_editor, meta, columns):
    """The plain indexes of single columns, whatever they were called; those with a name of ours are of some of the rows."""
    connection, ours = schema_editor.connection, {index.name for index in meta.indexes}
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, meta.db_table)
    of_one = {name: about["columns"][0] for name, about in found.items() if len(about["columns"]) == 1}
    for name, column in of_one.items():
        if column in columns and found[name]["index"] and not found[name]["unique"] and name not in ours:
            yield name


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0026_words_and_readings")]

    operations = [DropIndexes(), migrations.AddIndex("prediction", PREDICTION_IN_CONTRAST)]

"""Indexes of tables that may be large, made while others go on recording."""

from django.db.migrations.operations import AddIndex


class AddIndexBesideWriters(AddIndex):
    """
    Add an index without keeping anybody from writing where the database can do so; for migrations that are not atomic.

    What was left of an attempt that was killed is removed first, so that the step can be taken again.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        beside = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
        name = schema_editor.quote_name(self.index.name)
        schema_editor.execute(f"DROP INDEX {'CONCURRENTLY ' if beside else ''}IF EXISTS {name}")
        schema_editor.add_index(to_state.apps.get_model(app_label, self.model_name), self.index, **beside)

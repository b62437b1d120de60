"""Statements that no operation of Django writes: triggers, functions and settings of tables."""

from django.db.migrations.operations.base import Operation


class ByHand(Operation):
    """
    Execute statements, forwards and back.

    Unlike `RunPython` it makes no models for whoever executes them: making those of all apps anew took a third of
    the time of setting up a database.

    Args:
        install: Called with the schema editor to go forwards.
        remove: The same to go back.
    """

    reversible = True

    def __init__(self, install, remove):
        self.install, self.remove = install, remove

    def state_forwards(self, app_label, state):
        """What Django knows of the models stays."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.install(schema_editor)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.remove(schema_editor)

    def describe(self):
        return "Triggers, functions or settings of tables"


def nothing(schema_editor):
    """For a direction in which there is nothing to do."""

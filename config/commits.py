"""What every connection does before it commits."""

from typing import Any

from django.apps import apps
from django.db import DatabaseError
from django.utils.module_loading import import_string

# By name: the backends are there before the apps are.
BEFORE_COMMIT = "forecasts.services.ledger.enter_transaction"


class EnteringCommits:
    """
    A connection that enters what a transaction recorded in the ledger as the last thing before its commit.

    In the backend, since here no service, no view of the admin, no command and nobody at a shell can forget it.
    """

    def commit(self: Any) -> None:
        """
        Enter what was recorded, then commit.

        Raises:
            Exception: The entry could not be written: then nothing is stored.
        """
        if apps.models_ready and not self.in_atomic_block:
            try:
                import_string(BEFORE_COMMIT)(self)
            except DatabaseError:
                raise
            except BaseException:
                # Django rolls back by itself only after errors of the database.
                self.rollback()
                raise
        super().commit()  # type: ignore[misc]  # What it is mixed into has it.

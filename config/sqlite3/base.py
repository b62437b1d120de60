"""Django's SQLite, entering what is recorded in the ledger, with connections that stay open from request to request."""

import os
from typing import Any
from weakref import WeakSet

from django.db.backends.sqlite3 import base

from config.commits import EnteringCommits

# Which file it is, whatever its name: its device and its number there.
Place = tuple[int, int]


class DatabaseWrapper(EnteringCommits, base.DatabaseWrapper):
    """As Django's, but for what happens before a commit, and for what a connection leaves behind that is used again."""

    _place: Place | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: WeakSet[Any] = WeakSet()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        # Looked at before: what takes the place of the file meanwhile is noticed with the next request.
        before = self._place_now()
        opened = super().get_new_connection(conn_params)
        self._place = before or self._place_now()
        return opened

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        self._cursors.add(cursor)
        return cursor

    def close_if_unusable_or_obsolete(self) -> None:
        """Between two requests, end every statement: one that was not read to its end keeps what is written later out of sight."""
        if not self.in_atomic_block:
            for cursor in list(self._cursors):
                cursor.close()
        super().close_if_unusable_or_obsolete()

    def is_usable(self) -> bool:
        """Whether the file that is open is still the one of that name: another may have taken its place."""
        return self.is_in_memory_db() or (self._place is not None and self._place == self._place_now())

    def _place_now(self) -> Place | None:
        try:
            found = os.stat(self.settings_dict["NAME"])
        except OSError:
            return None
        return found.st_dev, found.st_ino

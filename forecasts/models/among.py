"""Filtering by a long list of keys."""

from collections.abc import Iterable
from json import dumps
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func


class Among(Func):
    """
    Whether a column of UUIDs holds one of the keys: a condition for `filter`, `exclude` and `When`.

    The same as `__in`, but the list is one parameter. Django and the driver look at each parameter several times, which
    for the hundreds of keys of a batch takes them longer than the database.
    """

    arity = 1
    output_field = BooleanField()

    def __init__(self, name: str, keys: Iterable[UUID]) -> None:
        super().__init__(F(name))
        self.keys = list(keys)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, given = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s::uuid[])", [*given, f"{{{','.join(map(str, self.keys))}}}"]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, given = compiler.compile(self.source_expressions[0])
        listed = "SELECT value FROM json_each(%s)"
        return f"{column} IN ({listed})", (*given, dumps([key.hex for key in self.keys]))

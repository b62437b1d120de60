"""What every table has in common."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class Row(models.Model):
    """A row; one that is read is made in one go."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any) -> Self:
        """
        The row of these values; columns that are left out are read once they are asked for.

        The framework calls `__init__` with them, which sets one attribute after the other and takes five times as long.
        No column here does anything but hold its value, and nobody listens for rows being made.
        """
        row = cls.__new__(cls)
        vars(row).update(zip(field_names, values, strict=True))
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        return row

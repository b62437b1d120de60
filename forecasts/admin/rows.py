"""What belongs to a record and is read with it, never changed."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class KeptRows(admin.TabularInline):
    """The rows of another table that belong to a record, to be read."""

    template = "admin/forecasts/rows.html"
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

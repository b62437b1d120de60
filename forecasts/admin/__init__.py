"""
The admin: where people log, record, decide.

Every write goes through a service; nothing recorded can be changed or deleted.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import access, articles, events, forecasts, home, predictions, resolutions, sealed, sources, webhooks

__all__ = [
    "access",
    "articles",
    "events",
    "forecasts",
    "home",
    "predictions",
    "resolutions",
    "sealed",
    "sources",
    "webhooks",
]

admin.site.site_header = "Aftercast"
admin.site.site_title = "Aftercast"
admin.site.index_title = _("What needs doing")
admin.site.index = home.index  # type: ignore[method-assign]  # The site stays Django's own, with our first page.

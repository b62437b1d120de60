"""Every view of the admin: valid HTML, light, from few questions of the database, and from this host alone."""

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasts.admin.article_text import text_url
from forecasts.models import Article, Prediction
from tests.everything import a_row_in_every_table
from tests.markup import faults, loaded_from_elsewhere, weight

from .pages import step_page

pytestmark = pytest.mark.django_db
MOST_BYTES, MOST_QUERIES = 100_000, 15
# Of Django itself: the catalogue of its scripts' words, from this host.
OWN_SCRIPT = "/admin/jsi18n/"


def views() -> list[str]:
    """Every list, form, row and step of the application's models, where there is one."""
    found = [
        reverse("admin:index"),
        reverse("admin:app_list", args=["forecasts"]),
        reverse("admin:forecasts_forecast_upload"),
    ]
    found += [text_url(article) for article in Article.objects.all()[:1]]
    for model, owner in django_admin.site._registry.items():
        if model._meta.app_label != "forecasts":
            continue
        name = f"admin:forecasts_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        if hasattr(owner, "form_class"):
            found.append(reverse(f"{name}_add"))
        for row in owner.get_queryset(RequestFactory().get("/")).order_by("pk")[: 3 if model is Prediction else 1]:
            found.append(reverse(f"{name}_change", args=[row.pk]))
            found += [step_page(row, step.slug) for step in getattr(owner, "steps", ()) if step.is_offered(row)]
    return found


def test_every_view_is_valid_light_and_asks_little(admin):
    a_row_in_every_table()

    wrong, seen = [], views()
    for address in seen:
        with CaptureQueriesContext(connection) as captured:
            response = admin.get(address)
        assert response.status_code == 200, address
        html = response.content.decode()
        wrong += [(address, fault) for fault in (*faults(html), *loaded_from_elsewhere(html)) if fault != OWN_SCRIPT]
        if weight(response.content) > MOST_BYTES:
            wrong.append((address, f"{weight(response.content)} bytes"))
        if len(captured) > MOST_QUERIES:
            wrong.append((address, f"{len(captured)} queries"))

    assert wrong == []
    assert len(seen) > 55

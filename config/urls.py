"""Every address: the admin, the health checks, and the application's own."""

from django.contrib import admin
from django.urls import include, path

from config import health, metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("healthz/jobs", health.jobs),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("", include("forecasts.urls")),
]

handler400 = "forecasts.api.failures.bad_request"
handler404 = "forecasts.api.failures.page_not_found"
handler500 = "forecasts.api.failures.server_error"

"""Every address: the admin, the health checks, and the application's own."""

from django.contrib import admin
from django.urls import include, path

from config import health, metrics
from config.two_factor import LoginForm, two_factor

admin.site.login_form = LoginForm

urlpatterns = [
    path("admin/two-factor/", admin.site.admin_view(two_factor), name="two-factor"),
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

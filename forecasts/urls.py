"""The addresses of the application: the API, then the pages."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("forecasts.api.urls")),
    path("", include("forecasts.pages.urls")),
]

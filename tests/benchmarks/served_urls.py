"""The product's addresses, and an empty view that shows what the framework alone can do in the same process."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasts.api.renderers import OrjsonRenderer


class EmptyView(APIView):
    """Answers with nothing: nobody is asked for, nothing is counted, looked up or compared."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    renderer_classes = (OrjsonRenderer,)

    def get(self, request: Request) -> Response:
        return Response({})


class PlainView(APIView):
    """Answers with nothing, under the settings of the product: who asks is found out, and counted."""

    def get(self, request: Request) -> Response:
        return Response({})


def empty_page(request: HttpRequest) -> HttpResponse:
    """A page with nothing on it: what is around every page, under the settings of the product."""
    return render(request, "forecasts/base.html")


urlpatterns = [
    path("empty-page/", empty_page),
    path("empty/", EmptyView.as_view()),
    path("plain/", PlainView.as_view()),
    path("", include("config.urls")),
]

"""The API about itself."""

from functools import cache
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from forecasts.api.throttling import tell_budget
from forecasts.rules import rule_json_schema

from .base import Endpoint


class BudgetIsTold(APIView):
    """Counts like every other endpoint, and says how the budget stands."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        tell_budget(request, answer)
        return answer


class SchemaView(BudgetIsTold, SpectacularAPIView):
    """The OpenAPI document; it hangs on nothing but the code, so a process writes it once, which takes a second."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer: Any = request.accepted_renderer
        kind = f"{renderer.media_type}; charset={renderer.charset}" if renderer.charset else renderer.media_type
        name = self._get_filename(request, None)
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(_document(type(renderer).__name__), content_type=kind, headers=headers)


@cache
def _document(renderer: str) -> bytes:
    """The document as one of the view's renderers writes it."""
    (kind,) = (one for one in SchemaView.renderer_classes if one.__name__ == renderer)
    document = SchemaView.generator_class().get_schema(request=None, public=True)
    written = kind().render(document, renderer_context={})
    return written if isinstance(written, bytes) else str(written).encode()


class DocsView(BudgetIsTold, SpectacularSwaggerSplitView):
    """Every endpoint, to read and to try. Styles and scripts come from here, none of them inline."""

    url_name = "api:schema"
    template_name = "api/docs.html"


class RuleSchemaView(Endpoint):
    """The rule language."""

    @extend_schema(operation_id="rule_schema", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """The JSON Schema of rules."""
        return Response(rule_json_schema())


class NothingHere(Endpoint):
    """Any other address, so that its error is a problem like every other."""

    schema = None  # type: ignore[assignment]  # How the framework leaves a view out of the description.

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.path.endswith("/"):
            raise Http404

    def get(self, request: Request) -> HttpResponseRedirect:
        """Whoever forgot the slash is sent on."""
        return HttpResponseRedirect(request.get_full_path(force_append_slash=True))

    def post(self, request: Request) -> Response:
        """A redirect would lose the body."""
        raise NotFound("Addresses here end with a slash.")

"""How the OpenAPI document is written: who may call, and every error answer."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from .problems import MEDIA_TYPE

ERRORS = {
    400: "The request is malformed or refused; `errors` names each field.",
    401: "A token is needed, or the one shown is not valid.",
    403: "The token may not do this.",
    404: "There is nothing at this address.",
    409: "It is recorded already, or somebody else recorded it at the same moment. `Location` may say where.",
    412: "The record is not in the state that `If-Match` names; `ETag` is that of its state.",
    413: "The body is too large.",
    415: "The body is of a type that is not read here.",
    422: "The Idempotency-Key came with another request before.",
    429: "Too many requests; `Retry-After` says when to go on.",
}
ONLY_WRITING = (409, 412, 413, 415, 422)


class FieldErrorSerializer(serializers.Serializer):
    """What is wrong with one field of a request."""

    field = serializers.CharField(help_text="Its place, such as rules.0.name; empty for the whole.")
    message = serializers.CharField(help_text="What is wrong and what to do.")
    value = serializers.JSONField(required=False, help_text="The value that was sent, where it is short.")


class ProblemSerializer(serializers.Serializer):
    """An error, as RFC 9457 describes it."""

    type = serializers.CharField(help_text="The kind of problem: a reference to the page that explains it.")
    title = serializers.CharField(help_text="The kind of problem in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "forecasts.api.auth.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Issued by `manage.py create_token` or in the admin.",
        }


class CodeScheme(OpenApiSerializerFieldExtension):
    """Each code with what it means."""

    target_class = "forecasts.api.fields.CodeField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        meanings = dict(self.target.choices) | ({"": "None"} if self.target.allow_blank else {})
        return {"type": "string", "oneOf": [{"const": code, "title": str(text)} for code, text in meanings.items()]}


class ApiSchema(AutoSchema):
    """The schema of an endpoint, with its errors and with reading open to everybody."""

    def get_auth(self) -> list[dict[str, Any]]:
        auths = super().get_auth()
        is_open = self.method in SAFE_METHODS and not getattr(self.view, "is_private", False)
        return [*auths, {}] if is_open else auths

    def get_override_parameters(self) -> list[Any]:
        """Beside those of the endpoint, what is shown of a row and with it."""
        view: Any = self.view
        own = list(super().get_override_parameters())
        if getattr(view, "action", "") not in ("list", "retrieve"):
            return own
        fields = query("fields", "Names of fields with commas between; only these are shown, in their usual order.")
        if not view.includes:
            return [*own, fields]
        parts = ", ".join(f"`{name}`" for name in view.includes)
        told = f"What else to show of each row under `included`, with commas between: {parts}. Lists end after 20 rows."
        return [*own, fields, query("include", told)]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        is_write = self.method not in SAFE_METHODS
        for status, description in ERRORS.items():
            if (status not in ONLY_WRITING or is_write) and (status != 404 or "{" in self.path):
                problem = OpenApiResponse(ProblemSerializer(many=False), description=description)
                bodies[str(status)] = self._get_response_for_code(problem, str(status), [MEDIA_TYPE], direction)
        return bodies


def query(name: str, description: str, *, type: Any = str, required: bool = False) -> OpenApiParameter:
    """A query parameter that is described by hand."""
    return OpenApiParameter(name, type, OpenApiParameter.QUERY, description=description, required=required)

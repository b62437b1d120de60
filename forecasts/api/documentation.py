"""How the OpenAPI document is written: who may call, and every error answer."""

from collections.abc import Iterable
from typing import Any

from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]  # It ships no types.
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiFilterExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS

from forecasts.models import ApiToken

from .examples import add_example
from .negotiation import AsTheAddressSays
from .serializers.base import Body
from .shared_answers import (
    ERRORS,
    EVERYWHERE,
    NOT_MODIFIED,
    PARAMETERS,
    ProblemSerializer,
    header_references,
    reference,
)

ALWAYS = (400, 401, 406, 429, 500, 503)
SAID_ALREADY = {"enum", "format", "oneOf", "pattern"}
OF_WRITING = (403, 409, 413, 422)


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
        # An enumeration, since generators of clients read alternatives of one constant each as the first of them.
        told = {str(code): str(text) for code, text in meanings.items()}
        return {"type": "string", "enum": list(told), "x-meanings": told}


class ApiSchema(AutoSchema):
    """The schema of an endpoint: who may call it, what its headers say, and every error."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            add_example(operation)
        return operation

    def get_auth(self) -> list[dict[str, Any]]:
        auths = super().get_auth()
        return [*auths, {}] if self._is_open else auths

    def get_description(self) -> str:  # type: ignore[override]  # The stubs are of the framework's own class.
        told = str(super().get_description())
        scope = getattr(self.view, "write_scope", ApiToken.Scope.ADMIN)
        return told if self._is_open else f"{told}\n\nNeeds a token with the scope `{scope}`."

    @property
    def _is_read(self) -> bool:
        return self.method in SAFE_METHODS

    @property
    def _is_open(self) -> bool:
        """Whether everybody may read it, where the instance allows that."""
        return self._is_read and not getattr(self.view, "is_private", False)

    @property
    def _is_revision(self) -> bool:
        return getattr(self.view, "action", "") in getattr(self.view, "revisions", ())

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        """An address that may be left out is the empty text then, which is no URI; a text is more than spaces."""
        super()._insert_field_validators(field, schema)
        if field.read_only and schema.get("format") == "uri" and _may_be_empty(field):
            del schema["format"]
        if isinstance(field.parent, Body) and schema.get("minLength") == 1 and {"format", "pattern"}.isdisjoint(schema):
            schema["pattern"] = r"\S"

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: Any) -> Any:
        """A body refuses what it does not know."""
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)
        is_body = isinstance(serializer, Body) and direction == "request"
        return schema | {"additionalProperties": False} if is_body else schema

    def get_override_parameters(self) -> list[Any]:
        """Beside those of the endpoint, what is shown of a row and with it."""
        view: Any = self.view
        own = list(super().get_override_parameters())
        if getattr(view, "action", "") not in ("list", "retrieve"):
            return own
        names = list(view.get_serializer_class()().fields)
        fields = query(
            "fields", "Names of fields with commas between; only these are shown.", type=names_with_commas(names)
        )
        if not view.includes:
            return [*own, fields]
        told = "What else to show of each row under `included`, with commas between. Lists end after 20 rows."
        return [*own, fields, query("include", told, type=names_with_commas(view.includes))]

    def _get_filter_parameters(self) -> list[Any]:
        """What the rows can be narrowed by: of a list, and of a file."""
        view: Any = self.view
        if not getattr(view, "is_file", False):
            return super()._get_filter_parameters()
        return filter_parameters(self, view.filterset_class, model=view.model) if view.filterset_class else []

    def _get_parameters(self) -> list[Any]:
        parameters = super()._get_parameters()
        for parameter in parameters:
            schema = parameter["schema"]
            if parameter["in"] == "query" and schema.get("type") == "string" and SAID_ALREADY.isdisjoint(schema):
                schema["minLength"] = 1
        return [*parameters, *(reference("parameters", name) for name in PARAMETERS if self._reads_header(name))]

    def _reads_header(self, name: str) -> bool:
        match name:
            case "Idempotency-Key":
                return not self._is_read
            case "If-Match":
                return self._is_revision
        return self._is_read

    def _get_request_body(self, direction: Any = "request") -> Any:
        body = super()._get_request_body(direction)
        return body | {"required": True} if body else body

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> Any:
        own = ["Location"] if status_code == "201" else []
        own += ["ETag" if self._is_read else "Idempotency-Replayed"]
        return header_references((*own, *EVERYWHERE))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        self.resolve_serializer(ProblemSerializer, "response")
        self._add_included()
        if self._is_read:
            bodies["304"] = reference("responses", NOT_MODIFIED)
        for status in sorted(self._errors()):
            bodies[str(status)] = reference("responses", ERRORS[status].name)
        return bodies

    def _add_included(self) -> None:
        """What rows can be given together with, as a part of the row that comes when it is asked for."""
        view: Any = self.view
        if getattr(view, "action", "") in ("list", "retrieve") and view.includes:
            parts = {name: part.described(self._shown) for name, part in view.includes.items()}
            row = self.resolve_serializer(view.get_serializer_class(), "response").schema
            told = "With `include`, what it names of the row."
            row["properties"]["included"] = {"type": "object", "properties": parts, "description": told}

    def _shown(self, serializer: Any) -> dict[str, str]:
        return self.resolve_serializer(serializer, "response").ref

    def _errors(self) -> set[int]:
        view: Any = self.view
        statuses = {*ALWAYS} | ({404} if "{" in self.path else set())
        if view.content_negotiation_class is AsTheAddressSays:
            statuses.discard(406)
        if not self._is_open:
            statuses.add(403)
        if not self._is_read:
            statuses |= {*OF_WRITING} | ({415} if self._get_request_body() else set())
        return statuses | ({412} if self._is_revision else set())


def filter_parameters(schema: AutoSchema, filterset: Any, *, model: Any) -> list[Any]:
    """The parameters that a set of filters reads, as the list with the same filters tells them."""
    extension: Any = OpenApiFilterExtension.get_match(DjangoFilterBackend())
    return [
        parameter
        for name, one in filterset.base_filters.items()
        for parameter in extension.resolve_filter_field(schema, model, filterset, name, one)
    ]


def names_with_commas(names: Iterable[str]) -> dict[str, Any]:
    """The type of a list such as `id,title`."""
    one = f"(?:{'|'.join(names)})"
    return {"type": "string", "pattern": f"^{one}(?:,{one})*$", "maxLength": 1000}


def _may_be_empty(field: Any) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    columns = {column.name: column.blank for column in model._meta.fields} if model else {}
    return columns.get(field.source, False)


def query(name: str, description: str, *, type: Any = str, required: bool = False) -> OpenApiParameter:
    """A query parameter that is described by hand."""
    return OpenApiParameter(name, type, OpenApiParameter.QUERY, description=description, required=required)

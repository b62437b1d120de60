"""Where the API begins."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from .base import Endpoint


class RootSerializer(serializers.Serializer):
    """What there is to read and to write."""

    resources = serializers.DictField(
        child=serializers.URLField(), help_text="The address of each resource, by its name: its path below /api/v1/."
    )


class RootView(Endpoint):
    """Every address that names nothing recorded."""

    # Paths below this one; the URLconf fills them in.
    paths: tuple[str, ...] = ()

    @extend_schema(operation_id="root", responses=RootSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Where each resource is: what is read, what is recorded in numbers (`bulk/`) and what takes files (`imports/`)."""
        here = request.build_absolute_uri(request.path)
        return Response({"resources": {path.rstrip("/"): f"{here}{path}" for path in self.paths}})

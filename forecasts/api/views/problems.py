"""What the `type` of a problem leads to."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.problem_types import TYPES, ProblemType

from .base import Endpoint


class ProblemTypeSerializer(serializers.Serializer):
    """A kind of problem."""

    type = serializers.CharField(source="uri", help_text="What the `type` of such a problem holds.")
    title = serializers.CharField()
    status = serializers.IntegerField(help_text="The status that it comes with.")
    meaning = serializers.CharField()
    way_out = serializers.CharField(help_text="What to do.")


class ProblemListView(Endpoint):
    """Every kind of problem."""

    # Whoever needs a token is told so by a problem, and must be able to read what it means.
    permission_classes = [AllowAny]

    @extend_schema(operation_id="problems_list", responses=ProblemTypeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every kind of problem, with what it means and the way out."""
        return Response(ProblemTypeSerializer(TYPES.values(), many=True).data)


class ProblemView(Endpoint):
    """One kind of problem."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="problem", responses=ProblemTypeSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """What a problem means, and the way out."""
        return Response(ProblemTypeSerializer(_type(slug)).data)


def _type(slug: str) -> ProblemType:
    if slug not in TYPES:
        raise Http404
    return TYPES[slug]

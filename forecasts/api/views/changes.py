"""What was recorded or changed, for mirrors."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from forecasts.api.documentation import query
from forecasts.api.pagination import PAGE_SIZE, page_size
from forecasts.api.serializers.changes import ChangesSerializer
from forecasts.selectors.changes import BEGINNING, NoPosition, Position, changes_after, position_of

from .base import Endpoint

PLACE = {"type": "string", "pattern": "^[0-9]{1,18}-[0-9]{1,18}-[0-9]{1,18}$"}


class ChangesView(Endpoint):
    """The feed of changes."""

    def parameters(self) -> list[str]:
        return ["since", "page_size"]

    @extend_schema(
        operation_id="changes",
        parameters=[
            query(
                "since", "From the `next` of an earlier answer; everything from the beginning without it.", type=PLACE
            ),
            query("page_size", "Changes in an answer.", type=PAGE_SIZE),
        ],
        responses=ChangesSerializer,
    )
    def get(self, request: Request) -> Response:
        """
        Everything that was recorded or changed, in the order in which it became visible.

        Read from the beginning, follow `next`, and keep the last `next` for later: nothing is missed and nothing comes
        twice, however many write at once. A change is given out once every transaction that began before it is over.
        Nothing is ever deleted, so no deletion is told. Texts that were taken out of a record are told as `REDACTED`: read it
        again, and take them out of your copy.
        """
        since, size = self._since(), page_size(request.query_params.get("page_size"))
        found = changes_after(position=since, limit=size + 1)
        page = found[:size]
        place = position_of(page[-1]) if page else since
        data = {
            "next": replace_query_param(request.build_absolute_uri(), "since", str(place)),
            "has_more": len(found) > size,
            "results": page,
        }
        return Response(ChangesSerializer(data, context={"request": request}).data)

    def _since(self) -> Position:
        text = self.request.query_params.get("since", "")
        try:
            return Position.read(text) if text else BEGINNING
        except NoPosition as error:
            raise ValidationError({"since": [str(error)]}) from None

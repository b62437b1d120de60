"""Predictions and forecasts that are committed to now and read later."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.filters import SealedFilter
from forecasts.api.permissions import require_forecaster
from forecasts.api.serializers.sealed import NewReveal, NewSealed, SealedSerializer, SealedWithSaltSerializer
from forecasts.ledger.seals import COMMITMENT
from forecasts.models import ApiToken, Sealed, SealedContent, Unsealing
from forecasts.services.refusal import refuse
from forecasts.services.sealing import opened_by, reveal, seal_commitment, seal_content
from forecasts.tasks import hint

from .base import RECENCY, Records, recorded

SEALED = Sealed.objects.select_related("forecaster").prefetch_related(
    Prefetch("unsealings", Unsealing.objects.order_by("id"))
)


class SealedViewSet(Records):
    """What somebody committed to, and what was in it once that is revealed."""

    queryset = SEALED
    serializer_class = SealedSerializer
    filterset_class = SealedFilter
    orderings = RECENCY | {"reveal_by": ("reveal_by", "id")}
    lookup_field = "commitment"
    lookup_value_regex = COMMITMENT.pattern
    write_scope = ApiToken.Scope.FORECAST_WRITE

    @extend_schema(request=NewSealed, responses={201: SealedWithSaltSerializer})
    def create(self, request: Request) -> Response:
        """
        Seal a prediction or a forecast: readers see that there is one, and not what it says.

        Give the `content` to have it kept here and revealed by itself on its date, or a `commitment` to one that you
        keep. What is revealed counts from now on; what nobody reveals by its date counts against the forecaster.
        """
        body = self.body(NewSealed)
        require_forecaster(self.token, body["forecaster"])
        row = recorded(
            lambda: sealed_from(body, account=self.account, now=timezone.now()),
            field="commitment",
            address=self.address,
        )
        made = SEALED.get(pk=row.pk)
        made.opening_salt = salts_kept([row.commitment]).get(row.commitment)  # type: ignore[attr-defined]  # For this answer alone; no column.
        return Response(SealedWithSaltSerializer(made).data, status=201, headers={"Location": self.address(row)})

    @extend_schema(operation_id="sealed_reveal", request=NewReveal, responses={200: SealedSerializer})
    @action(detail=True, methods=["post"], url_path="reveal", filterset_class=None)
    def reveal(self, request: Request, **kwargs: Any) -> Response:
        """
        Reveal what was sealed: it is checked against the commitment and recorded as of when it was sealed.

        Revealing it again changes nothing; anything else is refused with what differs.
        """
        row, body = self.get_object(), self.body(NewReveal)
        require_forecaster(self.token, row.forecaster)
        reveal_from(body, sealed=row, account=self.account, now=timezone.now())
        hint()
        return Response(SealedSerializer(SEALED.get(pk=row.pk)).data)


def sealed_from(body: dict[str, Any], *, account: Any, now: datetime) -> tuple[Sealed, bool]:
    """
    Seal what a checked body says; whether it is new.

    Raises:
        Refused: It has neither content nor commitment or both, or could not be revealed.
    """
    given = {name: body[name] for name in ("forecaster", "reveal_by", "about")}
    content, commitment = body["content"], body["commitment"]
    if (content is None) == (not commitment):
        raise refuse("content", "Give either a content to keep here, or a commitment to one that you keep.")
    if content is None:
        return seal_commitment(commitment=commitment, now=now, recorded_by=account, **given)
    row, _ = seal_content(content=content, now=now, recorded_by=account, **given)
    return row, True


def reveal_from(body: dict[str, Any], *, sealed: Sealed, account: Any, now: datetime) -> tuple[Unsealing, bool]:
    """
    Reveal what was sealed with what a checked body gives; whether it is new.

    Raises:
        Refused: It is not what was sealed, or cannot be recorded.
    """
    content, salt = body["content"], body["salt"]
    if content is None and salt:
        raise refuse("content", "A salt goes with the content that was sealed with it: give both, or neither.")
    given = None if content is None else opened_by(content=content, salt=salt)
    return reveal(sealed=sealed, given=given, now=now, recorded_by=account)


def salts_kept(commitments: Iterable[object]) -> Mapping[str, str]:
    """What opens those of the commitments whose content is kept here, until it is revealed."""
    kept = SealedContent.objects.filter(sealed__commitment__in=list(commitments))
    return dict(kept.values_list("sealed__commitment", "salt"))

"""Webhooks: each account sees and changes its own alone."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from forecasts.api.pagination import CreatedCursorPagination
from forecasts.api.permissions import WithScope
from forecasts.api.serializers.webhooks import (
    DeliverySerializer,
    NewWebhook,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from forecasts.models import ApiToken, Delivery, Webhook
from forecasts.selectors.webhooks import webhooks_of
from forecasts.services.webhooks import pause, ping, resume, rotate_secret, secret_of, send_again, subscribe

from .base import NUMBER, Records

OF_DELIVERY = OpenApiParameter("number", int, OpenApiParameter.PATH, description="The `id` of the delivery.")


class WebhookViewSet(Records):
    """Addresses that are told of what happens to predictions. An account sees its own."""

    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    permission_classes = [WithScope]
    write_scope = ApiToken.Scope.WEBHOOK_WRITE
    is_private = True

    def get_queryset(self) -> QuerySet[Webhook]:
        return webhooks_of(account=self.account) if self.token else Webhook.objects.none()

    def parameters(self) -> list[str]:
        return list(CreatedCursorPagination.parameters) if self.action == "deliveries" else super().parameters()

    @extend_schema(request=NewWebhook, responses={201: WebhookWithSecretSerializer})
    def create(self, request: Request) -> Response:
        """Have an address told of what happens from now on. The answer shows the secret, and no later one does."""
        webhook = subscribe(account=self.account, now=timezone.now(), **self.body(NewWebhook))
        return self._with_secret(webhook, status=201, headers={"Location": self.address(webhook)})

    @extend_schema(responses=DeliverySerializer(many=True))
    @action(detail=True, ordering=("-id",))
    def deliveries(self, request: Request, **kwargs: Any) -> Response:
        """What was sent or waits to be sent, the newest first, with what the receiver said. Kept for 30 days."""
        page = self.paginate_queryset(self.get_object().deliveries.all())
        return self.get_paginated_response(DeliverySerializer(page, many=True).data)

    @extend_schema(operation_id="webhooks_deliveries_retrieve", parameters=[OF_DELIVERY], responses=DeliverySerializer)
    @action(detail=True, url_path=f"deliveries/(?P<number>{NUMBER})")
    def delivery(self, request: Request, number: str, **kwargs: Any) -> Response:
        """One message, and how sending it went."""
        return Response(DeliverySerializer(self._delivery(number)).data)

    @extend_schema(
        operation_id="webhooks_deliveries_again_create",
        parameters=[OF_DELIVERY],
        request=None,
        responses={201: DeliverySerializer},
    )
    @action(detail=True, methods=["post"], url_path=f"deliveries/(?P<number>{NUMBER})/again")
    def again(self, request: Request, number: str, **kwargs: Any) -> Response:
        """Have a message sent once more, whatever became of it: a further delivery with the same `webhook-id`."""
        return self._to_be_sent(send_again(delivery=self._delivery(number), now=timezone.now()))

    @extend_schema(request=None, responses={201: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, **kwargs: Any) -> Response:
        """Have a test message sent within moments; the address in `Location` tells how it went."""
        return self._to_be_sent(ping(webhook=self.get_object(), now=timezone.now()))

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **kwargs: Any) -> Response:
        """Send nothing until it is resumed."""
        pause(webhook=self.get_object())
        return Response(WebhookSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **kwargs: Any) -> Response:
        """Go on where it was paused or disabled, with everything that happened since."""
        resume(webhook=self.get_object())
        return Response(WebhookSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=WebhookWithSecretSerializer)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, **kwargs: Any) -> Response:
        """Get a new secret, shown this once. For a day messages are signed with the old one too."""
        webhook = rotate_secret(webhook=self.get_object(), now=timezone.now())
        return self._with_secret(webhook, status=200, headers={})

    def _delivery(self, number: str) -> Delivery:
        return get_object_or_404(self.get_object().deliveries, pk=number)

    def _to_be_sent(self, delivery: Delivery) -> Response:
        kwargs = {"pk": delivery.webhook_id, "number": delivery.pk}
        place = reverse("api:webhooks-delivery", kwargs=kwargs, request=self.request)
        return Response(DeliverySerializer(delivery).data, status=201, headers={"Location": place})

    def _with_secret(self, webhook: Webhook, *, status: int, headers: dict[str, str]) -> Response:
        webhook.secret_shown_once = secret_of(webhook=webhook, now=timezone.now())  # type: ignore[attr-defined]  # For this answer alone; no column.
        return Response(WebhookWithSecretSerializer(webhook).data, status=status, headers=headers)

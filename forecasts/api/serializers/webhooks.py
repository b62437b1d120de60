"""Webhooks and their deliveries."""

from rest_framework import serializers

from forecasts.api.fields import CodeField, ForecasterField, TopicField, WebAddressField
from forecasts.models import Delivery, Webhook

from .base import Answer, Body


class NewWebhook(Body):
    """An address to be told of what happens from now on."""

    url = WebAddressField(help_text="Where messages are sent; on the public Internet, at the usual port.")
    events = serializers.ListField(
        child=CodeField(choices=Webhook.Event.choices),
        min_length=1,
        max_length=20,
        error_messages={"min_length": f"Choose at least one of {', '.join(Webhook.Event.values)}."},
        help_text="What it is told of.",
    )
    topic = TopicField(required=False, allow_null=True, default=None, help_text="Only this topic and all below it.")
    forecaster = ForecasterField(
        required=False, allow_null=True, default=None, help_text="Only predictions that they hold or forecast."
    )


class WebhookSerializer(Answer):
    """A webhook, without its secret."""

    events = serializers.ListField(child=CodeField(choices=Webhook.Event.choices), read_only=True)
    topic = serializers.CharField(source="topic.path", read_only=True, allow_null=True, default=None)
    forecaster = serializers.CharField(source="forecaster.slug", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Webhook
        fields = [
            "id",
            "url",
            "events",
            "topic",
            "forecaster",
            "state",
            "reason",
            "n_failures",
            "rotated_at",
            "recorded_at",
        ]


class WebhookWithSecretSerializer(WebhookSerializer):
    """A webhook with its secret, which no later answer shows."""

    secret = serializers.CharField(
        source="secret_shown_once", read_only=True, help_text="What its messages are signed with; keep it."
    )

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(Answer):
    """A message to a webhook, and how sending it went."""

    message_id = serializers.SerializerMethodField(help_text="What the header webhook-id says.")

    class Meta:
        model = Delivery
        fields = [
            "id",
            "message_id",
            "number",
            "event",
            "body",
            "recorded_at",
            "attempts",
            "next_attempt_at",
            "last_status",
            "last_error",
            "delivered_at",
            "gave_up_at",
        ]

    def get_message_id(self, delivery: Delivery) -> str:
        return delivery.header_id

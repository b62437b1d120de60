"""What is committed to now and read later."""

import json
from typing import Any

from rest_framework import serializers

from forecasts.api.fields import ForecasterField, InstantField, SealedField
from forecasts.ledger.redactions import is_redacted
from forecasts.ledger.seals import COMMITMENT, SALT
from forecasts.models import Sealed, Unsealing
from forecasts.selectors.sealed import WAITING, state_of

from .base import Answer, Body, HexText, ShortText

STATES = (
    (WAITING, "Nobody can read it yet"),
    (Unsealing.Kind.REVEALED.value, "Revealed, and what was sealed"),
    (Unsealing.Kind.OVERDUE.value, "Its date passed, and nobody revealed it: it counts against the forecaster"),
)
DOCUMENT = (
    "What was sealed: `v`, `probability`, and the id of a `prediction` or the texts of a new one; docs/ledger.md."
)


class SealedSerializer(Answer):
    forecaster = serializers.SlugField(source="forecaster.slug", read_only=True)
    state = serializers.SerializerMethodField(help_text="SEALED, REVEALED, or OVERDUE: its date passed without it.")
    revealed_at = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField(help_text=f"{DOCUMENT} Null until it is revealed.")
    salt = serializers.SerializerMethodField(help_text="In hexadecimal. Null until it is revealed.")
    prediction = serializers.SerializerMethodField(help_text="What it was recorded as. Null until it is revealed.")
    forecast = serializers.SerializerMethodField(help_text="Its probability. Null until it is revealed.")

    class Meta:
        model = Sealed
        fields = [
            "id",
            "commitment",
            "forecaster",
            "about",
            "reveal_by",
            "recorded_at",
            "state",
            "revealed_at",
            "content",
            "salt",
            "prediction",
            "forecast",
        ]

    def _revealed(self, row: Sealed) -> Unsealing | None:
        return next((one for one in row.unsealings.all() if one.kind == Unsealing.Kind.REVEALED), None)

    def get_state(self, row: Sealed) -> str:
        return state_of(one.kind for one in row.unsealings.all())

    def get_revealed_at(self, row: Sealed) -> Any:
        found = self._revealed(row)
        return found.recorded_at if found else None

    def get_content(self, row: Sealed) -> dict[str, Any] | None:
        found = self._revealed(row)
        return json.loads(found.content) if found and not is_redacted(found.content) else None

    def get_salt(self, row: Sealed) -> str | None:
        found = self._revealed(row)
        return found.salt if found and not is_redacted(found.salt) else None

    def get_prediction(self, row: Sealed) -> Any:
        found = self._revealed(row)
        return found.prediction_id if found else None

    def get_forecast(self, row: Sealed) -> Any:
        found = self._revealed(row)
        return found.forecast_id if found else None


class SealedWithSaltSerializer(SealedSerializer):
    """What was sealed just now, with what opens it: shown this once."""

    opening_salt = serializers.CharField(
        allow_null=True,
        help_text="In hexadecimal; keep it to prove yourself what you sealed. Null with a commitment of yours.",
    )

    class Meta(SealedSerializer.Meta):
        fields = [*SealedSerializer.Meta.fields, "opening_salt"]


class NewSealed(Body):
    """A content to keep here until its date, or a commitment to one that you keep."""

    forecaster = ForecasterField(help_text="Slug; the forecaster that the token is for.")
    reveal_by = InstantField(help_text="When it is revealed at the latest, from a minute to ten years from now.")
    content = serializers.DictField(required=False, allow_null=True, default=None, help_text=DOCUMENT)
    commitment = HexText(
        COMMITMENT.pattern,
        max_length=64,
        help_text='SHA-256 of "aftercast/seal/v1\\n", salt and content, in hexadecimal.',
    )
    about = ShortText(200, help_text="What readers are told before it is revealed.")


class NewReveal(Body):
    """What opens the commitment; empty where that is kept here."""

    content = serializers.DictField(required=False, allow_null=True, default=None, help_text=DOCUMENT)
    salt = HexText(SALT.pattern, max_length=64, help_text="In hexadecimal.")


class NewRevealOf(NewReveal):
    sealed = SealedField(help_text="The commitment that it opens.")

"""Peer and baseline scores as they are shown: named for where they come from, with how to read them."""

from typing import Any

from rest_framework import serializers

from forecasts.scoring.peers import METACULUS_BASELINE, METACULUS_PEER
from forecasts.scoring.rules import Direction, Measure
from forecasts.selectors.peers import Peers

from .resolutions import RangeSerializer, range_of

CAUTION = (
    "For comparing with numbers known from there. One certain miss outweighs ten hits; read the Brier score instead."
)


class PeerMeasureSerializer(serializers.Serializer):
    """How to read a score."""

    name = serializers.CharField()
    version = serializers.CharField(help_text="Of the formula.")
    unit = serializers.CharField()
    range = RangeSerializer()
    lower_is_better = serializers.BooleanField()


class PeerLineSerializer(serializers.Serializer):
    """What a forecaster earned, all their forecasts together."""

    forecaster = serializers.CharField()
    peer = serializers.FloatField(help_text="Against the others who stood at the same time; all of them add up to 0.")
    spot = serializers.FloatField(help_text="The peer score at the one instant when the outcome could be known.")
    baseline = serializers.FloatField(help_text="Against always saying 0.5.")
    coverage = serializers.FloatField(help_text="The share of the scheduled time that a forecast stood.")
    n = serializers.IntegerField(help_text="Forecasts that count.")


class PeersSerializer(serializers.Serializer):
    prediction = serializers.UUIDField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True, help_text="When it was bound to be decided.")
    ends_at = serializers.DateTimeField(allow_null=True, help_text="When the outcome could be known.")
    measures = PeerMeasureSerializer(many=True)
    caution = serializers.CharField()
    missing_reason = serializers.CharField(allow_null=True, help_text="Why there are no scores.")
    missing_text = serializers.CharField(allow_null=True, help_text="The same as a sentence.")
    n_forecasters = serializers.IntegerField()
    forecasters = PeerLineSerializer(many=True, help_text="The highest peer score first; at most 1,000.")


def peers_of(found: Peers) -> dict[str, Any]:
    """The peer scores in the shape of `PeersSerializer`."""
    return {
        "prediction": found.prediction_id,
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "ends_at": found.ends_at,
        "measures": [_read_as(METACULUS_PEER), _read_as(METACULUS_BASELINE)],
        "caution": CAUTION,
        "missing_reason": found.absent and found.absent.reason.value,
        "missing_text": found.absent and found.absent.text,
        "n_forecasters": found.n_forecasters,
        "forecasters": found.lines,
    }


def _read_as(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "version": measure.version,
        "unit": measure.unit,
        "range": range_of(measure),
        "lower_is_better": measure.direction is Direction.LOWER_IS_BETTER,
    }

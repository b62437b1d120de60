"""Calibration as it is shown: counts, curve and bands, each with its reason where the sample is too small."""

from typing import Any

from rest_framework import serializers

from forecasts.scoring.bands import Band, Consistency
from forecasts.scoring.calibration import level_columns
from forecasts.scoring.figures import figures_of
from forecasts.scoring.intervals import IntervalMethod
from forecasts.scoring.levels import Levels
from forecasts.scoring.reliability import Bands, curve_of, losses_of
from forecasts.scoring.thresholds import Absent, why_absent
from forecasts.selectors.scorecards import Scorecard

from .accuracy import SampleSerializer, sample_of
from .base import Part
from .figures import FigureSerializer, IntervalSerializer, MissingSerializer, figure, missing

LEVEL = 0.95
NAMES = ("BRIER", "MISCALIBRATION", "MISCALIBRATION_BY_CHANCE", "MISCALIBRATION_P_VALUE", "DISCRIMINATION", "UNCERTAINTY",
         "BIAS", "OVERCONFIDENCE", "RECALIBRATION_INTERCEPT", "RECALIBRATION_SLOPE")  # fmt: skip


class LevelSerializer(Part):
    """One probability that was used, how much of all it was used for, and the share of it that came about."""

    comes_as_shown = True  # From `levels_shown`.

    probability = serializers.CharField()
    n = serializers.IntegerField()
    share = serializers.FloatField(
        help_text="Of all forecasts by weight: the levels are the distribution of what was said."
    )
    observed_share = serializers.FloatField()
    interval = IntervalSerializer(allow_null=True, help_text="Null below 30 independent events.")


class StepSerializer(Part):
    """A run of probabilities over which the share that happened is taken to be the same."""

    comes_as_shown = True  # By its fields.

    low = serializers.FloatField()
    high = serializers.FloatField()
    observed_share = serializers.FloatField()
    n = serializers.FloatField()


class CurveSerializer(MissingSerializer):
    """The calibration curve, by pooling neighbours (PAV): no bins."""

    steps = StepSerializer(many=True)


class PointSerializer(Part):
    probability = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class BandSerializer(MissingSerializer):
    """A range for the share that happens at each probability."""

    method = serializers.CharField()
    coverage = serializers.FloatField(allow_null=True)
    is_simultaneous = serializers.BooleanField(help_text="It holds at all probabilities at once, or at each by itself.")
    draws = serializers.IntegerField(allow_null=True, help_text="How many records chance drew, from a fixed seed.")
    points = PointSerializer(many=True)


class BandsSerializer(Part):
    """What chance would do, and what is proven."""

    consistency = BandSerializer(help_text="Where the curve of somebody perfectly calibrated lies.")
    honest = BandSerializer(help_text="Where the true shares lie, whatever they are.")
    statement = serializers.CharField(help_text="What is proven, in words.")


class LossSerializer(Part):
    """The elementary score: what acting on every probability above the threshold lost on average."""

    comes_as_shown = True  # By its fields.

    threshold = serializers.FloatField()
    loss = serializers.FloatField()
    always_base_rate = serializers.FloatField(help_text="What always saying the share that happened would have lost.")


class MurphySerializer(MissingSerializer):
    """The Murphy diagram: lower at every threshold is better under every proper score."""

    points = LossSerializer(many=True)


class CalibrationSerializer(SampleSerializer):
    scores = FigureSerializer(many=True)
    levels = LevelSerializer(many=True)
    curve = CurveSerializer()
    murphy = MurphySerializer()
    bands = BandsSerializer(allow_null=True, help_text="With `bands=true`.")


def calibration_of(card: Scorecard) -> dict[str, Any]:
    """The scorecard in the shape of `CalibrationSerializer`."""
    levels, n_clusters = card.sample.levels, card.sample.n_clusters
    curve, murphy = curve_of(levels, n_clusters=n_clusters), losses_of(levels, n_clusters=n_clusters)
    has_bars = why_absent("level_intervals", levels, n_clusters=n_clusters) is None
    return sample_of(card) | {
        "scores": [figure(one) for one in figures_of(card.sample, names=NAMES)],
        "levels": levels_shown(levels, has_bars=has_bars),
        "curve": missing(curve) | {"steps": () if isinstance(curve, Absent) else [step._asdict() for step in curve]},
        "murphy": missing(murphy)
        | {"points": () if isinstance(murphy, Absent) else [loss._asdict() for loss in murphy]},
        "bands": card.bands and _bands(card.bands),
    }


def levels_shown(levels: Levels, *, has_bars: bool) -> list[dict[str, Any]]:
    """Each level as `LevelSerializer` shows it."""
    method = IntervalMethod.JEFFREYS.value
    columns = *level_columns(levels), (levels.weights / levels.n).tolist()
    return [
        {
            "probability": f"{probability:.4f}",
            "n": n,
            "share": share,
            "observed_share": observed,
            "interval": {"low": low, "high": high, "method": method, "level": LEVEL, "n_clusters": n}
            if has_bars
            else None,
        }
        for probability, n, observed, low, high, share in zip(*columns, strict=True)
    ]


def _bands(bands: Bands) -> dict[str, Any]:
    draws = bands.consistency.draws if isinstance(bands.consistency, Consistency) else None
    around = _band(bands.around_diagonal, method=IntervalMethod.RESAMPLED)
    honest = _band(bands.honest, method=IntervalMethod.CLOPPER_PEARSON)
    return {
        "consistency": around | {"is_simultaneous": False, "draws": draws},
        "honest": honest | {"is_simultaneous": True, "draws": None},
        "statement": bands.text,
    }


def _band(band: Band | Absent, *, method: IntervalMethod) -> dict[str, Any]:
    if isinstance(band, Absent):
        return missing(band) | {"method": method, "coverage": None, "points": ()}
    points = zip(band.probabilities, band.low, band.high, strict=True)
    named = [{"probability": at, "low": low, "high": high} for at, low, high in points]
    return missing(None) | {"method": method, "coverage": band.coverage, "points": named}

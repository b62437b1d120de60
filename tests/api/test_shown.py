"""Serializers that are taken apart once show the same as the framework shows by them."""

import orjson
import pytest
from rest_framework.serializers import ModelSerializer, Serializer

from forecasts.api.renderers import OrjsonRenderer
from forecasts.api.serializers.accuracy import CallSerializer, call_shown
from forecasts.api.serializers.base import Part
from forecasts.api.serializers.calibration import (
    LevelSerializer,
    LossSerializer,
    StepSerializer,
    levels_shown,
)
from forecasts.api.serializers.figures import FigureSerializer, figure
from forecasts.api.serializers.forecasts import ForecastSerializer, LexiconWithEntriesSerializer
from forecasts.api.serializers.predictions import PredictionSerializer, RuleSerializer
from forecasts.api.serializers.resolutions import ResolutionSerializer
from forecasts.models import Forecast, Lexicon, Prediction, Resolution, RuleVersion
from forecasts.scoring.curves import calibration_steps
from forecasts.scoring.figures import Sample, figures_of
from forecasts.scoring.levels import Levels
from forecasts.scoring.reliability import Loss
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.summary import summarise_sums
from forecasts.selectors.calls import Call
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_forecaster, make_prediction

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def shown(data: object) -> object:
    return orjson.loads(OrjsonRenderer().render(data))


def by_the_framework(kind: type, row: object) -> object:
    serializer = kind(row)
    serializer.fields  # noqa: B018 - made here, they are shown one by one
    return ModelSerializer.to_representation(serializer, row)


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        (PredictionSerializer, Prediction),
        (RuleSerializer, RuleVersion),
        (ForecastSerializer, Forecast),
        (LexiconWithEntriesSerializer, Lexicon),
        (ResolutionSerializer, Resolution),
    ],
)
def test_a_row_is_shown_as_the_framework_shows_it(kind, model):
    words = [{"phrase": "likely", "point": "0.7", "low": "0.6", "high": "0.8", "source": "median of 20 readers"}]
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=words, now=NOW)
    prediction = make_prediction()
    likely = wording(phrase="likely")
    record_forecast(prediction=prediction, forecaster=make_forecaster("bob"), wording=likely, made_at=NOW, now=NOW)
    record_forecast(prediction=prediction, forecaster=make_forecaster("cleo"), wording=None, made_at=NOW, now=NOW)
    make_event()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    rows = list(model.objects.all())

    assert rows
    for row in rows:
        assert shown(kind(row).data) == shown(by_the_framework(kind, row))


def test_a_field_that_somebody_took_away_is_not_shown():
    serializer = PredictionSerializer(make_prediction())
    serializer.fields.pop("title")

    assert "title" not in serializer.data
    assert "statement" in serializer.data


CALL = Call(
    prediction_id="0b0b7a9c-5d3e-4b6e-9a55-0d8c2f8b7d11", title="Aid is sent", topic="aid", forecaster="ada-byron",
    phrase="likely", probability=0.7, outcome=1.0, brier=0.09, log=0.3566749439, cluster="a", verdict="YES", state="FINAL",
    is_conditional=False, is_retrospective=True, weight=0.5,
)  # fmt: skip
LEVELS = Levels.of([0.2] * 20 + [0.7] * 20, [0, 1] * 20)
TOTALS = Totals.of([cell_of(2_000, 0)] * 10 + [cell_of(7_000, 10_000)] * 30)
FIGURES = figures_of(Sample(TOTALS, LEVELS, summarise_sums(TOTALS, LEVELS)))
MADE = [
    (CallSerializer, call_shown(CALL)),
    *((LevelSerializer, one) for one in levels_shown(LEVELS, has_bars=True)),
    *((StepSerializer, one._asdict()) for one in calibration_steps(LEVELS)),
    (LossSerializer, Loss(0.5, 0.1, 0.25)._asdict()),
    *((FigureSerializer, figure(one)) for one in FIGURES),
]


def test_every_part_that_comes_as_it_is_shown_is_tried_here():
    offered = {kind for kind in below(Part) if kind.comes_as_shown}

    assert {kind for kind, _ in MADE} == offered


def below(kind: type) -> set[type]:
    return {one for own in kind.__subclasses__() for one in (own, *below(own))}


@pytest.mark.parametrize(("kind", "made"), MADE)
def test_what_comes_as_it_is_shown_is_what_its_fields_would_show(kind, made):
    by_its_fields = Serializer.to_representation(kind(made), made)

    # To the byte: the names in their order, and no number of another kind.
    assert OrjsonRenderer().render(made) == OrjsonRenderer().render(by_its_fields)


def test_a_choice_is_shown_as_its_text_whatever_it_was_given_as():
    row = make_prediction()
    row.status, row.verdict = Prediction.Status.FINAL, "GHOST"

    told = shown(PredictionSerializer(row).data)

    assert (told["status"], told["verdict"]) == ("FINAL", "GHOST")
    assert told == shown(by_the_framework(PredictionSerializer, row))

"""Serializers that are taken apart once show the same as the framework shows by them."""

import orjson
import pytest
from rest_framework.serializers import ModelSerializer

from forecasts.api.renderers import OrjsonRenderer
from forecasts.api.serializers.forecasts import ForecastSerializer, LexiconWithEntriesSerializer
from forecasts.api.serializers.predictions import PredictionSerializer, RuleSerializer
from forecasts.api.serializers.resolutions import ResolutionSerializer
from forecasts.models import Forecast, Lexicon, Prediction, Resolution, RuleVersion
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_forecaster, make_prediction

pytestmark = pytest.mark.django_db


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

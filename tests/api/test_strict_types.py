"""Values of another type than their field asks for are refused, never converted."""

import json

import pytest

from tests.builders import make_forecaster, make_source

from .conftest import errors_of
from .test_bad_input import n_rows
from .test_recording import ARTICLE, EVENT

CLAIM = {"holder": "ada-byron", "topic": "aid", "title": "Aid", "statement": "Aid comes.", "outcome": "aid comes"}
pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize(
    ("path", "body", "field", "message"),
    [
        ("forecasters/", {"slug": "bob", "name": 7}, "name", "“7” will not do: give a text, in quotes."),
        ("forecasters/", {"slug": "bob", "name": True}, "name", "“True” will not do: give a text, in quotes."),
        ("forecasters/", {"slug": 7, "name": "Bob"}, "slug", "give a text, in quotes"),
        ("predictions/", CLAIM | {"is_scored": "yes"}, "is_scored", "give true or false, without quotes"),
        ("predictions/", CLAIM | {"is_scored": 1}, "is_scored", "give true or false, without quotes"),
        (
            "predictions/",
            CLAIM | {"wording": {"phrase": 7, "probability": "0.7"}},
            "wording.phrase",
            "give a text, in quotes",
        ),
        ("articles/", ARTICLE | {"text_is_excerpt": "false"}, "text_is_excerpt", "give true or false, without quotes"),
        ("articles/", ARTICLE | {"text": 7}, "text", "give a text, in quotes"),
        ("events/", EVENT | {"topics": ["aid/military", 7]}, "topics.1", "give a text, in quotes"),
        ("events/", EVENT | {"place": {"lat": "48.9", "lon": 2.3}}, "place.lat", "give a number, without quotes"),
        ("events/", EVENT | {"place": {"lat": True, "lon": 2.3}}, "place.lat", "give a number, without quotes"),
        (
            "sources/",
            {"slug": "feed", "name": "Feed", "tier": "A", "settlement_lag_seconds": "90"},
            "settlement_lag_seconds",
            "give a whole number, without quotes",
        ),
        (
            "sources/",
            {"slug": "feed", "name": "Feed", "tier": "A", "settlement_lag_seconds": 1.5},
            "settlement_lag_seconds",
            "give a whole number, without quotes",
        ),
    ],
)
def test_a_value_of_another_type_is_refused(path, body, field, message, administrator):
    make_forecaster("the-example"), make_source()
    before = n_rows()

    answer = administrator.post(path, json.dumps(body))

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]
    assert n_rows() == before


@pytest.mark.parametrize("text", ["90", "90.0", "9e1"])
def test_a_whole_number_is_one_however_it_is_written(text, administrator):
    body = f'{{"slug": "feed", "name": "Feed", "tier": "A", "settlement_lag_seconds": {text}}}'

    assert administrator.post("sources/", body).json()["settlement_lag_seconds"] == 90


@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        ("predictions/?status=", "status", "This parameter is empty. Give it a value, or leave it out."),
        ("predictions/?ordering=", "ordering", "This parameter is empty."),
        ("predictions/?include=", "include", "This parameter is empty."),
        ("predictions/?cursor=", "cursor", "This parameter is empty."),
        ("predictions/?q=", "q", "This parameter is empty."),
        ("changes/?since=", "since", "This parameter is empty."),
        ("exports/scores.csv?rule=", "rule", "This parameter is empty."),
        ("leaderboard/?bands=true", "bands", "no parameter “bands” here"),
        ("calibration/?bands=yes", "bands", "“yes” will not do: give true or false."),
        ("accuracy/?include=", "include", "This parameter is empty."),
        ("accuracy/?include=forecasts", "include", "“forecasts” is not among the choices: calls."),
        ("calibration/?include=calls", "include", "no parameter “include” here"),
        ("accuracy/?lead_days_min=-inf", "lead_days_min", "“-inf” will not do: give a number"),
        ("accuracy/?lead_days_min=1e999", "lead_days_min", "A valid number is required"),
        ("accuracy/?lead_days_min=%D9%A1", "lead_days_min", "will not do: give a number"),
    ],
)
def test_a_parameter_of_another_type_is_refused(path, field, message, reader):
    answer = reader.get(path)

    assert answer.status_code == 400
    assert message in errors_of(answer)[field]

"""The examples of docs/api.md do what the page says."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from forecasts.api.shared_answers import ERRORS
from forecasts.models import ApiToken
from tests.builders import make_forecaster, make_prediction, make_world

pytestmark = pytest.mark.any_database

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
READINGS = re.findall(
    r"^curl 'http://localhost:8000(/api/v1/(?:accuracy|calibration|leaderboard|compare)/\S*)'$", PAGE, re.M
)
LISTINGS = re.findall(r"^curl 'http://localhost:8000/api/v1/((?:predictions|search|changes|exports)/\S*)'$", PAGE, re.M)
EXAMPLES = re.findall(r"^```json\nPOST /api/v1/(\S+)\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.mark.django_db
def test_every_example_is_recorded(administrator):
    make_world()
    known = {}

    for path, text in EXAMPLES:
        for name, value in known.items():
            path, text = path.replace(f"${name}", value), text.replace(f"${name}", value)
        answer = administrator.post(path, json.loads(text))
        assert answer.status_code == 201, (path, answer.content.decode())
        known.setdefault(path.split("/")[0].removesuffix("s"), str(answer.json().get("id")))

    assert set(known) == {
        "forecaster",
        "topic",
        "article",
        "prediction",
        "forecast",
        "event",
        "source",
        "observation",
        "lexicon",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTINGS)
def test_every_listing_on_the_page_is_answered(path, reader):
    make_prediction()

    assert reader.get(path).status_code == 200


@pytest.mark.django_db
def test_the_error_on_the_page_is_the_error_that_comes(administrator):
    shown = json.loads(re.search(r'^```\n(\{\n  "type".*?)^```$', PAGE, re.M | re.S)[1])

    answer = administrator.post("forecasters/", {"slug": "jane-doe", "kind": "GHOST"})

    assert answer.json() == shown


def test_every_scope_and_every_status_is_on_the_page():
    for scope in ApiToken.Scope.values:
        assert f"| `{scope}` |" in PAGE
    for status in ERRORS:
        assert f"| {status} |" in PAGE


def test_the_limits_on_the_page_are_those_of_the_settings():
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 2_500_000
    assert "more than 2.5 MB" in PAGE


@pytest.mark.django_db
def test_every_scorecard_on_the_page_answers(client):
    make_prediction(holder=make_forecaster("david-hastings-dunn"))

    answers = {address: client.get(address).status_code for address in READINGS}

    assert len(answers) == 6
    assert {address for address, status in answers.items() if status != 200} == set()

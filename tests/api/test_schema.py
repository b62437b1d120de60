"""The OpenAPI document and what it promises."""

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator

from forecasts.rules import parse_rule
from tests.builders import make_prediction, rule_that_it_occurs

STORED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
WRITE_ERRORS = {"400", "401", "403", "409", "413", "415", "429"}


@pytest.fixture(scope="module")
def document() -> dict:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_document_in_docs_is_the_current_one(document):
    stored = yaml.safe_load(STORED.read_text(encoding="utf-8"))

    assert stored == document, "Run: manage.py spectacular --file docs/openapi.yaml"


def test_every_operation_documents_its_errors(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "schema/" in path and "rules" not in path:
                continue
            expected = WRITE_ERRORS if method == "post" else {"400", "401", "403", "429"}
            expected = expected | ({"404"} if "{" in path else set())
            assert expected <= set(operation["responses"]), f"{method} {path}"
            assert "application/problem+json" in operation["responses"]["400"]["content"]


def test_reading_is_open_and_writing_needs_a_token(document):
    predictions = document["paths"]["/api/v1/predictions/"]

    assert predictions["get"]["security"] == [{"token": []}, {}]
    assert predictions["post"]["security"] == [{"token": []}]


def test_a_code_is_documented_with_its_meaning(document):
    status = document["components"]["schemas"]["Prediction"]["properties"]["status"]

    assert {"const": "NEEDS_REVIEW", "title": "Needs review"} in status["oneOf"]


@pytest.mark.django_db
def test_answers_are_as_documented(document, reader):
    make_prediction()
    text = json.dumps({"schemas": document["components"]["schemas"]}).replace("#/components/schemas/", "#/$defs/")
    schemas = json.loads(text)["schemas"]
    row = reader.get("predictions/").json()["results"][0]

    Draft202012Validator({**schemas["Prediction"], "$defs": schemas}).validate(row)
    assert set(row) == set(document["components"]["schemas"]["Prediction"]["required"])


@pytest.mark.django_db
def test_the_schema_of_rules_accepts_what_the_parser_accepts(reader):
    schema = reader.get("schema/rules/").json()

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(rule_that_it_occurs())
    assert parse_rule(rule_that_it_occurs())


@pytest.mark.django_db
def test_the_page_of_the_api_asks_nobody_else_for_anything(reader):
    page = reader.get("docs/")

    assert page.status_code == 200
    assert "://" not in page.content.decode()
    assert "<style" not in page.content.decode()
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    assert reader.get("docs/?script=").status_code == 200


@pytest.mark.django_db
def test_the_document_is_served(reader):
    assert reader.get("schema/").status_code == 200
    assert reader.get("schema/?format=json").json()["openapi"] == "3.1.0"

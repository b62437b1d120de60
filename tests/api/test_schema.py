"""The OpenAPI document and what it promises."""

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator, ValidationError

from forecasts.rules import parse_rule
from tests.builders import make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.any_database

STORED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
READ_ERRORS = {"400", "401", "429", "500", "503"}
WRITE_ERRORS = READ_ERRORS | {"403", "406", "409", "413", "422"}
NEVER_406 = ("exports/", "calendar.ics", "claim-review/")
REVISIONS = {
    "predictions/{id}/verdicts/",
    "predictions/{id}/disputes/",
    "predictions/{id}/reopening/",
    "events/{id}/corrections/",
    "events/{id}/retraction/",
    "articles/{id}/corrections/",
    "rules/",
    "lexicons/",
}


@pytest.fixture(scope="session")
def document() -> dict:
    """The document as it is made now; as JSON, since YAML takes ten times as long to write."""
    out = StringIO()
    call_command("spectacular", format="openapi-json", validate=True, fail_on_warn=True, stdout=out)
    return json.loads(out.getvalue())


def test_the_document_in_docs_is_the_current_one(document):
    stored = yaml.load(STORED.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    assert stored == document, "Run: manage.py spectacular --file docs/openapi.yaml"


def operations_of(document: dict) -> list[tuple[str, str, dict]]:
    return [
        (path.removeprefix("/api/v1/"), method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def test_every_operation_documents_its_errors(document):
    for path, method, operation in operations_of(document):
        expected = set(WRITE_ERRORS if method == "post" else READ_ERRORS)
        expected |= {"404"} if "{" in path else set()
        expected |= {"415"} if "requestBody" in operation else set()
        expected |= {"412"} if path in REVISIONS and method == "post" else set()
        expected |= set() if any(part in path for part in NEVER_406) else {"406"}
        private = {"403"} if "webhooks/" in path else set()
        found = {status for status in operation["responses"] if status >= "400"}
        assert found == expected | private, f"{method} {path}"


def test_every_error_is_a_problem_that_says_how_the_budget_stands(document):
    answers = document["components"]["responses"]

    assert answers["TooManyRequests"]["headers"]["Retry-After"]["$ref"] == "#/components/headers/Retry-After"
    for name, answer in answers.items():
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-Request-ID"} <= set(answer["headers"])
        assert name == "NotModified" or "application/problem+json" in answer["content"]


def test_every_reading_can_be_conditional_and_every_writing_sent_again(document):
    for path, method, operation in operations_of(document):
        read = {one["$ref"].rpartition("/")[2] for one in operation.get("parameters", []) if "$ref" in one}
        success = next(answer for status, answer in operation["responses"].items() if status in ("200", "201"))
        if method == "post":
            assert read == {"Idempotency-Key"} | ({"If-Match"} if path in REVISIONS else set()), path
            assert ("Location" in success["headers"]) == ("201" in operation["responses"]), path
        else:
            assert read == {"If-None-Match"}, path
            assert "304" in operation["responses"], path
            assert "ETag" in success["headers"], path


def test_a_body_is_documented_as_strictly_as_it_is_read(document):
    bodies = {name: one for name, one in document["components"]["schemas"].items() if name.startswith("New")}

    assert len(bodies) > 20
    assert {name for name, one in bodies.items() if one.get("additionalProperties") is not False} == set()
    assert all(
        operation["requestBody"]["required"] for *_, operation in operations_of(document) if "requestBody" in operation
    )


def test_every_operation_that_needs_a_token_names_the_scope(document):
    told = {(path, method): operation["description"] for path, method, operation in operations_of(document)}

    assert "Needs a token with the scope `resolve`." in told["predictions/{id}/verdicts/", "post"]
    assert "Needs a token with the scope `webhook:write`." in told["webhooks/", "get"]
    assert "Needs a token" not in told["predictions/{id}/judgements/", "get"]
    for path, _, operation in operations_of(document):
        assert ("Needs a token" in operation["description"]) == ({} not in operation["security"]), path


def test_reading_is_open_and_writing_needs_a_token(document):
    predictions = document["paths"]["/api/v1/predictions/"]

    assert predictions["get"]["security"] == [{"token": []}, {}]
    assert predictions["post"]["security"] == [{"token": []}]


def test_a_code_is_documented_with_its_meaning(document):
    status = document["components"]["schemas"]["Prediction"]["properties"]["status"]

    assert "NEEDS_REVIEW" in status["enum"]
    assert status["x-meanings"]["NEEDS_REVIEW"] == "Needs review"


@pytest.mark.django_db
def test_answers_are_as_documented(document, reader):
    make_prediction()
    text = json.dumps({"schemas": document["components"]["schemas"]}).replace("#/components/schemas/", "#/$defs/")
    schemas = json.loads(text)["schemas"]
    row = reader.get("predictions/").json()["results"][0]

    Draft202012Validator({**schemas["Prediction"], "$defs": schemas}).validate(row)
    assert set(row) == set(document["components"]["schemas"]["Prediction"]["required"])


@pytest.mark.django_db
def test_what_is_shown_of_a_row_and_with_it_is_as_documented(document, reader):
    make_prediction()
    schemas = json.loads(json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/"))
    sparse = {**schemas["Prediction"], "required": [], "additionalProperties": False, "$defs": schemas}

    for query in ("fields=title,status", "fields=id&include=article,rules,forecasts,resolution,scores"):
        (row,) = reader.get(f"predictions/?{query}").json()["results"]

        Draft202012Validator(sparse).validate(row)
    assert set(row["included"]) == {"article", "rules", "forecasts", "resolution", "scores"}
    with pytest.raises(ValidationError, match="1 is not valid under any of the given schemas"):
        Draft202012Validator(sparse).validate(row | {"included": {"article": 1}})


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


@pytest.mark.django_db
def test_the_document_is_the_same_each_time_and_in_both_formats(reader, document):
    first, again = (reader.get("schema/", accept="application/vnd.oai.openapi") for _ in range(2))
    as_json = reader.get("schema/?format=json")

    assert first.content == again.content
    assert first.headers["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert first.headers["Content-Disposition"] == 'inline; filename="Aftercast.yaml"'
    assert yaml.load(first.content, Loader=yaml.CSafeLoader) == document == as_json.json()
    assert reader.get("schema/", **{"if-none-match": as_json.headers["ETag"]}).status_code == 200
    assert reader.get("schema/?format=json", **{"if-none-match": as_json.headers["ETag"]}).status_code == 304

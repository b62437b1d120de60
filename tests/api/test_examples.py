"""The examples of the OpenAPI document are what the API answers about the demonstration."""

import itertools
import json
from datetime import UTC, datetime

import pytest
import time_machine
import yaml
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from jsonschema import Draft202012Validator

from forecasts.models import ApiToken
from forecasts.services.tokens import issue_token

from .conftest import Program
from .examples import KEPT, ROOT, SALTED
from .test_every_get import NO_ETAG, Asking

pytestmark = pytest.mark.any_database

FILES = {
    "accuracy_calls_csv", "accuracy_calls_ndjson", "calendar", "export_events", "export_forecasts", "export_predictions",
    "export_resolutions", "export_scores",
}  # fmt: skip
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def document() -> dict:
    return yaml.load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def test_every_operation_has_an_example_that_keeps_to_its_own_schema(document):
    schemas = json.loads(json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/"))
    wrong, without = {}, set()
    for operations in document["paths"].values():
        for operation in operations.values():
            kinds = [*operation.get("requestBody", {}).get("content", {}).values()]
            shown = [answer["content"] for status, answer in operation["responses"].items() if status < "300"]
            kinds += [kind for content in shown for kind in content.values()]
            examples = [
                (kind["schema"], kind["examples"]["demonstration"]["value"]) for kind in kinds if "examples" in kind
            ]
            if len(examples) < 1 + ("requestBody" in operation):
                without.add(operation["operationId"])
            for schema, value in examples:
                own = json.loads(json.dumps(schema).replace("#/components/schemas/", "#/$defs/"))
                faults = Draft202012Validator({**own, "$defs": schemas}).iter_errors(value)
                if fault := next(faults, None):
                    wrong[operation["operationId"]] = f"{fault.json_path}: {fault.message}"[:300]

    assert without == SALTED, (
        "Record or read it in examples.py, then: pytest tests/api/test_examples.py --keep-examples"
    )
    assert wrong == {}


@pytest.mark.django_db
def test_every_example_is_what_the_api_answers(document, request, monkeypatch):
    # Ids in the order in which they are given, so that every run has the same rows in the same order.
    count_from_one()
    numbers = itertools.count(1)
    monkeypatch.setattr("uuid.os.urandom", lambda size: next(numbers).to_bytes(6, "big") + bytes(size - 6))
    with time_machine.travel(NOW, tick=False) as travel:
        call_command("load_lexicons")
        editor = get_user_model().objects.create_user(username="editor")
        _, text = issue_token(name="editor", account=editor, scopes=[ApiToken.Scope.ADMIN], now=NOW)
        session = Asking(Program(text), travel=travel, document=document)
        made = session.run()

    if request.config.getoption("--keep-examples"):
        KEPT.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert set(made) == set(kept)
    told = {name for name in made if comparable(made[name]) != comparable(kept[name])}
    # PostgreSQL tells of a change once it is committed, which nothing here is.
    assert told - ({"changes"} if connection.vendor == "postgresql" else set()) == set()
    faults = {(name, fault) for name, fault in session.faults.items() if fault}
    read = {one["get"]["operationId"] for one in document["paths"].values() if "get" in one}
    assert read - session.faults.keys() == SALTED, "not asked again; test_every_get.py asks for those of the ledger"
    # Files are told by the state of the records, which has no name on PostgreSQL while nothing is committed.
    assert faults <= ({(name, NO_ETAG) for name in FILES} if connection.vendor == "postgresql" else set())


def count_from_one() -> None:
    """Let ids that are numbers begin anew, wherever earlier tests left the sequences of PostgreSQL."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


def comparable(example: dict) -> dict:
    """An example without the order of the members in lines of JSON, which databases keep each in their own way."""
    answer = example["answer"]
    is_lines = isinstance(answer, str) and answer.startswith("{")
    return example | {"answer": [json.loads(line) for line in answer.splitlines()]} if is_lines else example

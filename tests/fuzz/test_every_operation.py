"""Made-up requests at every operation of the OpenAPI document: no server errors, and no answer that it does not tell."""

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable

from forecasts.models import ApiToken
from forecasts.services.tokens import issue_token
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_source

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

# FUZZ=50 makes fifty times as many requests, others each time, and each for everybody. Else who may do everything sends each
# and one of the others, in turn: who may send what at all is asked cell by cell in tests/api/test_permissions.py.
MORE = int(os.environ.get("FUZZ", "0"))
pytestmark = [pytest.mark.fuzz, pytest.mark.django_db, pytest.mark.timeout(300 * max(MORE, 1))]
ADMIN = ApiToken.Scope.ADMIN.value
ACCEPTED, REJECTED, SHAPE = "positive_data_acceptance", "negative_data_rejection", "response_schema_conformance"
# Why a request of the right types can be refused: what no type can say. Every error of such an answer is one of these.
BEYOND_TYPES = {
    r": There is no (forecaster|topic|article|prediction|event|source|entity) ": "what is named must be recorded",
    r"^cursor: This is no cursor of ours": "where a list goes on is told by the page before",
    r"holds a NUL character": "no text may",
    r"rule: ": "the criteria have a schema of their own, at schema/rules/",
    r": This number is too large; the limit is 1e18": "objects of any shape hold no larger numbers",
    r"cannot belong to itself|needs an address or a citation|Give either a content": "two fields together say too little",
    r"Give horizon_days together with|leave out as_of and variant": "one parameter goes with another",
    r"may not be blank": "a text of nothing but space is empty, and what is space is not told the same everywhere",
    r"^: This Idempotency-Key came with another request": "made-up keys come twice",
    r"ends before it starts|outside its window|before it happened|in the future|no date to reveal it by": "times are compared",
    r"^content: ": "what is sealed is any object until it is read, as docs/ledger.md tells",
    r"finer than four decimals|no more than 8 decimal places": "a number of JSON has no number of decimals",
    r"^: The first line is no header of a format": "a file is a text of one of some formats",
    r"is more than \d+: give the smaller size|The ledger has \d+ entries, not": "the ledger is as long as it is",
    r"^q: Give at least one word": "signs alone are no words",
}
APPLICATION = WSGIHandler()
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.fixture
def api() -> Iterator[Any]:
    """The API in this process, on rows of the tests."""
    # A request that ends would close the connection whose transaction the test rolls back.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    make_prediction(), make_event()
    schemathesis.checks.load_all_checks()
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", served)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def served(environ: dict[str, Any], start_response: Any) -> Any:
    """The project as a web server calls it."""
    return APPLICATION(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


def token_with(scope: str) -> str:
    account, _ = get_user_model().objects.get_or_create(username="editor")
    given = {"account": account, "now": NOW, "forecaster": make_forecaster(), "source": make_source()}
    return issue_token(name="fuzz", scopes=[scope], **given)[1]


def faults(problem: dict[str, Any]) -> list[str]:
    """What a problem finds wrong, each with its place."""
    errors = problem.get("errors") or [{"field": "", "message": problem["detail"]}]
    return [f"{error['field']}: {error['message']}" for error in errors]


def left_out(case: Any, answer: Any) -> list[Any]:
    """
    The checks that an answer gives its own reason to leave out. Each is one that OpenAPI has no way to state:

    - that a request of the right types is accepted, where all that is wrong with it is told, and every fault of it is
      `BEYOND_TYPES`; any other refusal of such a request still fails;
    - that a made-up `If-Match` is the state of a record (412);
    - that a request of wrong types is refused as a whole, where rows in numbers are refused one by one: a bad row is
      told in an answer with 200, which is what `mode=each` is for, and counted there as refused;
    - that an answer has every field, where `fields` asked for some: no schema of an answer hangs on a parameter. That
      what is left is as documented is tested without requests made up, in tests/api/test_schema.py.
    """
    if answer.headers.get("content-type") not in (["application/json"], ["application/problem+json"]):
        return []
    told = answer.json()
    is_beyond = answer.status_code == 412 or (
        answer.status_code in (400, 422)
        and all(any(re.search(reason, fault) for reason in BEYOND_TYPES) for fault in faults(told))
    )
    is_refused_by_row = answer.status_code == 200 and isinstance(told, dict) and told.get("refused", 0) > 0
    is_sparse = answer.status_code == 200 and "fields" in (case.query or {})
    names = [ACCEPTED] * is_beyond + [REJECTED] * is_refused_by_row + [SHAPE] * is_sparse
    return [schemathesis.checks.CHECKS.get_one(name) for name in names]


def make_up(operation: Any, *, mode: Any, send: Callable[[Any], None]) -> None:
    """Send requests made up from what the document says of an operation, or against it."""

    @seed(time.time_ns() if MORE else 1)
    @settings(
        max_examples=2 * max(MORE, 1),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def given_one(case: Any) -> None:
        send(case)

    # Nothing about some operations can be made wrong: they take neither parameters nor body.
    with suppress(Unsatisfiable):
        given_one()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_every_answer_is_documented_and_none_is_a_server_error(mode, api):
    tokens = {scope: {"Authorization": f"Bearer {token_with(scope)}"} for scope in ApiToken.Scope.values}
    found: dict[str, str] = {}
    n_requests: Counter[str] = Counter()
    others = cycle(["anonymous", *(scope for scope in tokens if scope != ADMIN)])

    def send(case: Any) -> None:
        for who in (*tokens, "anonymous") if MORE else (ADMIN, next(others)):
            headers = tokens.get(who, {})
            n_requests[who] += 1
            try:
                with transaction.atomic():
                    answer = case.call(headers=headers)
                    case.validate_response(answer, headers=headers, excluded_checks=left_out(case, answer))
            except Exception as failure:  # a group of failed checks; those of all operations are told at once
                found[f"{case.operation.label} as {who}"] = f"{type(failure).__name__}: {failure}"

    for result in api.get_all_operations():
        make_up(result.ok(), mode=mode, send=send)

    assert n_requests[ADMIN] > 100
    assert min(n_requests[who] for who in ("anonymous", *tokens)) > 10
    assert not found, "\n\n".join(f"{label}\n{text}" for label, text in found.items())

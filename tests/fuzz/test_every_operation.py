"""Made-up requests at every operation of the OpenAPI document: no server errors, and no answer that it does not tell."""

from collections.abc import Iterator
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

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db, pytest.mark.timeout(300)]
EXAMPLES = {"anonymous": 2, ApiToken.Scope.ADMIN.value: 4}
# What the document's types cannot say: a slug must be recorded to be referred to, an empty parameter is one not
# given, and rows sent in numbers are refused one by one. tests/api holds each of these to its answer by hand.
LEFT_OUT = ("positive_data_acceptance", "negative_data_rejection")
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
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", served)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def served(environ: dict[str, Any], start_response: Any) -> Any:
    """The project as a web server calls it."""
    return APPLICATION(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


def token_with(scope: str) -> str:
    account = get_user_model().objects.create_user(username="editor")
    given = {"account": account, "now": NOW, "forecaster": make_forecaster(), "source": make_source()}
    return issue_token(name="fuzz", scopes=[scope], **given)[1]


@pytest.mark.parametrize("who", ["anonymous", *ApiToken.Scope.values])
def test_every_answer_is_documented_and_none_is_a_server_error(who, api):
    headers = {} if who == "anonymous" else {"Authorization": f"Bearer {token_with(who)}"}
    left_out = [schemathesis.checks.CHECKS.get_one(name) for name in LEFT_OUT]
    found: dict[str, str] = {}
    n_requests = 0

    for result in api.get_all_operations():
        operation = result.ok()
        for mode in MODES:

            @seed(1)
            @settings(
                max_examples=EXAMPLES.get(who, 1),
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: Any) -> None:
                nonlocal n_requests
                n_requests += 1
                with transaction.atomic():
                    case.call_and_validate(headers=headers, excluded_checks=left_out)

            try:
                send()
            except Unsatisfiable:  # nothing about the operation can be made wrong: it takes neither parameters nor body
                continue
            except BaseException as failure:  # a group of failed checks; all operations are told at once
                found[f"{operation.label} ({mode.value})"] = f"{type(failure).__name__}: {failure}"

    assert n_requests > 100
    assert not found, "\n\n".join(f"{label}\n{text}" for label, text in found.items())

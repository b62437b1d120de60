"""A Python client that is made from the OpenAPI document, and nothing else, reads and writes."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections

from forecasts.models import ApiToken
from forecasts.services.tokens import issue_token
from tests.builders import NOW, make_article, make_prediction, make_world

pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

pytestmark = [pytest.mark.client, pytest.mark.django_db]
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
# What the generator cannot read: files of CSV. Every other operation must be in the client.
NOT_IN_CLIENT = {"/api/v1/imports/events/", "/api/v1/imports/forecasts/"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Requests are told where they fail."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a web server with the project, on the rows of the test: it works in the test's own transaction."""
    # A request that ends would close the connection whose transaction the test rolls back.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    shared = connections[DEFAULT_DB_ALIAS]
    shared.inc_thread_sharing()

    def serve() -> None:
        connections[DEFAULT_DB_ALIAS] = shared
        listening.serve_forever(poll_interval=0.05)

    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet) as listening:
        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()
    shared.dec_thread_sharing()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def made(tmp_path, monkeypatch) -> Any:
    """The client, and what the generator said."""
    (tmp_path / "config.yml").write_text("post_hooks: []\n", encoding="utf-8")
    told = subprocess.run(
        [Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", DOCUMENT, "--meta", "none",
         "--output-path", tmp_path / "aftercast_client", "--config", tmp_path / "config.yml"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    monkeypatch.syspath_prepend(tmp_path)
    return SimpleNamespace(
        told=told.stdout + told.stderr, module=lambda name: importlib.import_module(f"aftercast_client.{name}")
    )


def test_a_client_made_from_the_document_reads_and_writes(made, server):
    make_world(), make_prediction(), make_article()
    account = get_user_model().objects.create_user(username="editor")
    _, text = issue_token(name="client", account=account, scopes=[ApiToken.Scope.ADMIN], now=NOW)
    models, module = made.module("models"), made.module
    anybody = module("client").Client(base_url=server)
    editor = module("client").AuthenticatedClient(base_url=server, token=text)
    create = module("api.forecasters.forecasters_create")

    page = module("api.predictions.predictions_list").sync(client=anybody, include="forecasts", page_size=1)
    (prediction,) = page.results
    new = models.NewForecasterRequest(slug="the-oracle", name="The Oracle", kind=models.NewForecasterRequestKind.MODEL)
    recorded = create.sync_detailed(client=editor, body=new, idempotency_key="one")
    again = create.sync_detailed(client=editor, body=new, idempotency_key="one")
    said = models.NewForecastRequest(
        prediction=prediction.id,
        forecaster="the-oracle",
        wording=models.NewWordingRequest(probability="0.25"),
        made_at=datetime(2025, 1, 10, tzinfo=UTC),
    )
    forecast = module("api.forecasts.forecasts_create").sync(client=editor, body=said)
    refused = create.sync(client=editor, body=models.NewForecasterRequest(slug="No Slug", name="Nobody"))
    unasked = create.sync(client=anybody, body=new)

    assert (prediction.status, prediction.issued_at) == ("OPEN", datetime(2025, 1, 6, tzinfo=UTC))
    assert prediction.included.forecasts.n == 1
    assert (recorded.status_code, recorded.parsed.name) == (201, "The Oracle")
    assert recorded.headers["Location"] == f"{server}/api/v1/forecasters/the-oracle/"
    assert (again.parsed, again.headers["Idempotency-Replayed"]) == (recorded.parsed, "true")
    assert (forecast.probability, forecast.prediction) == ("0.2500", prediction.id)
    assert isinstance(refused, models.Problem)
    assert (refused.status, refused.errors[0].field) == (400, "slug")
    assert (unasked.status, unasked.title) == (401, "A token is needed")
    assert {line.split()[3] for line in made.told.splitlines() if "will not be generated" in line} == NOT_IN_CLIENT

"""The Python of docs/api.md does what the page says."""

import re
from functools import partial
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from forecasts.models import Change
from tests.builders import make_prediction

httpx = pytest.importorskip("httpx", reason="httpx is not installed")

pytestmark = [pytest.mark.client, pytest.mark.django_db]
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


def test_every_python_example_runs(monkeypatch):
    prediction = make_prediction()
    # A request that ends would close the connection whose transaction the test rolls back.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.WSGITransport(app=WSGIHandler())))
    (example,) = EXAMPLES
    found: dict = {}

    try:
        exec(example, found)  # noqa: S102 - our own page
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)

    assert len(found["changes"]) == Change.objects.count() > 5
    assert {row["id"] for row in found["rows"]} == {str(prediction.pk)}

"""Clients with and without a token."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from forecasts.models import ApiToken
from forecasts.services.tokens import issue_token
from tests.builders import NOW, make_forecaster, make_source, make_world


class Program:
    """A program that talks to the API, with a token or without."""

    def __init__(self, text: str = "") -> None:
        headers = {"authorization": f"Bearer {text}"} if text else {}
        self.client = Client(headers=headers)

    def get(self, path: str, **headers: str):
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def post(self, path: str, body: object):
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", text, content_type="application/json")


@pytest.fixture
def account(db):
    return get_user_model().objects.create_user(username="editor", password="a long enough password")


@pytest.fixture
def reader(db) -> Program:
    return Program()


@pytest.fixture
def program_with(account):
    """Makes a program whose token has the scopes; events are the wire's, forecasts Ada Byron's."""

    def make(*scopes: str) -> Program:
        _, text = issue_token(
            name="test",
            account=account,
            scopes=list(scopes),
            now=NOW,
            forecaster=make_forecaster(),
            source=make_source(),
        )
        return Program(text)

    return make


@pytest.fixture
def logger(program_with) -> Program:
    return program_with(ApiToken.Scope.PREDICTION_WRITE)


@pytest.fixture
def ingester(program_with) -> Program:
    make_world()
    return program_with(ApiToken.Scope.EVENT_WRITE)


@pytest.fixture
def resolver(program_with) -> Program:
    return program_with(ApiToken.Scope.RESOLVE)


@pytest.fixture
def administrator(program_with) -> Program:
    return program_with(ApiToken.Scope.ADMIN)


def errors_of(response) -> dict[str, str]:
    """The messages of an answer by field; it must be a problem."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    problem = response.json()
    assert problem["status"] == response.status_code
    return {error["field"]: error["message"] for error in problem.get("errors", [])}

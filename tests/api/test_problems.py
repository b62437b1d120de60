"""Every error is a problem, and its type leads to what it means."""

import pytest
from rest_framework import exceptions

from forecasts.api import idempotency, parsers, problems
from forecasts.api.problem_types import TYPES
from tests.builders import make_topic

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
MODULES = (exceptions, idempotency, parsers, problems)


def failures() -> set[type[exceptions.APIException]]:
    named = (value for module in MODULES for value in vars(module).values())
    return {value for value in named if isinstance(value, type) and issubclass(value, exceptions.APIException)}


@pytest.mark.parametrize("failure", sorted(failures(), key=lambda failure: failure.__name__))
def test_every_error_is_listed_with_its_status(failure):
    kind = TYPES[failure.default_code.replace("_", "-")]

    assert kind.status == failure.status_code


@pytest.mark.parametrize("slug", TYPES)
def test_a_type_leads_to_what_it_means_even_where_the_instance_is_closed(slug, reader, settings):
    settings.PUBLIC_READ = False

    answer = reader.get(TYPES[slug].uri.removeprefix("/api/v1/"))

    assert answer.status_code == 200
    assert answer.json()["type"] == TYPES[slug].uri
    assert answer.json()["way_out"]


def test_all_types_are_listed(reader):
    assert [kind["type"] for kind in reader.get("problems/").json()] == [kind.uri for kind in TYPES.values()]
    assert reader.get("problems/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("path", "headers", "status", "slug"),
    [
        ("predictions/00000000-0000-4000-8000-000000000000/", {}, 404, "not-found"),
        ("nothing/", {}, 404, "not-found"),
        ("../v2/predictions/", {}, 404, "not-found"),
        ("../nothing/", {}, 404, "not-found"),
        ("topics/", {"accept": "text/html"}, 406, "not-acceptable"),
        ("topics/?x=1", {}, 400, "invalid"),
        ("topics/", {"authorization": "Bearer wrong"}, 401, "authentication-failed"),
        ("topics/", {"host": "evil.example"}, 400, "invalid"),
    ],
)
def test_an_error_says_what_kind_it_is(path, headers, status, slug, reader):
    answer = reader.get(path, **headers)

    errors_of(answer)
    assert answer.status_code == status
    assert answer.json()["type"] == f"/api/v1/problems/{slug}/"
    assert answer.json()["title"] == TYPES[slug].title


def test_a_wrong_method_names_the_right_ones(administrator):
    answer = administrator.client.delete(f"/api/v1/topics/{make_topic().path}/")

    assert answer.status_code == 405
    assert answer.json()["type"] == "/api/v1/problems/method-not-allowed/"
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "HEAD"}


def test_a_fault_of_ours_is_a_problem_too(reader, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("forecasts.api.views.schema.rule_json_schema", fail)
    reader.client.raise_request_exception = False

    answer = reader.get("schema/rules/")

    assert answer.status_code == 500
    assert answer.json()["type"] == "/api/v1/problems/error/"

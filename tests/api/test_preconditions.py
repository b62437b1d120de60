"""Revisions that name the state they are based on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from tests.builders import make_article, make_event, make_prediction, make_world, rule_that_it_occurs

from .conftest import errors_of
from .test_recording import ARTICLE, EVENT

IS_SHARED = connection.vendor == "postgresql"
ROUNDS = 200 if IS_SHARED else 20
CONTENT = {
    name: value for name, value in EVENT.items() if name not in ("source", "evidence", "external_id", "known_at")
}
VERDICT = {"verdict": "NO", "reason": "The shipment turned back."}


def revise(program, path: str, body: dict, *, etag: str):
    return program.client.post(f"/api/v1/{path}", body, content_type="application/json", headers={"if-match": etag})


@pytest.mark.django_db
def test_a_correction_of_the_state_that_was_seen_is_recorded(ingester):
    event = make_event().event
    seen = ingester.get(f"events/{event.pk}/").headers["ETag"]

    answer = revise(ingester, f"events/{event.pk}/corrections/", CONTENT | {"reason": "It says so."}, etag=seen)

    assert (answer.status_code, answer.json()["version"]) == (201, 2)


@pytest.mark.django_db
def test_a_correction_of_what_changed_meanwhile_is_refused_and_told_what_changed(ingester):
    event = make_event().event
    path = f"events/{event.pk}/"
    seen = ingester.get(path).headers["ETag"]
    assert ingester.post(f"{path}retraction/", {"reason": "Nothing was sent."}).status_code == 201

    answer = revise(ingester, f"{path}corrections/", CONTENT | {"reason": "It says so."}, etag=seen)

    assert (answer.status_code, errors_of(answer)) == (412, {})
    assert answer.json()["type"] == "/api/v1/problems/precondition-failed/"
    assert "Version 2 was recorded on" in answer.json()["detail"]
    assert answer.json()["detail"].endswith("UTC: Nothing was sent.")
    assert answer.headers["ETag"] == ingester.get(path).headers["ETag"] != seen
    assert event.versions.count() == 2
    assert revise(ingester, f"{path}corrections/", CONTENT | {"reason": "So."}, etag="*").status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["verdicts", "reopening"])
def test_a_verdict_on_what_changed_meanwhile_is_refused(first, resolver):
    prediction = make_prediction(rules=[])
    path = f"predictions/{prediction.pk}/"
    if first == "reopening":
        assert resolver.post(f"{path}verdicts/", VERDICT).status_code == 201
    seen = resolver.get(path).headers["ETag"]
    body = VERDICT if first == "verdicts" else {"reason": "The source withdrew it."}
    assert revise(resolver, f"{path}{first}/", body, etag=seen).status_code == 201

    answer = revise(resolver, f"{path}verdicts/", VERDICT | {"verdict": "YES"}, etag=seen)

    assert answer.status_code == 412
    assert prediction.resolutions.filter(verdict="YES").count() == 0


def ruled(prediction, **more) -> dict:
    return {"prediction": str(prediction.pk), "description": "The end was meant so.", **more}


@pytest.mark.django_db
def test_a_rule_based_on_the_version_that_was_seen_is_recorded(administrator):
    prediction = make_prediction()
    (seen,) = administrator.get(f"rules/?prediction={prediction.pk}").json()["results"]
    etag = administrator.get(f"rules/{seen['id']}/").headers["ETag"]

    answer = revise(
        administrator, "rules/", ruled(prediction, rule=rule_that_it_occurs(end="2025-04-01T00:00:00Z")), etag=etag
    )

    assert (answer.status_code, answer.json()["version"]) == (201, 2), answer.content


@pytest.mark.django_db
def test_a_rule_based_on_a_version_that_was_replaced_is_refused(administrator):
    prediction = make_prediction()
    first = administrator.get(f"rules/{prediction.rules.get().pk}/").headers["ETag"]
    bodies = [ruled(prediction, rule=rule_that_it_occurs(end=f"2025-0{month}-01T00:00:00Z")) for month in (4, 5)]
    assert revise(administrator, "rules/", bodies[0], etag=first).status_code == 201

    answer = revise(administrator, "rules/", bodies[1], etag=first)

    second = prediction.rules.get(version=2)
    assert answer.status_code == 412
    assert f"Version 2 of “central”, {second.pk}, was recorded on" in answer.json()["detail"]
    assert answer.headers["ETag"] == administrator.get(f"rules/{second.pk}/").headers["ETag"]
    assert prediction.rules.count() == 2


@pytest.mark.django_db
def test_a_rule_based_on_nothing_is_refused(administrator):
    prediction = make_prediction()
    body = ruled(prediction, rule=rule_that_it_occurs(), variant="STRICT")

    answer = revise(administrator, "rules/", body, etag='"seen"')

    assert (answer.status_code, answer.json()["detail"].rpartition(". ")[2]) == (
        412,
        "There is nothing of this name yet.",
    )
    assert administrator.post("rules/", body).status_code == 201


@pytest.mark.django_db
def test_a_correction_of_an_article_that_was_corrected_meanwhile_is_refused(logger):
    article = make_article()
    path = f"articles/{article.pk}/"
    seen = logger.get(path).headers["ETag"]
    body = {name: ARTICLE[name] for name in ARTICLE} | {"authors": ["ada-byron"]}
    first = revise(logger, f"{path}corrections/", body | {"title": "What came after"}, etag=seen)

    answer = revise(logger, f"{path}corrections/", body | {"title": "What comes next"}, etag=seen)

    assert first.status_code == 201, first.content
    assert answer.status_code == 412
    assert answer.json()["detail"].endswith(f"UTC, by {first.json()['id']}.")
    assert answer.headers["ETag"] == logger.get(path).headers["ETag"] != seen
    assert logger.get(path).json()["superseded_by"] == first.json()["id"]


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=IS_SHARED)
def test_of_two_who_revise_the_same_state_one_is_told(program_with):
    make_world()
    # Both have the scope; on SQLite, where all writers are one, they come one after the other.
    programs = [program_with("admin"), program_with("admin")]
    event = make_event().event
    path = f"events/{event.pk}/"

    for number in range(ROUNDS):
        seen = programs[0].get(path).headers["ETag"]
        bodies = [CONTENT | {"title": f"Round {number}, {who}", "reason": f"By {who}."} for who in ("a", "b")]
        answers = _at_once([
            lambda program=program, body=body, seen=seen: revise(program, f"{path}corrections/", body, etag=seen)
            for program, body in zip(programs, bodies, strict=True)
        ])  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [201, 412], number

    assert event.versions.count() == 1 + ROUNDS


def _at_once(calls: list) -> list:
    if not IS_SHARED:
        return [call() for call in calls]
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))

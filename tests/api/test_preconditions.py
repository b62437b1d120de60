"""Revisions that name the state they are based on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from tests.builders import make_event, make_prediction, make_world

from .conftest import errors_of
from .test_recording import EVENT

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

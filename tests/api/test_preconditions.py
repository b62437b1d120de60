"""Revisions that name the state they are based on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from forecasts.models import Article, Event, EventVersion, Lexicon, Prediction, RuleVersion
from forecasts.services.forecasts import record_lexicon
from tests.builders import NOW, make_article, make_event, make_prediction, make_world, rule_that_it_occurs
from tests.soundness.profiles import IS_THOROUGH

from .conftest import errors_of
from .test_recording import ARTICLE, EVENT

IS_SHARED = connection.vendor == "postgresql"
# The work of a round is the same however often: many tell more, and take time that only the nightly run has.
ROUNDS = (100 if IS_THOROUGH else 8) if IS_SHARED else 3
CONTENT = {
    name: value for name, value in EVENT.items() if name not in ("source", "evidence", "external_id", "known_at")
}
# Where the state is read, where it is revised, and what two send at once.
Revision = tuple[str, str, list[dict]]
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


def correction_of_an_event(number: int) -> Revision:
    event = Event.objects.first() or make_event().event
    path = f"events/{event.pk}/"
    bodies = [CONTENT | {"title": f"Round {number}, {who}", "reason": f"By {who}."} for who in ("a", "b")]
    return path, f"{path}corrections/", bodies


def correction_of_an_article(number: int) -> Revision:
    # An article is corrected once; each round has its own.
    path = f"articles/{make_article(canonical_url=f'https://example.org/{number}').pk}/"
    own = {"canonical_url": f"https://example.org/{number}", "authors": ["ada-byron"]}
    return path, f"{path}corrections/", [ARTICLE | own | {"title": f"Round {number}, {who}"} for who in ("a", "b")]


def version_of_a_rule(number: int) -> Revision:
    prediction = Prediction.objects.first() or make_prediction()
    newest = prediction.rules.latest("version")
    ends = [f"{date(year, 4, 1) + timedelta(days=number)}T00:00:00Z" for year in (2025, 2026)]
    bodies = [ruled(prediction, rule=rule_that_it_occurs(end=end)) for end in ends]
    return f"rules/{newest.pk}/", "rules/", bodies


def version_of_a_lexicon(number: int) -> Revision:
    if not Lexicon.objects.exists():
        record_lexicon(code="house", title="House words", source="Ours.", rows=[], now=NOW)
    bodies = [
        {"code": "house", "title": "House words", "source": "Ours.", "entries": [{"phrase": f"{who} {number}"}]}
        for who in ("a", "b")
    ]
    return "lexicons/house/", "lexicons/", bodies


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=IS_SHARED)
@pytest.mark.parametrize(
    ("revision", "recorded"),
    [
        (correction_of_an_event, EventVersion),
        (correction_of_an_article, Article),
        (version_of_a_rule, RuleVersion),
        (version_of_a_lexicon, Lexicon),
    ],
)
def test_of_two_who_revise_the_same_state_one_is_told(revision, recorded, program_with, record_property):
    record_property("times", ROUNDS)
    make_world()
    # Both have the scope; on SQLite, where all writers are one, they come one after the other.
    programs = [program_with("admin"), program_with("admin")]

    for number in range(ROUNDS):
        shown, path, bodies = revision(number)
        seen, before = programs[0].get(shown).headers["ETag"], recorded.objects.count()
        answers = _at_once([
            lambda program=program, body=body, seen=seen, path=path: revise(program, path, body, etag=seen)
            for program, body in zip(programs, bodies, strict=True)
        ])  # fmt: skip
        told = [(answer.status_code, answer.content.decode()[:300]) for answer in answers]
        assert sorted(status for status, _ in told) == [201, 412], (number, told)
        assert recorded.objects.count() == before + 1


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

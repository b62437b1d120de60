"""The same row, key or file from several programs at once: one wins, the others are told, and nothing is doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from forecasts.models import Event, EventVersion, Evidence, Forecaster, KeptAnswer, Resolution, Score
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_coverage
from tests.builders import NOW, make_event, make_prediction, make_source, rule_that_it_occurs
from tests.soundness.profiles import IS_THOROUGH

from .conftest import errors_of

# On SQLite writers wait for one another anyway: there the same is done in turn.
IS_SHARED = connection.vendor == "postgresql"
pytestmark = [pytest.mark.django_db(transaction=IS_SHARED), pytest.mark.timeout(1200)]
# As often by night as tells of what happens once in a hundred times.
ROUNDS = 200 if IS_THOROUGH else 6
WHY = "The ministry's own statement settles it."


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What each of the works returns, all begun at the same moment."""
    if not IS_SHARED:
        return [work() for work in works]
    start = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=120)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


def statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told_what_was_decided(resolver, record_property):
    record_property("times", ROUNDS)
    for number in range(ROUNDS):
        prediction = make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}")
        path = f"predictions/{prediction.pk}/verdicts/"

        answers = at_once(
            [
                lambda path=path, verdict=verdict: resolver.post(
                    path, {"verdict": verdict, "reason": WHY, "expected_number": 0}
                )
                for verdict in ("YES", "NO")
            ]
        )

        winner, loser = sorted(answers, key=lambda answer: answer.status_code)
        assert (winner.status_code, loser.status_code) == (201, 409), loser.content
        assert loser.json()["type"] == "/api/v1/problems/changed/"
        resolution = prediction.resolutions.get()
        assert winner.json()["id"] == str(resolution.pk)
        assert f"it is now {resolution}." in errors_of(loser)["verdict"]


def test_a_person_and_the_sweep_that_decide_at_once_leave_one_verdict(resolver, record_property):
    record_property("times", ROUNDS)
    make_event()
    for number in range(ROUNDS):
        prediction = make_prediction(statement=f"Claim {number}.", title=f"Claim {number}")
        body = {"verdict": "NO", "reason": WHY, "expected_number": 0}

        answer, _ = at_once(
            [
                lambda pk=prediction.pk, body=body: resolver.post(f"predictions/{pk}/verdicts/", body),
                lambda pk=prediction.pk: settle_prediction(prediction_id=pk, now=timezone.now()),
            ]
        )

        assert answer.status_code in (201, 409), answer.content
        found = prediction.resolutions.get()
        assert (found.verdict == "NO") == (answer.status_code == 201)
        assert Score.objects.filter(resolution__prediction=prediction).exclude(resolution=found).count() == 0


def test_verdicts_in_numbers_that_overlap_in_another_order_wait_for_one_another_and_none_is_doubled(resolver):
    for number in range(ROUNDS // 2):
        keys = claims(6, of=number)
        rows = [{"prediction": key, "verdict": "YES", "reason": WHY} for key in keys]

        answers = at_once(
            [
                lambda rows=rows: resolver.post("bulk/verdicts/", rows),
                lambda rows=rows: resolver.post("bulk/verdicts/?mode=all", rows[::-1]),
            ]
        )

        told = [answer.json() for answer in answers]
        assert statuses(answers) == [200, 200], told
        assert [one["refused"] for one in told] == [0, 0]
        assert sorted(one["recorded"] for one in told) == [0, 6]
        assert Resolution.objects.filter(prediction__in=keys).count() == 6


def test_what_was_refused_at_first_is_locked_with_all_the_others(resolver):
    for number in range(ROUNDS // 2):
        keys = claims(2, of=number)
        bodies = [_with_a_short_reason_first(one, other) for one, other in (keys, keys[::-1])]

        answers = at_once([lambda rows=rows: resolver.post("bulk/verdicts/", rows) for rows in bodies])

        assert statuses(answers) == [200, 200], [answer.content for answer in answers]
        assert sorted(answer.json()["recorded"] for answer in answers) == [0, 2]
        assert Resolution.objects.filter(prediction__in=keys).count() == 2


def _with_a_short_reason_first(one: str, other: str) -> list[dict]:
    """Rows on two predictions, the second of which is refused, so that its prediction is decided by a later row."""
    good = [{"prediction": key, "verdict": "YES", "reason": WHY} for key in (one, other)]
    return [good[0], good[1] | {"reason": 1}, good[1]]


def test_facts_and_verdicts_in_numbers_lock_what_both_concern_in_one_order(administrator):
    for number in range(ROUNDS // 2):
        kinds = {
            str(
                make_prediction(statement=f"{kind} {number}.", title=kind, rule=rule_that_it_occurs(event_type=kind)).pk
            ): kind
            for kind in ("AID", "RETREAT")
        }
        verdicts = [{"prediction": key, "verdict": "NO", "reason": WHY} for key in sorted(kinds)]
        # The first event, by its key, concerns the second prediction, and the other way round.
        events = sorted(str(make_event(external_id=f"{number}/{n}", event_type="SANCTION").event.pk) for n in range(2))
        later = [kinds[key] for key in sorted(kinds, reverse=True)]
        facts = [_correction(event, event_type=kind) for event, kind in zip(events, later, strict=True)]

        answers = at_once(
            [
                lambda rows=facts: administrator.post("bulk/corrections/?mode=all", rows),
                lambda rows=verdicts: administrator.post("bulk/verdicts/?mode=all", rows),
            ]
        )

        assert statuses(answers) == [200, 200], [answer.content for answer in answers]
        assert [answer.json()["recorded"] for answer in answers] == [2, 2]


def _correction(event: str, **content: str) -> dict[str, Any]:
    fixed = {"title": "It was of another kind", "occurred_on": "2025-02-04", "topics": ["aid/military"]}
    return {"event": event, "reason": WHY, "actors": ["USA.GOV"]} | fixed | content


def claims(count: int, *, of: int) -> list[str]:
    """The keys of predictions of a round, in order, that nothing decides but a person."""
    made = (make_prediction(statement=f"Claim {of}/{n}.", title=f"Claim {n}", rules=[]) for n in range(count))
    return sorted(str(one.pk) for one in made)


def test_of_two_who_overturn_the_same_verdict_one_does(resolver):
    for number in range(ROUNDS):
        prediction = make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}")
        path, body = f"predictions/{prediction.pk}/verdicts/", {"reason": WHY}
        assert resolver.post(path, body | {"verdict": "YES"}).status_code == 201

        answers = at_once(
            [
                lambda path=path, body=body | more | {"expected_number": 1}: resolver.post(path, body)
                for more in ({"verdict": "NO"}, {"verdict": "ANNULLED"})
            ]
        )

        assert statuses(answers) == [201, 409], [answer.content for answer in answers]
        assert prediction.resolutions.count() == 2


def test_one_key_sent_many_times_at_once_does_the_work_once(logger, administrator, record_property):
    n = 24
    record_property("times", n)
    body, key = {"slug": "bob", "name": "Bob"}, {"HTTP_IDEMPOTENCY_KEY": "one"}
    logger.client.defaults |= key
    administrator.client.defaults |= key

    answers = at_once([lambda: logger.post("forecasters/", body)] * n)

    told = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.json()["type"] == "/api/v1/problems/still-at-work/" for answer in told)
    assert {answer.status_code for answer in answers} - {409} == {201}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers if answer.status_code == 201) == 1
    assert Forecaster.objects.filter(slug="bob").count() == KeptAnswer.objects.count() == 1
    assert logger.post("forecasters/", body | {"name": "Eve"}).status_code == 422
    assert administrator.post("forecasters/", {"slug": "eve", "name": "Eve"}).status_code == 201
    assert KeptAnswer.objects.count() == 2


def test_different_bodies_with_one_key_at_once_record_one_of_them(logger):
    logger.client.defaults["HTTP_IDEMPOTENCY_KEY"] = "one"

    answers = at_once(
        [lambda slug=slug: logger.post("forecasters/", {"slug": slug, "name": "Bob"}) for slug in ("bob", "eve")]
    )

    assert statuses(answers) in ([201, 422], [201, 409])
    assert Forecaster.objects.filter(slug__in=("bob", "eve")).count() == 1


def test_of_those_who_state_the_same_coverage_at_once_one_records_it():
    source = make_source()
    for day in range(1, ROUNDS + 1):
        complete_to = NOW - timedelta(days=day)

        told = at_once([lambda at=complete_to: record_coverage(source=source, complete_to=at, now=NOW)] * 4)

        assert sorted(is_new for _, is_new in told) == [False, False, False, True]


def test_requests_at_the_same_moment_get_no_more_than_the_budget(reader, monkeypatch, record_property):
    record_property("times", 50)
    monkeypatch.setattr("forecasts.api.throttling.AddressRate.get_rate", lambda self: "5/hour")

    answers = at_once([lambda: reader.get("topics/")] * 50)

    assert statuses(answers) == [200] * 5 + [429] * 45


@pytest.mark.parametrize("key", ["", "file-1"])
def test_one_file_sent_four_times_at_once_is_imported_once(key, ingester):
    n = 50
    rows = "".join(
        f'{{"title": "Aid is sent {number}", "event_type": "AID", "occurred_on": "2025-02-03", "topics": ["aid/military"], '
        f'"actors": ["USA.GOV"], "external_id": "{number}", "evidence": [{{"url": "https://news.example/{number}"}}]}}\n'
        for number in range(n)
    )
    headers = {"Idempotency-Key": key} if key else {}

    def send() -> Any:
        place = "/api/v1/imports/events/?source=wire"
        return ingester.client.post(place, rows, content_type="application/x-ndjson", headers=headers)

    answers = [answer for answer in at_once([send] * 4) if answer.status_code != 409]

    reports = [answer.json() for answer in answers]
    assert statuses(answers) == [200] * len(answers), reports
    assert all(report["refused"] == 0 for report in reports), reports
    if key:
        assert len({answer.content for answer in answers}) == 1
        assert reports[0]["new"] == n
    else:
        assert len(answers) == 4
        assert sum(report["new"] for report in reports) == n
        assert all(report["new"] + report["unchanged"] == n for report in reports)
    assert Event.objects.count() == EventVersion.objects.count() == Evidence.objects.count() == n

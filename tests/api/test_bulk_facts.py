"""Rows in numbers on what happened and on what is sealed: whose they may be, what they make due, and in how many transactions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.api.views import one_by_one
from forecasts.api.views.bulk_facts import MilestoneBulkView
from forecasts.models import ApiToken, Prediction, Sealed, SealedContent
from forecasts.services.sealing import seal_commitment
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_source, rule_that_it_occurs

from .rows import LATER, WHY, claims, corrections, milestones, said_of, sealed
from .test_bulk import fates
from .test_one_by_one import problem_of

pytestmark = pytest.mark.django_db


def test_a_token_records_for_its_own_source_and_forecaster_alone(program_with):
    program = program_with(ApiToken.Scope.EVENT_WRITE, ApiToken.Scope.FORECAST_WRITE)
    other, theirs = make_source(slug="agency"), make_forecaster("bob")
    event = make_event(source=other, external_id="theirs").event
    commitment = sealed()[0] | {"forecaster": theirs.slug}
    seal_commitment(forecaster=theirs, commitment="d" * 64, reveal_by=NOW + timedelta(days=9), now=NOW)
    rows = {
        "coverage": {"source": "agency", "complete_to": LATER},
        "corrections": corrections()[0] | {"event": str(event.pk)},
        "retractions": {"event": str(event.pk), "reason": WHY},
        "merges": {"event": str(event.pk), "kept": str(event.pk), "reason": WHY},
        "unmerges": {"event": str(event.pk), "reason": WHY},
        "evidence": {"event": str(event.pk), "url": "https://third.example/aid"},
        "sealed": commitment,
        "reveals": {"sealed": "d" * 64},
    }

    told = {name: program.post(f"bulk/{name}/", [row]).json()["results"][0] for name, row in rows.items()}

    assert {name: row["status"] for name, row in told.items()} == dict.fromkeys(rows, "REFUSED")
    assert {name: list(problem_of(row)) for name, row in told.items()} == {
        "coverage": ["source"], "corrections": ["event"], "retractions": ["event"], "merges": ["event"], "unmerges": ["event"], "evidence": ["event"],
        "sealed": ["forecaster"], "reveals": ["sealed"],
    }  # fmt: skip
    assert "not for agency" in problem_of(told["coverage"])["source"]


def test_what_is_sealed_in_numbers_tells_once_what_opens_it(program_with):
    program = program_with(ApiToken.Scope.FORECAST_WRITE)
    (claim, *_) = claims(1)
    own = {name: value for name, value in sealed()[0].items() if name != "commitment"}
    rows = [own | {"content": said_of(claim)}, sealed()[1], own, own | {"content": {"v": 1}}]

    answer = program.post("bulk/sealed/", rows)

    assert fates(answer) == ["RECORDED", "RECORDED", "REFUSED", "REFUSED"]
    here, theirs, *_ = answer.json()["results"]
    assert here["opening_salt"] == SealedContent.objects.get(sealed__commitment=here["id"]).salt
    assert theirs["opening_salt"] is None
    assert "either a content to keep here, or a commitment" in problem_of(answer.json()["results"][2])["content"]
    assert Sealed.objects.count() == 2


def test_facts_in_numbers_make_due_what_they_concern_with_one_statement(administrator):
    due, other = (
        make_prediction(),
        make_prediction(statement="It retreats.", rule=rule_that_it_occurs(event_type="RETREAT")),
    )
    rows = [row | {"title": f"Aid is sent {n}"} for n, row in enumerate(corrections())]
    Prediction.objects.update(next_check_at=None)

    with CaptureQueriesContext(connection) as queries:
        assert fates(administrator.post("bulk/corrections/", rows)) == ["RECORDED"] * 3

    written = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "forecasts_prediction"')]
    assert len(written) == 1
    assert [Prediction.objects.get(pk=one.pk).next_check_at is None for one in (due, other)] == [False, True]


def test_a_body_that_is_refused_whole_makes_nothing_due(administrator):
    make_prediction()
    rows = corrections()
    Prediction.objects.update(next_check_at=None)

    administrator.post("bulk/corrections/?mode=all", [*rows, rows[0] | {"reason": ""}])

    assert Prediction.objects.get().next_check_at is None


def test_rows_that_facts_wait_for_are_recorded_in_short_transactions(administrator, monkeypatch):
    record, sizes = one_by_one.one_by_one_on_routes, []

    def counted(rows, *, write):
        sizes.append(len(rows))
        return record(rows, write=write)

    monkeypatch.setattr(one_by_one, "one_by_one_on_routes", counted)
    monkeypatch.setattr(MilestoneBulkView, "n_at_once", 2)

    for mode in ("each", "all"):
        administrator.post(f"bulk/milestones/?mode={mode}", milestones())
    administrator.client.defaults["HTTP_IDEMPOTENCY_KEY"] = "one"
    administrator.post("bulk/milestones/", milestones())

    # What is one transaction anyway takes its locks in one order.
    assert sizes == [2, 1, 3, 3]

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.models import Entity, Event, EventVersion, Evidence, Prediction
from forecasts.services.events import (
    EventDraft,
    Report,
    add_evidence,
    correct_event,
    draft_of,
    record_event,
    retract_event,
)
from forecasts.services.refusal import Refused
from forecasts.services.sources import record_membership
from tests.builders import NOW, make_event, make_prediction, make_source, make_world

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
REPORTS = (Report(url="https://news.example/aid"),)
DRAFT = EventDraft(
    title="Aid is sent",
    event_type="AID",
    action_code="072",
    topics=("aid/military",),
    actors=("USA.GOV",),
    recipients=("UKR",),
    occurred_from=datetime(2025, 2, 3, tzinfo=UTC),
    occurred_until=datetime(2025, 2, 4, tzinfo=UTC),
    known_at=datetime(2025, 2, 3, tzinfo=UTC),
)


@pytest.fixture(autouse=True)
def world():
    make_world()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"occurred_from": NOW + DAY, "occurred_until": NOW + 2 * DAY},
            "occurred_from",
            "is in the future: record an event once it happened",
        ),
        (
            {"occurred_until": datetime(2025, 2, 1, tzinfo=UTC)},
            "occurred_until",
            "It ends on 2025-02-01, before it begins.",
        ),
        (
            {"occurred_from": datetime(25, 2, 3, tzinfo=UTC)},
            "occurred_from",
            "The year 25 is before 1900: is a digit missing?",
        ),
        ({"known_at": datetime(2025, 2, 2, tzinfo=UTC)}, "known_at", "is before it happened"),
        ({"known_at": NOW + DAY}, "known_at", "is in the future"),
        ({"event_type": "GIFT"}, "event_type", "“GIFT” is no event type. Choose one of"),
        ({"action_code": "72x"}, "action_code", "“72x” is no CAMEO code"),
        ({"actors": ("ATLANTIS.GOV",)}, "actors", "“ATLANTIS.GOV” is no recorded entity"),
        ({"title": " "}, "title", "needs a title"),
        ({"topics": ("x" * 121,)}, "topics", "has 121 characters; 120 at most."),
    ],
)
def test_a_malformed_event_is_refused_at_its_field_and_not_stored(changes, field, message):
    with pytest.raises(Refused) as refused:
        record_event(source=make_source(), draft=replace(DRAFT, **changes), reports=REPORTS, now=NOW)

    assert message in refused.value.message_dict[field][0]
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("reports", "message"),
    [
        ((), "at least one report"),
        ((Report(),), "an address or a citation"),
        ((Report(url="javascript:alert(1)"),), "must begin with http"),
    ],
)
def test_an_event_without_a_usable_report_is_refused(reports, message):
    with pytest.raises(Refused, match=message):
        record_event(source=make_source(), draft=DRAFT, reports=reports, now=NOW)


def test_the_same_event_again_adds_nothing():
    first, is_new = record_event(source=make_source(), draft=DRAFT, reports=REPORTS, now=NOW)
    again, is_new_again = record_event(source=make_source(), draft=DRAFT, reports=REPORTS, now=NOW + DAY)

    assert (is_new, is_new_again, again) == (True, False, first)
    assert (EventVersion.objects.count(), Evidence.objects.count()) == (1, 1)


def test_an_id_taken_by_other_content_is_refused_with_the_event():
    version, _ = record_event(source=make_source(), draft=DRAFT, reports=REPORTS, external_id="7", now=NOW)

    with pytest.raises(Refused, match=f"“7” of wire is recorded with other content \\(event {version.event_id}\\)"):
        record_event(
            source=make_source(), draft=replace(DRAFT, title="Another"), reports=REPORTS, external_id="7", now=NOW
        )


def test_a_correction_is_a_further_version_and_the_first_one_stays():
    version, _ = record_event(source=make_source(), draft=DRAFT, reports=REPORTS, now=NOW)
    narrower = replace(DRAFT, action_code="073", known_at=datetime(2025, 2, 9, tzinfo=UTC))

    corrected, is_new = correct_event(
        event=version.event, draft=narrower, reason="The ministry named the programme.", now=NOW
    )

    assert (is_new, corrected.version) == (True, 2)
    assert list(version.event.versions.order_by("version").values_list("action_code", flat=True)) == ["072", "073"]


def test_a_correction_needs_a_reason_and_cannot_be_known_before_what_it_corrects():
    version, _ = record_event(source=make_source(), draft=replace(DRAFT, known_at=NOW - DAY), reports=REPORTS, now=NOW)

    with pytest.raises(Refused, match="Say what changed"):
        correct_event(event=version.event, draft=replace(DRAFT, title="Other"), reason=" ", now=NOW)
    with pytest.raises(Refused, match="was known on 2025-05-31 12:00 UTC, which is later"):
        correct_event(event=version.event, draft=replace(DRAFT, title="Other"), reason="It was other.", now=NOW)


def test_a_retraction_keeps_the_content_and_can_be_taken_back():
    version, _ = record_event(source=make_source(), draft=DRAFT, reports=REPORTS, now=NOW)

    gone, _ = retract_event(event=version.event, reason="It was a rumour.", known_at=NOW - DAY, now=NOW)
    back, _ = correct_event(
        event=version.event, draft=replace(draft_of(version), known_at=NOW), reason="It was true.", now=NOW
    )

    assert [gone.status, back.status, back.version, gone.title] == ["RETRACTED", "ACTIVE", 3, "Aid is sent"]


def test_an_arriving_event_makes_due_what_listens_for_it_and_nothing_else():
    listening = make_prediction()
    other = make_prediction(rule=_rule_on("RETREAT"), statement="Something else.", title="Other")
    make_source()
    source = make_source()
    Prediction.objects.update(next_check_at=None, attempts=5)

    make_event(source=source)

    listening.refresh_from_db()
    other.refresh_from_db()
    assert (listening.next_check_at, listening.attempts, other.next_check_at) == (NOW, 0, None)


@pytest.mark.parametrize(
    ("on", "is_due"),
    [
        (datetime(2025, 1, 4, tzinfo=UTC), False),
        (datetime(2025, 1, 6, tzinfo=UTC), True),
        (datetime(2025, 2, 28, tzinfo=UTC), True),
        (datetime(2025, 3, 1, tzinfo=UTC), False),
    ],
)
def test_an_event_outside_the_window_makes_nothing_due(on, is_due):
    prediction = make_prediction()
    make_source()
    Prediction.objects.update(next_check_at=None)

    make_event(on=on, known_at=NOW)

    prediction.refresh_from_db()
    assert (prediction.next_check_at is not None) is is_due


def test_an_event_of_another_actor_makes_nothing_due_unless_one_belongs_to_the_other():
    prediction = make_prediction()
    make_source()
    Prediction.objects.update(next_check_at=None)

    make_event(title="Russia sends aid", actors=("RUS",))
    prediction.refresh_from_db()
    before = prediction.next_check_at
    member, group = (Entity.objects.get(path=path) for path in ("person.trump", "USA.GOV"))
    record_membership(member=member, group=group, now=NOW)
    Prediction.objects.update(next_check_at=None)
    make_event(title="Trump sends aid", actors=("person.trump",))
    prediction.refresh_from_db()

    assert (before, prediction.next_check_at) == (None, NOW)


def test_an_event_without_an_actor_makes_due_what_names_one():
    prediction = make_prediction()
    make_source()
    Prediction.objects.update(next_check_at=None)

    make_event(actors=())

    prediction.refresh_from_db()
    assert prediction.next_check_at == NOW


def test_a_correction_that_takes_an_event_out_of_a_window_makes_due_what_counted_it():
    prediction, version = make_prediction(), make_event()
    Prediction.objects.update(next_check_at=None)

    moved = replace(
        draft_of(version),
        occurred_from=datetime(2024, 2, 3, tzinfo=UTC),
        occurred_until=datetime(2024, 2, 4, tzinfo=UTC),
        event_type="RETREAT",
        actors=("RUS",),
        known_at=NOW,
    )
    correct_event(event=version.event, draft=moved, reason="It was another year and another state.", now=NOW)

    prediction.refresh_from_db()
    assert prediction.next_check_at == NOW


def test_more_evidence_makes_due_what_listens_for_the_event():
    prediction, version = make_prediction(), make_event()
    Prediction.objects.update(next_check_at=None)

    add_evidence(event=version.event, report=Report(url="https://other.example/aid"), now=NOW)

    prediction.refresh_from_db()
    assert prediction.next_check_at == NOW


def _rule_on(event_type: str) -> dict:
    window = {"start": {"anchor": "publication"}, "end": "2025-03-01T00:00:00Z"}
    return {"rrl": "1", "consequent": {"occurs": {"pattern": {"type": [event_type]}, "window": window}}}

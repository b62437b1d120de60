"""Two events that are one: what counts from when on, and what undoing it brings back."""

from datetime import UTC, datetime, timedelta

import pytest

from forecasts.models import Event, EventMerge, Prediction
from forecasts.rules import ALWAYS
from forecasts.selectors.events import event_page, possible_duplicates
from forecasts.selectors.occurrences import Occurrences
from forecasts.services.events import Report, add_evidence, retract_event
from forecasts.services.merges import merge_events, undo_merge
from forecasts.services.refusal import Refused
from tests.builders import NOW, make_event, make_prediction, make_source

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MERGED, UNDONE = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture
def pair() -> tuple[Event, Event]:
    """The same act as two sources tell it, each by an owner of its own."""
    first = make_event(external_id="1")
    second = make_event(external_id="1", source=make_source(slug="agency", tier="B"), title="Aid goes out")
    add_evidence(event=second.event, report=Report(url="https://agency.example/1"), now=NOW)
    return first.event, second.event


def merged(pair, *, known_at=MERGED, reason="The same act.", now=NOW):
    return merge_events(kept=pair[0], merged=pair[1], reason=reason, known_at=known_at, now=now)


def counted(as_of) -> list[tuple[str, int]]:
    """The events that count at an instant, with how many independent owners."""
    listening = {"type:AID": ALWAYS}
    found = Occurrences(listeners=[listening], as_of=as_of).heard_by(listening)
    return sorted((event.title, event.owners) for event in found)


APART = [("Aid goes out", 2), ("The United States sends military aid", 1)]


def test_the_kept_event_counts_with_the_owners_of_both_from_the_merge_on(pair):
    merged(pair)

    assert counted(MERGED - DAY) == APART
    assert counted(MERGED) == [("The United States sends military aid", 2)]


def test_an_undone_merge_brings_both_back_and_earlier_times_stay_as_they_were(pair):
    merged(pair)
    undo_merge(merged=pair[1], reason="Two convoys after all.", known_at=UNDONE, now=NOW)

    assert [counted(at) for at in (MERGED - DAY, UNDONE)] == [APART, APART]
    assert counted(UNDONE - DAY) == [("The United States sends military aid", 2)]
    assert list(EventMerge.objects.order_by("number").values_list("number", "kept")) == [(1, pair[0].pk), (2, None)]


def test_both_run_twice_and_record_once(pair):
    assert [merged(pair)[1], merged(pair)[1]] == [True, False]
    undone = [undo_merge(merged=pair[1], reason="No.", now=NOW)[1] for _ in range(2)]

    assert undone == [True, False]
    assert EventMerge.objects.count() == 2


def test_a_merge_and_its_undoing_make_due_what_listens_for_either_event(pair):
    prediction = make_prediction()

    for step in (lambda: merged(pair), lambda: undo_merge(merged=pair[1], reason="No.", now=NOW)):
        Prediction.objects.filter(pk=prediction.pk).update(next_check_at=None)
        step()
        assert Prediction.objects.get().next_check_at == NOW


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"reason": " "}, "reason", "Say why the two are one event"),
        ({"known_at": NOW + DAY}, "known_at", "is in the future"),
        ({"known_at": datetime(2025, 1, 1, tzinfo=UTC)}, "known_at", "is before 2025-02-03"),
    ],
)
def test_a_merge_without_reason_or_of_no_time_is_refused(pair, given, field, message):
    with pytest.raises(Refused) as refused:
        merged(pair, **given)

    assert message in refused.value.message_dict[field][0]


def test_merges_never_form_chains(pair):
    third = make_event(external_id="3", title="A third").event
    merged(pair)

    with pytest.raises(Refused, match="is merged itself, into"):
        merge_events(kept=pair[1], merged=third, reason="The same.", now=NOW)
    with pytest.raises(Refused, match="Others are merged into this event"):
        merge_events(kept=third, merged=pair[0], reason="The same.", now=NOW)
    with pytest.raises(Refused, match="is merged into .* already; undo that first"):
        merge_events(kept=third, merged=pair[1], reason="The same.", now=NOW)
    with pytest.raises(Refused, match="cannot be merged into itself"):
        merge_events(kept=third, merged=third, reason="The same.", now=NOW)


def test_a_retracted_event_is_not_merged_and_what_was_never_merged_is_not_undone(pair):
    with pytest.raises(Refused, match="is not merged into another one"):
        undo_merge(merged=pair[0], reason="No.", now=NOW)
    retract_event(event=pair[0], reason="A rumour.", known_at=NOW, now=NOW)

    with pytest.raises(Refused, match="is retracted: it counts for nothing already"):
        merged(pair)


def test_the_page_of_an_event_shows_what_is_merged_with_it(pair):
    merged(pair)
    kept, gone = (event_page(event_id=event.pk) for event in pair)

    assert [one.event_id for one in kept.absorbed] == [pair[1].pk]
    assert kept.owners == ("agency.example", "news0.example")
    assert gone.merged_into.event_id == pair[0].pk


@pytest.mark.parametrize(
    ("changes", "is_candidate"),
    [
        ({}, True),
        ({"on": datetime(2025, 2, 4, tzinfo=UTC)}, True),
        ({"on": datetime(2025, 2, 5, tzinfo=UTC)}, False),
        ({"actors": ("USA",)}, True),
        ({"actors": ("RUS",)}, False),
        ({"actors": ()}, False),
        ({"recipients": ("UKR.MIL",)}, True),
        ({"recipients": ("RUS",)}, False),
        ({"topics": ("aid/military/air",)}, True),
        ({"topics": ("aid/economic",)}, False),
        ({"event_type": "AGREE"}, False),
    ],
)
def test_possible_duplicates_are_alike_in_type_day_parties_and_topic(changes, is_candidate):
    version = make_event(external_id="1")
    other = make_event(external_id="2", source=make_source(slug="agency"), **{"title": "Aid goes out", **changes})

    assert possible_duplicates(version=version) == ([other.event_id] if is_candidate else [])


def test_what_is_merged_or_retracted_is_no_candidate_any_more(pair):
    first = pair[0].versions.get()
    retracted = make_event(external_id="3", title="A rumour")
    retract_event(event=retracted.event, reason="A rumour.", known_at=NOW, now=NOW)
    assert possible_duplicates(version=first) == [pair[1].pk]

    merged(pair)

    assert possible_duplicates(version=first) == []

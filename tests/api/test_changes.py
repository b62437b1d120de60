"""The feed of changes: every kind, its links, and that a mirror misses nothing."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from forecasts.models import Change, Forecaster, Prediction
from forecasts.selectors.changes import BEGINNING, changes_after, position_of
from forecasts.services.articles import record_topic
from forecasts.services.events import retract_event
from forecasts.services.forecasts import record_lexicon
from forecasts.services.merges import merge_events
from forecasts.services.sealing import reveal
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_entity, record_membership, record_milestone, record_observation
from tests.builders import (
    NOW,
    PUBLISHED,
    answered,
    cover,
    judged_prediction,
    make_event,
    make_forecaster,
    make_prediction,
    make_source,
)
from tests.everything import redact_something, seal_something

from .conftest import errors_of

# On PostgreSQL a change is given out once its transaction is over, so these tests must commit.
COMMITS = connection.vendor == "postgresql"
pytestmark = pytest.mark.django_db(transaction=COMMITS)
PATIENCE = 90.0  # Another transaction of the cluster can hold the feed back that long.


@pytest.fixture(autouse=True)
def cleared():
    """Tables are cleared without going through their triggers, so what is told of them has to go too."""
    yield
    if COMMITS:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE forecasts_change")


def feed(reader, path: str = "changes/?page_size=200") -> tuple[list[dict], str]:
    """What the feed holds from a place on, and where to go on."""
    told: list[dict] = []
    while True:
        answer = reader.get(path)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        told += page["results"]
        path = page["next"].split("/api/v1/")[1]
        if not page["has_more"]:
            return told, path


def until_told(reader, n_changes: int, path: str = "changes/?page_size=200") -> tuple[list[dict], str]:
    """What the feed holds, once as much is given out as was recorded."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        told, following = feed(reader, path)
        if len(told) >= n_changes:
            return told, following
        time.sleep(0.2)
    raise AssertionError(f"only {len(told)} of {n_changes} changes are told")


@pytest.fixture
def history():
    """Something of every kind."""
    row = {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": "a survey"}
    record_lexicon(code="survey", title="Survey", source="a survey", rows=[row], now=NOW)
    prediction = make_prediction()
    make_event()
    cover()
    record_milestone(key="vote.2025", label="Vote", occurs_at=NOW, now=NOW)
    record_membership(
        member=record_entity(path="person.trump", label=""), group=record_entity(path="USA.GOV", label=""), now=NOW
    )
    record_observation(source=make_source(), series="S", valid_on=PUBLISHED.date(), value=1, released_at=NOW, now=NOW)
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    answered(judged_prediction())
    first, again = (make_event(external_id=name).event for name in ("told", "told-again"))
    merge_events(kept=first, merged=again, reason="The same.", now=NOW)
    reveal(sealed=seal_something(), now=NOW)
    redact_something()
    return prediction


def test_every_kind_is_told_with_an_address_that_answers(history, reader):
    told, _ = until_told(reader, Change.objects.count())

    assert {change["kind"] for change in told} == set(Change.Kind.values)
    for url in {change["url"] for change in told}:
        assert reader.get(url.split("/api/v1/")[1]).status_code == 200, url


def test_what_is_recorded_comes_before_what_rests_on_it(history, reader):
    told, _ = until_told(reader, Change.objects.count())
    ids = [change["id"] for change in told if change["kind"] == "prediction" and change["action"] == "RECORDED"]
    kinds = [change["kind"] for change in told]

    assert str(history.pk) in ids
    assert kinds.index("article") < kinds.index("prediction") < kinds.index("resolution") < kinds.index("score")


def test_a_verdict_tells_that_the_state_of_the_prediction_changed(reader):
    prediction = make_prediction()
    _, place = until_told(reader, Change.objects.count())
    make_event()
    cover()
    n_before = Change.objects.count()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    until_told(reader, Change.objects.count())

    told, _ = feed(reader, place)

    assert n_before < Change.objects.count()
    assert ("prediction", "CHANGED", str(prediction.pk)) in [(c["kind"], c["action"], c["id"]) for c in told]


def test_being_due_is_no_change(reader):
    prediction = make_prediction()
    n_before = Change.objects.count()

    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=NOW, attempts=2)

    assert Change.objects.count() == n_before


def test_a_new_description_of_a_forecaster_is_told():
    forecaster = make_forecaster()

    Forecaster.objects.filter(pk=forecaster.pk).update(description="A mathematician.")
    Forecaster.objects.filter(pk=forecaster.pk).update(description="A mathematician.")

    assert [c.action for c in Change.objects.order_by("id")] == ["RECORDED", "CHANGED"]


def test_a_retraction_is_told_at_the_event(reader):
    version = make_event()
    _, place = until_told(reader, Change.objects.count())

    retract_event(event=version.event, reason="It was another ship.", known_at=NOW, now=NOW)

    told, _ = until_told(reader, 1, place)
    assert [(c["kind"], c["id"]) for c in told] == [("event", str(version.event_id))]


def test_nothing_new_gives_the_same_place_again(reader):
    make_forecaster()
    _, place = until_told(reader, Change.objects.count())

    told, again = feed(reader, place)

    assert (told, again) == ([], place)


def test_pages_of_one_tell_the_same_as_one_page(history, reader):
    whole, _ = until_told(reader, Change.objects.count())

    one_by_one, _ = feed(reader, "changes/?page_size=1")

    assert one_by_one == whole


def test_more_changes_cost_no_more_queries(reader, django_assert_num_queries):
    make_forecaster()
    with django_assert_num_queries(1):
        reader.get("changes/")
    for number in range(30):
        record_topic(path=f"more/number-{number}")

    with django_assert_num_queries(1):
        assert reader.get("changes/?page_size=200").status_code == 200


@pytest.mark.parametrize(
    "since", ["x", "1-2", "1-2-3-4", "1-2-99999999999999999999", "1-2-9999999999999999999", "-1-2-3", "1-2-٣", "1-2-3 "]
)
def test_a_place_that_is_none_is_refused(since, reader):
    answer = reader.get(f"changes/?since={since}")

    assert answer.status_code == 400
    assert "no place in this feed" in errors_of(answer)["since"]


# SQLite has one writer at a time, so nothing is committed late there.
@pytest.mark.postgresql
class TestTransactionsThatCommitLate:
    def test_what_was_begun_first_and_committed_last_is_not_jumped_over(self):
        begun, may_commit = threading.Event(), threading.Event()

        def late():
            with transaction.atomic():
                record_topic(path="late")
                begun.set()
                may_commit.wait(20)
            connection.close()

        writer = threading.Thread(target=late)
        writer.start()
        begun.wait(20)
        record_topic(path="early")
        meanwhile = [change.key for change in changes_after(position=BEGINNING, limit=100)]
        may_commit.set()
        writer.join()

        assert meanwhile == []
        assert [change.key for change in _follow(n_changes=2)] == ["late", "early"]

    def test_a_mirror_that_reads_all_the_time_misses_nothing_of_many_writers(self):
        n_writers, n_each = 4, 25

        def write(number: int) -> None:
            for count in range(n_each):
                with transaction.atomic():
                    record_topic(path=f"writer-{number}-{count}-first")
                    time.sleep(0.001 * ((number * 7 + count * 3) % 5))
                    record_topic(path=f"writer-{number}-{count}-second")
            connection.close()

        writers = [threading.Thread(target=write, args=[number]) for number in range(n_writers)]
        for writer in writers:
            writer.start()
        seen = [change.key for change in _follow(n_changes=n_writers * n_each * 2)]
        for writer in writers:
            writer.join()

        assert len(seen) == len(set(seen)) == n_writers * n_each * 2

    def test_what_was_rolled_back_leaves_no_gap_to_wait_at(self):
        with transaction.atomic():
            record_topic(path="given-up")
            transaction.set_rollback(True)
        record_topic(path="kept")

        assert [change.key for change in _follow(n_changes=1)] == ["kept"]

    def test_what_another_cluster_wrote_is_complete_and_comes_first(self):
        far_ahead = 2**60
        Change.objects.create(
            era=1, transaction_number=far_ahead, kind="topic", action="RECORDED", key="old", noted_at=NOW
        )
        record_topic(path="new")

        assert [change.key for change in _follow(n_changes=2)] == ["old", "new"]


def _follow(*, n_changes: int) -> Iterator[Change]:
    """Each change once, as a mirror reads them while others write."""
    place, end, n_seen = BEGINNING, time.monotonic() + PATIENCE, 0
    while n_seen < n_changes and time.monotonic() < end:
        for change in changes_after(position=place, limit=7):
            place, n_seen = position_of(change), n_seen + 1
            yield change
    assert n_seen == n_changes

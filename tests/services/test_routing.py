"""What rules listen for as the database keeps it, and whom sources, coverage and milestones wake."""

from datetime import UTC, datetime, timedelta

import pytest

from forecasts.models import Entity, Prediction, RuleKey
from forecasts.rules import BEGINNING_OF_TIME, END_OF_TIME
from forecasts.selectors.listening import HEARD, listeners, listening, recorded_keys
from forecasts.services.refusal import Refused
from forecasts.services.routing import make_due, wake, woken_together
from forecasts.services.sources import record_membership, record_milestone
from tests.benchmarks.crowds import analyse, copy_prediction
from tests.builders import NOW, PUBLISHED, cover, make_prediction, make_source, make_world, rule_that_it_occurs

pytestmark = pytest.mark.django_db

DEADLINE = datetime(2025, 3, 1, tzinfo=UTC)
UNTIL_THE_VOTE = {"start": {"anchor": "publication"}, "end": {"anchor": "calendar:vote"}}


def due() -> set[str]:
    return set(Prediction.objects.filter(next_check_at=NOW).values_list("title", flat=True))


def make_listening(title: str, **fields) -> Prediction:
    return make_prediction(title=title, statement=f"{title}.", **fields)


def test_a_rule_listens_in_its_window_and_to_its_dates_at_any_time():
    record_milestone(key="vote", label="Vote", occurs_at=DEADLINE, now=NOW)
    occurs = {"pattern": {"type": ["AID"]}, "window": UNTIL_THE_VOTE}
    make_prediction(rule={"rrl": "1", "consequent": {"occurs": occurs}})

    found = set(RuleKey.objects.values_list("key", "listens_from", "listens_until"))

    assert found == {
        ("type:AID", PUBLISHED, DEADLINE),
        ("type:*", PUBLISHED, DEADLINE),
        ("coverage:wire", PUBLISHED, DEADLINE),
        ("milestone:vote", BEGINNING_OF_TIME, END_OF_TIME),
    }


def test_a_milestone_that_is_moved_lets_rules_listen_in_its_new_time_too():
    record_milestone(key="vote", label="Vote", occurs_at=DEADLINE, now=NOW)
    occurs = {"pattern": {"type": ["AID"]}, "window": UNTIL_THE_VOTE}
    prediction = make_prediction(rule={"rrl": "1", "consequent": {"occurs": occurs}})
    later = DEADLINE + timedelta(days=30)

    record_milestone(key="vote", label="Vote", occurs_at=later, now=NOW)

    rule = prediction.rules.get()
    rows = recorded_keys(rule_versions=[rule.pk]).values_list("rule_version", *HEARD)
    assert listening(keys=[rule.pk], rows=rows)[rule.pk]["type:AID"] == (PUBLISHED, later)
    assert listeners(keys=["type:AID"], since=DEADLINE, until=DEADLINE).count() == 1


def test_coverage_wakes_what_it_moves_within_and_nothing_else():
    source = make_source()
    cover(to=DEADLINE - timedelta(days=40), source=source)
    make_listening("Ends before", rule=rule_that_it_occurs(end="2025-01-10T00:00:00Z"))
    make_listening("Ends within", rule=rule_that_it_occurs(end="2025-02-20T00:00:00Z"))
    make_listening("Ends later", rule=rule_that_it_occurs(end="2025-04-01T00:00:00Z"))
    Prediction.objects.update(next_check_at=None)

    cover(to=DEADLINE, source=source)

    assert due() == {"Ends within", "Ends later"}


def test_a_first_statement_and_a_new_source_wake_all_that_rest_on_the_group():
    make_listening("Ends before", rule=rule_that_it_occurs(end="2025-01-10T00:00:00Z"))
    Prediction.objects.update(next_check_at=None)

    source = make_source()
    after_source = due()
    Prediction.objects.update(next_check_at=None)
    cover(to=DEADLINE, source=source)

    assert (after_source, due()) == ({"Ends before"}, {"Ends before"})


def test_nothing_belongs_to_a_collection_as_a_whole():
    make_world()
    member, group = (Entity.objects.get(path=path) for path in ("person", "USA.GOV"))

    with pytest.raises(Refused, match="“person” is a collection of names: choose one of those below it"):
        record_membership(member=member, group=group, now=NOW)


def test_who_listens_is_found_by_key_and_time_in_the_index():
    copy_prediction(make_prediction(), count=3000, first=1, key="'type:AID|actor:A' || n.i")
    analyse()
    query = listeners(keys=["type:AID|actor:A7", "type:AID|actor:A8"], since=PUBLISHED, until=DEADLINE)

    plan = query.explain()

    assert query.count() == 2
    assert "rule_key_once" in plan or "sqlite_autoindex_forecasts_rulekey" in plan, plan


def test_making_due_gives_new_attempts():
    prediction = make_prediction()
    Prediction.objects.update(next_check_at=None, attempts=Prediction.MAX_ATTEMPTS)

    assert make_due(predictions=[prediction.pk], now=NOW) == 1

    prediction.refresh_from_db()
    assert (prediction.next_check_at, prediction.attempts) == (NOW, 0)


def test_what_becomes_due_in_a_block_does_so_at_its_end():
    listening = make_listening("Listens")
    other = make_listening("Given by name", rules=[])
    Prediction.objects.update(next_check_at=None)

    with woken_together():
        wake(keys=["coverage:wire"], now=NOW)
        with woken_together():
            make_due(predictions=[other.pk], now=NOW)
        within = due()

    assert (within, due()) == (set(), {listening.title, other.title})


def test_a_block_that_fails_makes_nothing_due_and_the_one_around_it_goes_on():
    first, second = make_listening("First", rules=[]), make_listening("Second", rules=[])
    Prediction.objects.update(next_check_at=None)

    with woken_together():
        make_due(predictions=Prediction.objects.filter(pk=first.pk).values("pk"), now=NOW)
        with pytest.raises(Refused, match="No"):
            _refused_after_making_due(second)

    assert due() == {first.title}


def _refused_after_making_due(prediction: Prediction) -> None:
    with woken_together():
        make_due(predictions=[prediction.pk], now=NOW)
        raise Refused({"reason": ["No."]})

"""Whatever is recorded in whatever order, the record says what a fresh evaluation of the same facts says."""

import sys
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from forecasts.models import Evaluation, Prediction, Resolution, Score
from forecasts.services.events import EventDraft, Report, add_evidence, correct_event, record_event, retract_event
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_coverage, record_milestone, record_observation
from forecasts.services.sweeps import sweep
from tests.builders import make_source, make_world
from tests.soundness.profiles import SECONDS, effort
from tests.soundness.world import FIRST_DAY, LAG, MILESTONE, SERIES, Facts, later, make_predictions

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.timeout(2 * SECONDS)]

DAYS = st.integers(0, 25)
CHANGES = st.sampled_from(
    [
        {"actors": ("USA",)},
        {"actors": ("USA.GOV",)},
        {"actors": ("RUS",)},
        {"tier": "A"},
        {"tier": "D"},
        {"status": "CONTESTED"},
        {"status": "ACTIVE"},
        {"event_type": "AID"},
        {"event_type": "SANCTION"},
    ]
)


class LedgerOfFacts(RuleBasedStateMachine):
    """Records, corrects and withdraws facts in any order while time goes on, and sweeps now and then."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(days=st.sampled_from([30, 45, 45]))
    def begin(self, days):
        self.now = FIRST_DAY + timedelta(days=days)
        self.facts = Facts()
        self.source = make_source(settlement_lag=LAG, now=self.now)
        self.coverage_is_stated_or_taken_back(ago=0)

    @rule(days=st.integers(1, 15))
    def time_goes_on(self, days):
        self.now += timedelta(days=days)

    @rule(days=st.integers(1, 15), covered=st.booleans())
    def a_sweep_runs_later(self, days, covered):
        self.now += timedelta(days=days)
        if covered:
            self.coverage_is_stated_or_taken_back(ago=0)
        self.the_sweep_runs()

    @rule(
        ago=DAYS, delay=st.integers(0, 10), length=st.sampled_from([0, 1, 1, 3]), tier=st.sampled_from("AAABD"),
        event_type=st.sampled_from(["AID", "SANCTION", "x-election-result"]),
        actors=st.sampled_from([("USA.GOV",), ("USA.GOV",), ("USA.GOV",), ("USA",), ()]),
        recipients=st.sampled_from([("person.trump",), ("person.harris",), ()]),
    )  # fmt: skip
    def an_event_comes_in(self, ago, delay, length, tier, **fields):
        start = max(FIRST_DAY, self.day(ago))
        draft = EventDraft(
            title="Something happened", occurred_from=start, occurred_until=start + timedelta(days=length), tier=tier,
            known_at=min(self.now, start + timedelta(days=delay)), topics=("aid/military",), **fields,
        )  # fmt: skip
        event = self.record(draft, external_id=f"event-{len(self.facts.versions)}").event
        self.facts.versions[event] = [draft]

    @precondition(lambda self: self.facts.versions)
    @rule(data=st.data())
    def an_event_comes_in_again(self, data):
        event, drafts = self.some_event(data)
        repeated = self.record(data.draw(st.sampled_from(drafts)), external_id=event.external_id)

        assert repeated.version == len(drafts)

    @precondition(lambda self: self.facts.versions)
    @rule(data=st.data(), changes=CHANGES)
    def an_event_is_corrected(self, data, changes):
        event, drafts = self.some_event(data)
        draft = later(drafts[-1], now=self.now, **changes)
        _, is_new = correct_event(event=event, draft=draft, reason="Better known.", now=self.now)
        if is_new:
            drafts.append(draft)

    @precondition(lambda self: self.facts.versions)
    @rule(data=st.data())
    def an_event_is_withdrawn(self, data):
        event, drafts = self.some_event(data)
        _, is_new = retract_event(event=event, reason="A rumour.", known_at=self.now, now=self.now)
        if is_new:
            drafts.append(later(drafts[-1], now=self.now, status="RETRACTED"))

    @precondition(lambda self: self.facts.versions)
    @rule(data=st.data(), owner=st.integers(2, 4))
    def another_owner_reports_it(self, data, owner):
        event, _ = self.some_event(data)
        add_evidence(event=event, report=Report(url=f"https://news{owner}.example/it"), now=self.now)

    @rule(ago=DAYS)
    def coverage_is_stated_or_taken_back(self, ago):
        self.facts.complete_to = self.day(ago)
        record_coverage(source=self.source, complete_to=self.facts.complete_to, now=self.now)

    @rule(ago=DAYS, value=st.sampled_from([70, 81, 90]))
    def a_value_is_released(self, ago, value):
        on = self.day(ago)
        if on not in self.facts.values:
            self.facts.values[on] = value
            record_observation(
                source=self.source,
                series=SERIES,
                valid_on=on.date(),
                value=Decimal(value),
                released_at=on,
                now=self.now,
            )

    @rule(days=st.integers(0, 30))
    def a_milestone_moves(self, days):
        self.facts.milestone = FIRST_DAY + timedelta(days=days)
        record_milestone(key=MILESTONE, label="Inauguration", occurs_at=self.facts.milestone, now=self.now)

    @rule()
    def the_sweep_runs(self):
        swept = sweep(now=self.now)

        assert (swept.failed, swept.left) == (0, 0)
        for name, pk in NAMES.items():
            self.check_prediction(name, Prediction.objects.get(pk=pk))
        self.check_that_another_look_changes_nothing()

    def check_prediction(self, name: str, prediction: Prediction):
        chain = list(Resolution.objects.filter(prediction=prediction).order_by("number"))
        said = chain[-1].verdict if chain else ""
        known = self.facts.verdict(name, now=self.now)
        SEEN[chain[-1].state if chain else "OPEN", known] += 1
        is_final = bool(chain) and chain[-1].state == Resolution.State.FINAL

        if is_final:
            assert (prediction.status == Prediction.Status.NEEDS_REVIEW) is (said != known), name
        else:
            assert (prediction.verdict, said) == (known, known), name
        assert [one.number for one in chain] == list(range(1, len(chain) + 1))
        assert [one.supersedes for one in chain] == [None, *chain[:-1]][: len(chain)]
        told = [(one.verdict, one.state, one.finalises_at is None) for one in chain]
        assert all(one != another for one, another in pairwise(told)), told
        n_scores = Score.objects.current().filter(forecast__prediction=prediction).count()
        assert n_scores == (2 if said in ("YES", "NO") else 0), name

    def check_that_another_look_changes_nothing(self):
        before = [model.objects.count() for model in (Evaluation, Resolution, Score)]

        assert not any(settle_prediction(prediction_id=pk, now=self.now) for pk in NAMES.values())
        assert before == [model.objects.count() for model in (Evaluation, Resolution, Score)]

    def record(self, draft, *, external_id):
        reports = (Report(url="https://news1.example/it"),)
        return record_event(source=self.source, draft=draft, reports=reports, external_id=external_id, now=self.now)[0]

    def day(self, ago: int) -> datetime:
        return self.now - timedelta(days=ago)

    def some_event(self, data):
        return data.draw(st.sampled_from(list(self.facts.versions.items())))


NAMES: dict[str, UUID] = {}
SEEN: Counter[tuple[str, str]] = Counter()
MUST_BE_SEEN = {("OPEN", ""), ("PROPOSED", "NO")}


def test_the_record_always_says_what_the_facts_say(record_property):
    make_world()
    record_milestone(key=MILESTONE, label="Inauguration", occurs_at=Facts().milestone, now=FIRST_DAY)
    NAMES.update({name: prediction.pk for name, prediction in make_predictions().items()})

    histories = settings(effort(5), stateful_step_count=25)
    record_property("times", histories.max_examples)
    run_state_machine_as_test(LedgerOfFacts, settings=histories)

    sys.stdout.write(f"what sweeps found: {dict(SEEN)}\n")
    assert set(SEEN) >= MUST_BE_SEEN

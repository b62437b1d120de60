"""What must always hold, by the numbers of docs/guarantees.md."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from . import digests, ledger, queue, records, scores, values, verdicts


@dataclass(frozen=True)
class Invariant:
    """What must hold: its number, and the function that tells what breaks it, one sentence each."""

    number: str
    find: Callable[..., Iterable[str]]

    @property
    def name(self) -> str:
        """What holds, in words."""
        return self.find.__name__.replace("_", " ")

    def breaches(self, *, now: datetime) -> list[str]:
        """What breaks it; none, as long as nothing is broken."""
        return list(self.find(now=now))


# Several questions can belong to one number. I21 is asked when a backup is restored.
INVARIANTS = (
    Invariant("I1", records.guards_stand),
    Invariant("I1", records.versions_count_up),
    Invariant("I1", records.feed_and_records_agree),
    Invariant("I2", ledger.entries_hold_the_records),
    Invariant("I2", ledger.every_record_is_entered),
    Invariant("I3", digests.rules_are_as_recorded),
    Invariant("I3", digests.events_are_as_recorded),
    Invariant("I3", digests.texts_are_as_recorded),
    Invariant("I3", digests.what_is_revealed_was_sealed),
    Invariant("I4", records.clocks_run_forwards),
    Invariant("I5", scores.scored_in_time),
    Invariant("I6", ledger.the_chain_is_whole),
    Invariant("I7", ledger.checkpoints_hold),
    Invariant("I8", queue.nothing_is_overdue),
    Invariant("I8", queue.nothing_is_forgotten),
    Invariant("I9", verdicts.one_verdict_is_in_force),
    Invariant("I10", verdicts.predictions_stand_as_decided),
    Invariant("I10", scores.what_counts_is_scored),
    Invariant("I11", verdicts.nothing_is_decided_twice),
    Invariant("I12", verdicts.verdicts_take_allowed_steps),
    Invariant("I13", scores.only_what_was_settled_is_scored),
    Invariant("I13", scores.nothing_counts_without_a_verdict),
    Invariant("I14", scores.sums_are_those_of_their_parts),
    Invariant("I15", queue.no_event_is_missed),
    Invariant("I16", records.nothing_is_recorded_twice),
    Invariant("I17", records.a_key_has_one_answer),
    Invariant("I18", values.probabilities_are_probabilities),
    Invariant("I19", values.addresses_are_of_the_web),
    Invariant("I19", values.texts_are_texts),
    Invariant("I20", queue.jobs_run),
    Invariant("I22", values.times_are_in_utc),
    Invariant("I22", values.days_are_days),
    Invariant("I23", verdicts.nobody_decides_their_own),
    Invariant("I23", verdicts.two_people_overturn),
    Invariant("I24", queue.failures_are_counted),
)

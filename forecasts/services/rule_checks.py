"""Trying a rule out before it is recorded: nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from forecasts import rules
from forecasts.feeds.deadline_words import words_fault
from forecasts.models import EventVersion
from forecasts.rules.dry_run import ClauseTrial, try_clauses
from forecasts.selectors.knowledge import knowledge
from forecasts.selectors.verdicts import judge_draft

from .implied_deadlines import with_proposed_end
from .predictions import checked_rule
from .refusal import refuse

LOOK_BACK = timedelta(days=730)


@dataclass(frozen=True, kw_only=True)
class CheckedClause:
    """One clause in words, what it comes to, and the recorded events it means."""

    path: str
    words: str
    value: str
    why: str
    decisive: tuple[EventVersion, ...]
    doubtful: tuple[EventVersion, ...]
    elsewhere: tuple[EventVersion, ...]


@dataclass(frozen=True, kw_only=True)
class RuleCheck:
    """What a rule says, what it would come to now, and each of its clauses tried on recorded events."""

    words: str
    status: str
    explanation: str
    clauses: tuple[CheckedClause, ...]
    n_values: int

    @property
    def is_without_events(self) -> bool:
        """Whether no clause means any recorded event: then a code, topic or actor may be misspelt."""
        found = any(clause.decisive or clause.doubtful or clause.elsewhere for clause in self.clauses)
        return not found and not self.n_values


def check_rule(*, rule: object, publication: datetime, now: datetime, deadline_words: str = "") -> RuleCheck:
    """
    Return what a rule would come to on what is recorded now.

    Events count from the publication, or for two years back where that is longer.

    Args:
        deadline_words: The words that imply its deadline: they propose the ends that it leaves out.
    Raises:
        Refused: The rule is malformed or can never be decided, under the name `rule`; or no table knows the words.
    """
    if deadline_words and (fault := words_fault(deadline_words)):
        raise refuse("deadline_words", fault)
    completed = with_proposed_end(rule, words=deadline_words, said_at=publication)
    parsed = checked_rule(completed, publication=publication)
    facts = knowledge(publication=publication, keys=rules.rule_keys(parsed), as_of=now)
    judged = judge_draft(rule=parsed, facts=facts, label="this rule")
    since = min(publication, now - LOOK_BACK)
    recent = tuple(event for event in facts.occurrences if event.latest >= since)
    trials = try_clauses(parsed, judged.outcome, replace(facts, occurrences=recent))
    versions = EventVersion.objects.in_bulk([event.id for event in recent])
    return RuleCheck(
        words=rules.rule_in_words(parsed),
        status=judged.outcome.status.value,
        explanation=judged.explanation,
        clauses=tuple(_clause(trial, {str(key): version for key, version in versions.items()}) for trial in trials),
        n_values=sum(name.startswith("observation:") for name in judged.outcome.witnesses),
    )


def _clause(trial: ClauseTrial, versions: dict[str, EventVersion]) -> CheckedClause:
    inside = {*trial.witnesses, *trial.possible}
    alike = [name for name in (*trial.alike, *trial.perhaps_alike) if name not in inside]
    return CheckedClause(
        path=trial.path,
        words=trial.words,
        value=trial.value.value,
        why=trial.why,
        decisive=_named(trial.witnesses, versions),
        doubtful=_named(trial.possible, versions),
        elsewhere=_named(alike, versions),
    )


def _named(names: Iterable[str], versions: dict[str, EventVersion]) -> tuple[EventVersion, ...]:
    return tuple(versions[name] for name in names if name in versions)

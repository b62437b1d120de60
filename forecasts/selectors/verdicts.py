"""What rules come to on the facts recorded: facts in, verdict out, nothing written."""

from dataclasses import asdict, dataclass
from datetime import datetime

from forecasts import rules
from forecasts.models import RuleVersion

from .knowledge import knowledge


@dataclass(frozen=True)
class Judged:
    """A rule's outcome with its explanation and whether it may become final without a person."""

    as_of: datetime
    rule: rules.Rule
    knowledge: rules.Knowledge
    outcome: rules.Outcome
    may_finalise: bool
    explanation: str

    @property
    def trace(self) -> dict[str, object]:
        """Each clause with its value, window and matches, as JSON."""
        return {
            "condition": self.outcome.condition and asdict(self.outcome.condition),
            "consequent": self.outcome.consequent and asdict(self.outcome.consequent),
        }

    @property
    def known_at(self) -> datetime:
        """When the verdict could be known: the latest of its witnesses, or of the window's end with its coverage."""
        decisive = {o.id: o.known_at for o in self.knowledge.occurrences} | {
            v.id: v.released_at for v in self.knowledge.observations
        }
        moments = [decisive[fact] for fact in self.outcome.witnesses if fact in decisive]
        if self.outcome.decided_by_absence_at is not None:
            moments.append(self.outcome.decided_by_absence_at)
        return min(max(moments, default=self.as_of), self.as_of)


def judge(*, rule_version: RuleVersion, as_of: datetime) -> Judged:
    """
    Return what a recorded rule comes to on what was known at `as_of`.

    Raises:
        RuleError: The stored rule is not one this version can read.
    """
    keys = [row.key for row in rule_version.keys.all()]
    return judge_draft(
        rule=rules.parse_rule(rule_version.rule),
        facts=knowledge(publication=rule_version.prediction.issued_at, keys=keys, as_of=as_of),
        label=f"{rule_version.name} v{rule_version.version}",
    )


def judge_draft(*, rule: rules.Rule, facts: rules.Knowledge, label: str) -> Judged:
    """What a rule, stored or not, comes to on given facts."""
    outcome = rules.evaluate(rule, facts)
    return Judged(
        as_of=facts.as_of,
        rule=rule,
        knowledge=facts,
        outcome=outcome,
        may_finalise=rules.may_finalise(rule, outcome, facts),
        explanation=rules.explain(rule, outcome, facts, label=label),
    )

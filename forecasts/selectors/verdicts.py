"""What rules come to on the facts recorded: facts in, verdict out, nothing written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

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
        parts = {"condition": self.outcome.condition, "consequent": self.outcome.consequent}
        return {name: finding and orjson.loads(orjson.dumps(finding)) for name, finding in parts.items()}

    @property
    def happened_at(self) -> datetime | None:
        """When it came about, as far as known: the start of the deciding event, or the end of the deciding silence."""
        span = self.outcome.happened
        if span is None:
            return None
        facts = set(self.outcome.witnesses)
        starts = [
            event.earliest for event in self.knowledge.occurrences if event.id in facts and event.latest == span.hi
        ]
        return min(starts, default=span.hi)

    @property
    def known_at(self) -> datetime:
        """When the verdict could be known: its latest fact was published and every silence it rests on was over."""
        published = {event.id: event.known_at for event in self.knowledge.occurrences}
        published |= {value.id: value.released_at for value in self.knowledge.observations}
        moments = [published[fact] for finding in self._deciding for fact in finding.rests_on if fact in published]
        moments += [moment for finding in self._deciding for moment in _silences(finding)]
        return min(max(moments, default=self.as_of), self.as_of)

    @property
    def _deciding(self) -> list[rules.Finding]:
        is_annulled = self.outcome.status is rules.Status.ANNULLED
        parts = [self.outcome.condition, None if is_annulled else self.outcome.consequent]
        return [finding for finding in parts if finding is not None]


def _silences(finding: rules.Finding) -> Iterator[datetime]:
    """When each window closed whose silence the finding rests on."""
    if finding.children:
        for child in finding.children:
            yield from _silences(child)
    elif finding.rests_on_absence and finding.closes_at is not None:
        yield finding.closes_at


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

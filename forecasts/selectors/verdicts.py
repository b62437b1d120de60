"""What rules come to on the facts recorded: facts in, verdict out, nothing written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db.models import CharField, DateTimeField, IntegerField, Value

from forecasts import rules
from forecasts.models import Among, RuleVersion, Verdict

from .judgements import answers, recorded_answers
from .knowledge import Listener, knowledge_of
from .listening import HEARD, listening, recorded_keys


@dataclass(frozen=True)
class Judged:
    """A rule's outcome with its explanation and whether it may become final without a person."""

    as_of: datetime
    rule: rules.Rule
    knowledge: rules.Knowledge
    outcome: rules.Outcome
    may_finalise: bool
    label: str

    @property
    def explanation(self) -> str:
        """The answer in sentences, with what it rests on."""
        return rules.explain(self.rule, self.outcome, self.knowledge, label=self.label)

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
        return min(max(self._moments, default=self.as_of), self.as_of)

    @property
    def holds_until(self) -> datetime | None:
        """From when on time alone may make it another: None for never, its knowledge time where that cannot be told."""
        if self.outcome.awaits_coverage:
            return self.as_of
        if self.outcome.status.value not in Verdict.values:
            return self.outcome.next_check_at
        return None if max(self._moments, default=None) == self.known_at else self.as_of

    @property
    def _moments(self) -> list[datetime]:
        """When each fact that decides was published, and each silence over."""
        published = {event.id: event.known_at for event in self.knowledge.occurrences}
        published |= {value.id: value.released_at for value in self.knowledge.observations}
        moments = [published[fact] for finding in self._deciding for fact in finding.rests_on if fact in published]
        return moments + [moment for finding in self._deciding for moment in _silences(finding)]

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


# What was read of rules, by digest: a worker meets the same ones at every sweep, and their rows never change.
_PARSED: dict[str, rules.Rule] = {}
MOST_PARSED = 5_000


def parsed(*, rule_versions: Sequence[RuleVersion]) -> list[rules.Rule]:
    """
    Return recorded rules in their order, each read once for as long as there is room to keep it.

    Raises:
        RuleError: One of the stored rules is not one this version can read.
    """
    given = {version.sha256: version.pk for version in rule_versions}
    known = {sha256: _PARSED[sha256] for sha256 in given if sha256 in _PARSED}
    missing = {sha256: pk for sha256, pk in given.items() if sha256 not in known}
    if missing:
        texts = RuleVersion.objects.filter(Among("pk", missing.values())).values_list("sha256", "rule")
        read = {sha256: rules.recorded_rule(text) for sha256, text in texts}
        if len(_PARSED) + len(read) > MOST_PARSED:
            _PARSED.clear()
        _PARSED.update(read)
        known |= read
    return [known[version.sha256] for version in rule_versions]


def judge(*, rule_version: RuleVersion, as_of: datetime) -> Judged:
    """
    Return what a recorded rule comes to on what was known at `as_of`.

    Raises:
        RuleError: The stored rule is not one this version can read.
    """
    (judged,) = judge_all(rule_versions=[rule_version], as_of=as_of)
    return judged


def judge_all(*, rule_versions: Sequence[RuleVersion], as_of: datetime) -> Iterator[Judged]:
    """
    Return what each of several recorded rules comes to, in their order, one at a time.

    The number of queries does not depend on how many they are, as long as their predictions are at hand; all are made
    at once. Who lets go of one before asking for the next spares the memory and the garbage collector.

    Raises:
        RuleError: One of the stored rules is not one this version can read.
    """
    heard, answered = _heard_and_answered([version.pk for version in rule_versions], as_of=as_of)
    listeners = [
        Listener(version.prediction.issued_at, heard[version.pk], answered.get(version.pk, {}))
        for version in rule_versions
    ]
    known = knowledge_of(listeners=listeners, as_of=as_of)
    return (
        judge_draft(rule=rule, facts=facts, label=f"{version.name} v{version.version}")
        for version, rule, facts in zip(rule_versions, parsed(rule_versions=rule_versions), known, strict=True)
    )


def _heard_and_answered(
    keys: Sequence[UUID], *, as_of: datetime
) -> tuple[Mapping[UUID, dict[str, rules.Stretch]], Mapping[UUID, dict[str, bool]]]:
    """What each rule version listens for, and what people had answered to its questions: one question of the database."""
    of_keys = recorded_keys(rule_versions=keys).values_list(
        "rule_version", *HEARD, Value("", output_field=CharField()), Value(0, output_field=IntegerField())
    )
    never = Value(None, output_field=DateTimeField())
    given = recorded_answers(rule_versions=keys, as_of=as_of)
    of_people = given.values_list("rule_version", "path", never, never, "answer", "number")
    rows = list(of_keys.union(of_people, all=True))
    # No answer is empty.
    heard = listening(keys=keys, rows=[row[:4] for row in rows if not row[4]])
    return heard, answers((row[0], row[1], row[4], row[5]) for row in rows if row[4])


def judge_draft(*, rule: rules.Rule, facts: rules.Knowledge, label: str) -> Judged:
    """What a rule, stored or not, comes to on given facts."""
    outcome = rules.evaluate(rule, facts)
    return Judged(
        as_of=facts.as_of,
        rule=rule,
        knowledge=facts,
        outcome=outcome,
        may_finalise=rules.may_finalise(rule, outcome, facts),
        label=label,
    )

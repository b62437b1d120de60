"""A rule that is not recorded yet, in words and on the events recorded now: what the editor sees before saving."""

from dataclasses import dataclass
from datetime import datetime

from forecasts import rules
from forecasts.models import Entity, EventVersion, Milestone
from forecasts.selectors.knowledge import knowledge
from forecasts.selectors.verdicts import Judged, judge_draft
from forecasts.services.refusal import Refused


@dataclass(frozen=True)
class RuleCheck:
    """What a rule says and what it would come to; the events that decide it, and those that might."""

    words: str
    status: str
    explanation: str
    matches: tuple[EventVersion, ...]
    possible: tuple[EventVersion, ...]
    n_values: int


def check_rule(*, rule: object, publication: datetime, now: datetime) -> RuleCheck:
    """
    Return what a rule would come to on what is recorded now.

    Raises:
        Refused: The rule is malformed or can never be decided; under the name `rule`.
    """
    parsed = _parsed(rule, publication=publication)
    facts = knowledge(publication=publication, keys=rules.rule_keys(parsed), as_of=now)
    judged = judge_draft(rule=parsed, facts=facts, label="this rule")
    return RuleCheck(
        words=rules.rule_in_words(parsed),
        status=judged.outcome.status.value,
        explanation=judged.explanation,
        matches=_versions(judged.outcome.witnesses),
        possible=_versions(judged.outcome.possible),
        n_values=_count_values(judged),
    )


def _parsed(rule: object, *, publication: datetime) -> rules.Rule:
    try:
        parsed = rules.parse_rule(rule)
    except rules.RuleError as error:
        raise _refused(error.problems) from error
    found = rules.lint_rule(
        parsed,
        topics=None,
        entities=frozenset(Entity.objects.values_list("path", flat=True)),
        milestones=frozenset(Milestone.objects.values_list("key", flat=True)),
        publication=publication,
    )
    if found:
        raise _refused(found)
    return parsed


def _refused(problems: tuple[rules.Problem, ...]) -> Refused:
    return Refused({"rule": [f"{problem.path}: {problem.message}" for problem in problems]})


def _versions(names: tuple[str, ...]) -> tuple[EventVersion, ...]:
    events = [name for name in names if not name.startswith("observation:")]
    return tuple(EventVersion.objects.filter(pk__in=events).order_by("occurred_from", "pk"))


def _count_values(judged: Judged) -> int:
    """How many values of series the answer rests on."""
    return sum(name.startswith("observation:") for name in judged.outcome.witnesses)

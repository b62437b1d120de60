"""The questions that rules leave to people, and what was answered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from forecasts import rules
from forecasts.models import Among, Judgement, Prediction, RuleVersion

from .resolutions import current_rules

YES_OR_NO: Mapping[str, bool] = {Judgement.Answer.YES: True, Judgement.Answer.NO: False}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a rule in force, and the last answer to it; None where nobody answered or it was withdrawn."""

    rule_version: RuleVersion
    path: str
    question: str
    rubric: str
    answer: Judgement | None
    number: int

    @property
    def label(self) -> str:
        """The question, with the reading it belongs to."""
        return f"{self.question} ({self.rule_version.name} reading)"


def asks_people(*, prediction: Prediction) -> bool:
    """Whether a rule in force leaves a question to people."""
    return any(True for version in current_rules(prediction=prediction) for _ in _questions(version))


def questions_of(*, prediction: Prediction) -> list[Question]:
    """The questions of every rule in force, the central one's first."""
    return questions_in(versions=current_rules(prediction=prediction))


def questions_in(*, versions: Sequence[RuleVersion]) -> list[Question]:
    """The questions of these rules, in their order."""
    asked = [(version, path, node) for version in versions for path, node in _questions(version)]
    last: dict[tuple[UUID, str], Judgement] = {}
    rows = Judgement.objects.filter(rule_version__in=versions)
    for row in rows.order_by("number"):
        last[row.rule_version_id, row.path] = row
    return [_question(version, path, node, last=last.get((version.pk, path))) for version, path, node in asked]


def _questions(version: RuleVersion) -> Iterator[tuple[str, rules.Judged]]:
    try:
        yield from rules.questions(rules.recorded_rule(version.rule))
    except rules.RuleError:
        # Stored under an older language: it asks nothing until it is replaced.
        return


def _question(version: RuleVersion, path: str, node: rules.Judged, *, last: Judgement | None) -> Question:
    stands = last is not None and last.answer in YES_OR_NO
    return Question(
        rule_version=version,
        path=path,
        question=node.question,
        rubric=node.rubric or "",
        answer=last if stands else None,
        number=last.number if last else 0,
    )


def recorded_answers(*, rule_versions: Iterable[UUID], as_of: datetime) -> QuerySet[Judgement]:
    """What people had answered to the questions of some rule versions by `as_of`."""
    return Judgement.objects.filter(Among("rule_version", rule_versions), known_at__lte=as_of)


def answers(rows: Iterable[tuple[UUID, str, str, int]]) -> Mapping[UUID, dict[str, bool]]:
    """
    Return what was answered, by rule version and place; the last answer counts.

    Args:
        rows: Rule version, place, answer and number of each answer.
    """
    found: dict[UUID, dict[str, bool]] = defaultdict(dict)
    for pk, path, answer, _ in sorted(rows, key=lambda row: row[-1]):
        if answer in YES_OR_NO:
            found[pk][path] = YES_OR_NO[answer]
        else:
            found[pk].pop(path, None)
    return found


def answered_by(*, prediction: Prediction) -> set[int]:
    """The accounts whose answers the verdict of the central rule may rest on."""
    asked = questions_of(prediction=prediction)
    central = RuleVersion.Variant.CENTRAL
    return {one.answer.actor_id for one in asked if one.answer and one.rule_version.variant == central}

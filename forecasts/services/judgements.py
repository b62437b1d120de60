"""Recording what people answer to the questions of rules."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.models import Judgement, Prediction
from forecasts.selectors.judgements import Question, questions_of

from .refusal import Moved, Problems, refuse
from .routing import make_due

MIN_REASON = 10


@transaction.atomic
def answer_question(
    *,
    prediction_id: UUID,
    rule_version_id: UUID,
    path: str,
    answer: str,
    reason: str,
    actor: User,
    now: datetime,
    known_at: datetime | None = None,
    evidence_url: str = "",
    expected_number: int | None = None,
) -> tuple[Judgement, bool]:
    """
    Record a person's answer to a question of a rule in force; the next sweep takes it into account.

    A verdict that rests on it is only proposed, and somebody else has to confirm it.

    Args:
        path: Where the question stands in the rule, as `questions_of` says.
        answer: YES, NO, or WITHDRAWN to leave it open again.
        known_at: When the answer could be known; now where it is left out.
        expected_number: The number of the answer the person saw; 0 where there was none.
    Returns:
        The answer, and whether it is new: the same answer for the same reason again returns the first record.
    Raises:
        Refused: There is no such question, the answer or its reason is missing, or it is the person's own prediction.
        Moved: Somebody answered meanwhile.
    """
    prediction = Prediction.objects.select_for_update().get(pk=prediction_id)
    question = _asked(prediction, rule_version_id=rule_version_id, path=path)
    _check(prediction, question, answer=answer, reason=reason, actor=actor, known_at=known_at, now=now)
    last = question.answer
    if last and (last.answer, last.reason, last.actor_id) == (answer, reason.strip(), actor.pk):
        return last, False
    if expected_number is not None and expected_number != question.number:
        raise Moved({"answer": [f"It was answered since you opened it: {last}. Look at it again before you answer."]})
    judgement = Judgement.objects.create(
        rule_version=question.rule_version,
        path=path,
        number=question.number + 1,
        answer=answer,
        reason=reason.strip(),
        evidence_url=evidence_url,
        known_at=known_at or now,
        actor=actor,
        recorded_at=now,
    )
    make_due(predictions=[prediction.pk], now=now)
    return judgement, True


def _asked(prediction: Prediction, *, rule_version_id: UUID, path: str) -> Question:
    asked = questions_of(prediction=prediction)
    for one in asked:
        if (one.rule_version.pk, one.path) == (rule_version_id, path):
            return one
    known = "; ".join(f"{one.path} of {one.rule_version}" for one in asked) or "the rules in force ask nothing"
    raise refuse("path", f"No rule in force asks a question at “{path[:200]}”. Asked are: {known}.")


def _check(
    prediction: Prediction,
    question: Question,
    *,
    answer: str,
    reason: str,
    actor: User,
    known_at: datetime | None,
    now: datetime,
) -> None:
    problems = Problems()
    if answer not in Judgement.Answer.values:
        problems.add("answer", f"“{answer}” is no answer. Choose one of {', '.join(Judgement.Answer.values)}.")
    if answer == Judgement.Answer.WITHDRAWN and question.answer is None:
        problems.add("answer", "There is no answer to withdraw.")
    if len(reason.strip()) < MIN_REASON:
        problems.add("reason", f"Give the reason in at least {MIN_REASON} characters: readers will see it.")
    if known_at is not None and known_at > now:
        problems.add("known_at", f"{known_at:%Y-%m-%d %H:%M} UTC is in the future.")
    if known_at is not None and known_at < prediction.issued_at:
        problems.add("known_at", f"{known_at:%Y-%m-%d %H:%M} UTC is before the prediction was issued.")
    if prediction.holder.account_id == actor.pk or prediction.forecasts.filter(forecaster__account=actor).exists():
        problems.add("answer", "Nobody answers for their own prediction: ask another editor.")
    problems.raise_if_any()

"""Answering the questions that rules leave to people."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Judgement, Prediction
from forecasts.selectors.judgements import Question, questions_of
from forecasts.services.judgements import answer_question

from .decision_forms import DecisionForm
from .fields import line_text, long_text, moment_input
from .recording import already_recorded


class AnswerForm(DecisionForm):
    """A person's answer to one question of a rule."""

    question = forms.ChoiceField(help_text=_("What the rule cannot see in the events by itself."))
    answer = forms.ChoiceField(choices=Judgement.Answer.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        widget=long_text(3),
        help_text=_(
            "Why, by the rubric of the question; readers will see it. At least ten characters. The verdict that "
            "follows is proposed, and somebody else confirms it."
        ),
    )
    evidence_url = forms.URLField(
        max_length=1000, required=False, assume_scheme="https", widget=line_text(), label=_("Evidence")
    )
    known_at = forms.DateTimeField(
        required=False, widget=moment_input(), help_text=_("UTC; when the answer could be known. Empty: now.")
    )

    aliases = {"path": "question", "rule_version": "question"}

    def __init__(self, *args: Any, subject: Prediction, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        self.asked = {f"{one.rule_version.pk}|{one.path}|{one.number}": one for one in questions_of(prediction=subject)}
        choices = [(key, _told(one)) for key, one in self.asked.items()]
        field = self.fields["question"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 declared as one above
        field.choices = choices
        if len(choices) == 1:
            self.initial = {"question": choices[0][0], **self.initial}

    def record(self, *, now: Any, actor: Any) -> Judgement:
        given = dict(self.cleaned_data)
        asked = self.asked[given.pop("question")]
        judgement, is_new = answer_question(
            prediction_id=self.subject.pk,
            rule_version_id=asked.rule_version.pk,
            path=asked.path,
            actor=actor,
            now=now,
            expected_number=asked.number,
            **given,
        )
        if not is_new:
            raise already_recorded(
                "answer", self.subject, told=gettext("You gave this answer for this reason already.")
            )
        return judgement


def _told(one: Question) -> str:
    rubric = f" [{one.rubric}]" if one.rubric else ""
    answer = gettext("; answered %(answer)s") % {"answer": one.answer.get_answer_display()} if one.answer else ""
    return f"{one.label}{rubric}{answer}"

"""The forms with which people decide, dispute and reopen."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forecasts.models import Prediction, Resolution, RuleVersion, Verdict
from forecasts.selectors.resolutions import current_resolution, current_rules
from forecasts.services.refusal import Refused
from forecasts.services.rule_checks import RuleCheck, check_rule
from forecasts.services.verdicts import dispute, record_verdict, reopen

from .fields import line_text, long_text, moment_input
from .recording import RecordForm


class DecisionForm(RecordForm):
    """A decision about a claim, taken with what its rule asks for beside what was found."""

    def evidence(self) -> RuleCheck | None:
        """Each clause of the central rule with the recorded events it means; None where there is no rule to look at."""
        central = [one for one in current_rules(prediction=self.subject) if one.name == RuleVersion.CENTRAL_NAME]
        try:
            return (
                check_rule(rule=central[0].rule, publication=self.subject.issued_at, now=timezone.now())
                if central
                else None
            )
        except Refused:
            return None


class VerdictForm(DecisionForm):
    """A person's verdict, on what waits for one or in place of an earlier one."""

    verdict = forms.ChoiceField(choices=Verdict.choices, widget=forms.RadioSelect)
    share = forms.CharField(
        max_length=10,
        required=False,
        widget=line_text(),
        help_text=_("For “Partly”: how much came true, between 0 and 1. A tie is 0.5."),
    )
    reason = forms.CharField(widget=long_text(3), help_text=_("Why; readers will see it. At least ten characters."))
    evidence_url = forms.URLField(
        max_length=1000, required=False, assume_scheme="https", widget=line_text(), label=_("Evidence")
    )
    happened_at = forms.DateTimeField(
        required=False, widget=moment_input(), help_text=_("UTC; when what decides it came about.")
    )
    known_at = forms.DateTimeField(
        required=False,
        widget=moment_input(),
        help_text=_("UTC; when it could be known. Forecasts made later earn nothing. Empty: now."),
    )
    expected_number = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, subject: Prediction, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        last = current_resolution(prediction=subject)
        self.initial = {"expected_number": last.number if last else 0, **self.initial}
        if last and last.verdict:
            self.initial |= {
                "verdict": last.verdict,
                "share": last.share,
                "happened_at": last.happened_at,
                "known_at": last.known_at,
            }

    def record(self, *, now: datetime, actor: Any) -> Resolution:
        return record_verdict(prediction_id=self.subject.pk, actor=actor, now=now, **self.cleaned_data)


class DisputeForm(DecisionForm):
    """Why a verdict is questioned."""

    reason = forms.CharField(
        widget=long_text(3),
        help_text=_(
            "What speaks against it; readers will see it. The first dispute of a verdict by rule has it checked "
            "afresh; after another one a person decides."
        ),
    )
    evidence_url = forms.URLField(required=False, assume_scheme="https", help_text=_("Where that is reported."))

    def record(self, *, now: datetime, actor: Any) -> Resolution:
        return dispute(prediction_id=self.subject.pk, actor=actor, now=now, **self.cleaned_data)


class ReopenForm(DecisionForm):
    """Why a verdict is withdrawn."""

    reason = forms.CharField(widget=long_text(3), help_text=_("Why; readers will see it. At least ten characters."))

    aliases = {"verdict": "reason"}

    def record(self, *, now: datetime, actor: Any) -> Resolution:
        return reopen(prediction_id=self.subject.pk, reason=self.cleaned_data["reason"], actor=actor, now=now)

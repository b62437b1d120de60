"""The forms with which people log predictions and add readings."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.feeds.deadline_words import meaning_of
from forecasts.models import Article, Forecaster, Prediction, RuleVersion, Topic
from forecasts.selectors.resolutions import current_rules
from forecasts.services.forecasts import Wording
from forecasts.services.implied_deadlines import with_proposed_end
from forecasts.services.intake import RuleDraft, log_prediction
from forecasts.services.predictions import ClaimDraft, record_rule
from forecasts.services.rule_checks import RuleCheck

from .fields import line_text, long_text, moment_input
from .forecast_forms import PROBABILITY_FIELDS, ProbabilityFields
from .named_rows import NamedRowField
from .recording import already_recorded
from .rule_fields import ENDS, is_described
from .rule_forms import RuleForm, rule_fieldsets

NAMED_RULE = _("Leave empty for the usual name: strict or lenient. Another name keeps readings of one kind apart.")


@dataclass(frozen=True)
class Trial:
    """What saving would come to: how the words are read, and what the rule is and finds."""

    reading: Wording | None
    check: RuleCheck | None


class PredictionForm(ProbabilityFields, RuleForm):
    """One claim with its probability and its central rule."""

    article = NamedRowField(Article, required=False, help_text=_("Where it was published: its title or address."))
    holder = NamedRowField(
        Forecaster, help_text=_("Whose claim it is: the author, or the one whose belief is reported.")
    )
    attribution = forms.ChoiceField(choices=Prediction.Attribution.choices)
    topic = NamedRowField(Topic, help_text=_("Its path: aid/military."))
    title = forms.CharField(max_length=300, widget=line_text(), help_text=_("A headline for lists."))
    quote = forms.CharField(required=False, widget=long_text(3), help_text=_("The words of the article, exactly."))
    original_wording = forms.CharField(
        required=False, widget=long_text(2), help_text=_("Where the copy differs from the original publication.")
    )
    statement = forms.CharField(
        widget=long_text(2), help_text=_("The claim as one sentence that can turn out true or false.")
    )
    condition = forms.CharField(
        required=False, widget=long_text(2), help_text=_("The if-part in words; empty when there is none.")
    )
    outcome = forms.CharField(widget=long_text(2), help_text=_("The then-part in words, with its deadline."))
    deadline_basis = forms.ChoiceField(
        choices=Prediction.DeadlineBasis.choices,
        label=_("Deadline"),
        help_text=_("“Soon” gives none: then it is yours."),
    )
    deadline_words = forms.CharField(
        required=False,
        max_length=60,
        label=_("Its words"),
        widget=forms.TextInput(attrs={"list": "deadline-words", "autocomplete": "off"}),
        help_text=_(
            "soon, coming months: they propose the rule's last day where you give none, and a range beside it."
        ),
    )
    issued_at = forms.DateTimeField(
        required=False,
        label=_("Made at"),
        widget=moment_input(),
        help_text=_("UTC. Empty: when the article was published."),
    )
    contrasts_with = NamedRowField(
        Prediction, required=False, help_text=_("The claim for the other case, by its headline: “if she wins”.")
    )
    note = forms.CharField(
        required=False, widget=long_text(2), help_text=_("For readers: what is uncertain about the claim.")
    )
    description = forms.CharField(
        required=False,
        widget=long_text(2),
        label=_("The rule in your words"),
        help_text=_("What it takes to be the claim's meaning."),
    )

    fieldsets = (
        (_("Where it stands"), {"fields": ["article", ("holder", "attribution"), "quote", "original_wording"]}),
        (
            _("The claim"),
            {"fields": ["title", "topic", "statement", "condition", "outcome", ("deadline_basis", "deadline_words")]},
        ),
        (
            _("How likely"),
            {
                "fields": [("probability", "low", "high"), ("phrase", "lexicon"), "basis", "is_scored"],
                "description": _(
                    "A number; or words and a lexicon; or words, a number and how it was read. "
                    "All empty: logged without a probability, never scored."
                ),
            },
        ),
        *rule_fieldsets(),
        ("More", {"fields": ["description", "issued_at", "contrasts_with", "note"], "classes": ["collapse"]}),
    )

    def clean(self) -> dict:
        self._propose_last_day()
        values, said_at = super().clean(), self._said_at()
        if said_at:
            # A rule as JSON may leave its ends out too.
            words = values.get("deadline_words") or ""
            self.rule_data = with_proposed_end(self.rule_data, words=words, said_at=said_at)
        return values

    def _propose_last_day(self) -> None:
        """Where words imply the deadline and the outcome of the rule has none, the day that they imply."""
        values = self.cleaned_data
        meaning, said_at = meaning_of(values.get("deadline_words") or ""), self._said_at()
        has_end = any(values.get(f"then_{name}") not in (None, "") for name in ENDS)
        if meaning and meaning.has_end and said_at and not has_end and is_described(values, prefix="then"):
            values["then_last_day"] = (meaning.span(said_at).usual - timedelta(days=1)).date()

    def _said_at(self) -> datetime | None:
        article = self.cleaned_data.get("article")
        return self.cleaned_data.get("issued_at") or (article.published_at if article else None)

    def preview(self, *, now: datetime) -> Trial | None:
        """How the words are read and what the rule comes to; either may be missing, not both."""
        self.is_valid()
        reading = self.reading()
        refused = {name: self.errors[name] for name in ("phrase", "lexicon") if name in self.errors}
        check = self.tried_rule(now=now)
        if reading is not None and self.rule_data is None:
            self.errors.pop("then_kind", None)
        self.errors.update(refused)
        return Trial(reading, check) if reading or check else None

    def publication(self, *, now: datetime) -> datetime:
        return self._said_at() or now

    def record(self, *, now: datetime, actor: Any) -> Prediction:
        apart = {*PROBABILITY_FIELDS, *self._rule_fields(), "is_scored", "description"}
        self._refuse_known()
        claim = {name: value for name, value in self.cleaned_data.items() if name not in apart}
        drafts = (
            [] if self.rule_data is None else [RuleDraft(self.rule_data, description=self.cleaned_data["description"])]
        )
        prediction, _ = log_prediction(
            now=now,
            recorded_by=actor,
            rules=drafts,
            wording=self.given_wording(),
            is_scored=self.cleaned_data["is_scored"],
            claim=ClaimDraft(**claim),
        )
        return prediction

    def _refuse_known(self) -> None:
        same = {name: self.cleaned_data[name] for name in ("article", "holder", "statement")}
        known = Prediction.objects.filter(**same).first()
        if known:
            raise already_recorded("statement", known, told=gettext("This claim of this holder is recorded already."))


class ReadingForm(RuleForm):
    """Another reading of a recorded claim, or new criteria for one that is there."""

    variant = forms.ChoiceField(
        choices=RuleVersion.Variant.choices, initial=RuleVersion.Variant.STRICT,
        help_text=_("Scores use the central reading; the others show how much hangs on it."),
    )  # fmt: skip
    name = forms.CharField(max_length=100, required=False, widget=line_text(), help_text=NAMED_RULE)
    description = forms.CharField(
        required=False, widget=long_text(2), label=_("In your words"), help_text=_("What this reading means.")
    )

    fieldsets = ((None, {"fields": [("variant", "name"), "description"]}), *rule_fieldsets())

    def __init__(self, *args: Any, subject: Prediction, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        central = [one for one in current_rules(prediction=subject) if one.name == RuleVersion.CENTRAL_NAME]
        if central:
            self.initial = {"rule": json.dumps(central[0].rule, indent=2, ensure_ascii=False), **self.initial}

    def preview(self, *, now: datetime) -> Trial | None:
        check = self.tried_rule(now=now)
        return Trial(None, check) if check else None

    def publication(self, *, now: datetime) -> datetime:
        return self.subject.issued_at

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        if self.rule_data is None and not self.errors:
            self.add_error("then_kind", gettext("Give the rule of this reading, by fields or as JSON."))
        return values

    def record(self, *, now: datetime, actor: Any) -> RuleVersion:
        version, is_new = record_rule(
            prediction=self.subject,
            rule=self.rule_data,
            variant=self.cleaned_data["variant"],
            name=self.cleaned_data["name"],
            description=self.cleaned_data["description"],
            now=now,
            recorded_by=actor,
            may_resolve=actor.has_perm("forecasts.add_resolution"),
        )
        if not is_new:
            raise already_recorded(
                "name",
                self.subject,
                told=gettext("The reading %(version)s has these criteria already.") % {"version": version},
            )
        return version

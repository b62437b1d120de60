"""The part of a form that gives a probability, and the form of a further forecast."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Forecast, Forecaster, Lexicon, Prediction
from forecasts.services.forecasts import Wording, record_forecast, wording
from forecasts.services.refusal import Refused

from .fields import long_text, moment_input, number_text
from .named_rows import NamedRowField
from .recording import RecordForm, already_recorded

PROBABILITY_FIELDS = ("probability", "phrase", "lexicon", "low", "high", "basis")


def lexicons() -> list[tuple[str, str]]:
    """The newest version of each lexicon as a choice."""
    known = dict(Lexicon.objects.order_by("code", "version").values_list("code", "title"))
    return [("", "—"), *known.items()]


class ProbabilityFields(RecordForm):
    """A number; or words read through a lexicon; or words with an editor's number and how it was read."""

    probability = forms.CharField(
        required=False,
        widget=number_text(),
        help_text=_("From 0 to 1: 0.7. Empty when the words below are read through a lexicon."),
    )
    phrase = forms.CharField(
        max_length=200,
        required=False,
        label=_("Words"),
        help_text=_("As written: “likely”."),
        widget=forms.TextInput(attrs={"class": "vTextField", "list": "phrases", "autocomplete": "off"}),
    )
    lexicon = forms.ChoiceField(
        choices=lexicons, required=False, help_text=_("Reads the words as a number and a range.")
    )
    low = forms.CharField(required=False, widget=number_text(), help_text=_("The range, where a number is given."))
    high = forms.CharField(required=False, widget=number_text())
    basis = forms.CharField(
        required=False, widget=long_text(2), label=_("How it was read"),
        help_text=_("Needed for words with a number of your own: why this number?"),
    )  # fmt: skip
    is_scored = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Scored"),
        help_text=_("Untick where the number is not the forecaster's own."),
    )

    def reading(self) -> Wording | None:
        """How the words would be read, where they are read through a lexicon; a refusal stands beside its field."""
        if not self.cleaned_data.get("phrase") or self.cleaned_data.get("probability"):
            return None
        try:
            return self.given_wording()
        except Refused as error:
            self.take_refusal(error)
            return None

    def given_wording(self) -> Wording | None:
        """
        The probability as it will be stored; None where none was given.

        Raises:
            Refused: A value is malformed, or the lexicon lacks the words.
        """
        given = {name: self.cleaned_data.get(name) or "" for name in PROBABILITY_FIELDS}
        return wording(**given) if any(given.values()) else None


class ForecastForm(ProbabilityFields):
    """Another probability for a recorded claim, or the withdrawal of the last one."""

    prediction = NamedRowField(Prediction, help_text=_("Its headline."))
    forecaster = NamedRowField(Forecaster, help_text=_("Whose probability it is."))
    made_at = forms.DateTimeField(
        widget=moment_input(), help_text=_("UTC; it holds from then until the forecaster's next one.")
    )
    is_withdrawn = forms.BooleanField(
        required=False,
        label=_("Withdrawal"),
        help_text=_("The last probability is taken back; leave the fields above empty."),
    )

    fieldsets = (
        (None, {"fields": ["prediction", "forecaster", "made_at"]}),
        (
            _("How likely"),
            {"fields": [("probability", "low", "high"), ("phrase", "lexicon"), "basis", "is_scored", "is_withdrawn"]},
        ),
    )

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        is_given = any(values.get(name) for name in PROBABILITY_FIELDS)
        if is_given and values.get("is_withdrawn"):
            self.add_error("is_withdrawn", gettext("Give either a probability or a withdrawal, not both."))
        if not is_given and not values.get("is_withdrawn"):
            self.add_error("probability", gettext("Give a probability, or the words to read one from."))
        return values

    def record(self, *, now: datetime, actor: Any) -> Forecast:
        forecast, is_new = record_forecast(
            prediction=self.cleaned_data["prediction"],
            forecaster=self.cleaned_data["forecaster"],
            wording=self.given_wording(),
            made_at=self.cleaned_data["made_at"],
            is_scored=self.cleaned_data["is_scored"],
            now=now,
            recorded_by=actor,
        )
        if not is_new:
            raise already_recorded("made_at", forecast, told=gettext("This forecast is recorded already."))
        return forecast

"""The form that narrows a scorecard: query parameters in, a slice out, or a sentence beside each field that is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from forecasts import feeds
from forecasts.models import Prediction, RuleVersion
from forecasts.selectors.scorecards import Scorecard
from forecasts.selectors.slices import Slice, Weighting, clashing

LONGEST_DAYS = 40_000
BY_DAY_ITS_END, BY_DAY_ITS_START = ("as_of", "as_recorded"), ("issued_from", "issued_to", "due_to")
YES_OR_NO = ("conditional", "retrospective", "verbal")
CLASHES = {
    "horizon_days": "Give the days before the close together with the weighting “At a horizon”, and only then.",
    "weighting": "At a horizon, only verdicts on record count: leave “Known by” and the reading of the rules as they are.",
    "as_recorded": "Only verdicts on record are meant here: leave “Known by” and the reading of the rules as they are.",
}


# The first of them is what nobody has to ask for.
READINGS = sorted(RuleVersion.Variant.choices, key=lambda choice: choice[0] != RuleVersion.Variant.CENTRAL)


def _pair(yes: str, no: str) -> tuple[tuple[str, str], ...]:
    return (("", "All"), ("true", yes), ("false", no))


class DayField(forms.Field):
    """A day of the calendar, year first."""

    widget = forms.DateInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        text = (value or "").strip()
        try:
            return feeds.read_day(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from None


class DaysField(forms.Field):
    """A number of days; a negative one counts the other way."""

    widget = forms.NumberInput(attrs={"step": "any"})

    def to_python(self, value: Any) -> float | None:
        text = (value or "").strip()
        if not text:
            return None
        try:
            days = float(text)
        except ValueError:
            days = float("nan")
        if not abs(days) <= LONGEST_DAYS:
            raise ValidationError(f"“{text[:40]}” is no number of days up to {LONGEST_DAYS:,}, such as 30.")
        return days


class OneOfField(forms.ChoiceField):
    """One of some codes; the first is what nobody has to ask for."""

    def __init__(self, *, label: str, names: Iterable[tuple[str, str]]) -> None:
        self.names = dict(names)
        super().__init__(label=label, choices=tuple(self.names.items()))

    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            codes = ", ".join(code for code in self.names if code)
            raise ValidationError(f"“{value[:40]}” is not among the choices: {codes}.")


class NarrowForm(forms.Form):
    """Everything that narrows a scorecard beside what its page is about; every field may stay empty."""

    as_of = DayField(label="Known by", help_text="Decided anew on what could be known by the end of that day.")
    as_recorded = DayField(label="On record by", help_text="What this database held at the end of that day.")
    issued_from = DayField(label="Predicted from", help_text="That day included.")
    issued_to = DayField(label="Predicted before", help_text="That day excluded.")
    due_to = DayField(
        label="Due before", help_text="Of what is due later, only what came true early is settled: leave it out."
    )
    lead_days_min = DaysField(label="Lead, at least", help_text="Days from the forecast until the outcome was known.")
    lead_days_max = DaysField(label="Lead, at most", help_text="In days, too.")
    conditional = OneOfField(label="Condition", names=_pair("With a condition", "Without one"))
    attribution = OneOfField(label="Whose belief", names=(("", "All"), *Prediction.Attribution.choices))
    retrospective = OneOfField(label="Logged", names=_pair("When the outcome could be known", "Before it could be"))
    verbal = OneOfField(label="Said in", names=_pair("Words", "Numbers"))
    variant = OneOfField(label="Reading of the rules", names=READINGS)
    weighting = OneOfField(
        label="Of several forecasts",
        names=(
            (Weighting.PER_PREDICTION.value, "All, equally"),
            (Weighting.FIRST.value, "The first"),
            (Weighting.LAST.value, "The last"),
            (Weighting.TIME_WEIGHTED.value, "All, by how long they stood"),
            (Weighting.AT_HORIZON.value, "At a horizon"),
        ),
    )
    horizon_days = DaysField(label="Horizon", help_text="Days before the scheduled close, for “At a horizon”.")

    def __init__(self, given: Mapping[str, str], *, now: datetime) -> None:
        self.now = now
        super().__init__({name: value.replace("\0", "") for name, value in given.items()}, label_suffix="")
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        for name in BY_DAY_ITS_END:
            if (day := asked.get(name)) and day > self.now.date():
                self.add_error(name, f"{day:%Y-%m-%d} is in the future: nobody knows yet.")
        if not self.errors:
            chosen = self.narrowed(Slice())
            for name in clashing(chosen):
                self.add_error(name, CLASHES[name])
        return asked

    def narrowed(self, whole: Slice) -> Slice:
        """The slice with everything asked for; only of a form that was found valid so far."""
        asked = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        for name in asked.keys() & {*YES_OR_NO}:
            asked[name] = asked[name] == "true"
        for name in asked.keys() & {*BY_DAY_ITS_START}:
            asked[name] = _start_of(asked[name])
        for name in asked.keys() & {*BY_DAY_ITS_END}:
            asked[name] = min(_end_of(asked[name]), self.now)
        if "weighting" in asked:
            asked["weighting"] = Weighting(asked["weighting"])
        return replace(whole, **asked)


@dataclass(frozen=True)
class Narrowed:
    """
    What a page was asked: its form, the slice (None where a field is wrong), and what narrows it, in words.

    `page_query` asks this site's other pages for the same, `api_query` the API.
    """

    form: NarrowForm
    chosen: Slice | None
    told: tuple[str, ...]
    page_query: str
    api_query: str

    @property
    def fields(self) -> SafeString:
        """The fields of the form as HTML."""
        is_touched = settings.DEBUG or self.form.data.keys() & self.form.fields.keys()
        return _fields(self.form) if is_touched else _untouched_fields()


@cache
def _untouched_fields() -> SafeString:
    """Those of a form that says nothing yet: they are the same on every scorecard."""
    return _fields(NarrowForm({}, now=datetime.max.replace(tzinfo=UTC)))


def _fields(form: NarrowForm) -> SafeString:
    return render_to_string("forecasts/_fields.html", {"form": form})


def narrowed(given: Mapping[str, str], *, whole: Slice, now: datetime) -> Narrowed:
    """
    Read the query parameters of a scorecard's page.

    Args:
        given: The parameters; those of no field are left alone.
        whole: What the page is about.
        now: No later day can be looked back from.
    """
    form = NarrowForm(given, now=now)
    if not form.is_valid():
        return Narrowed(form, None, (), "", "")
    chosen = form.narrowed(whole)
    asked = [name for name in form.fields if name in chosen.is_narrowed_by()]
    texts = {name: form.data[name] for name in asked}
    return Narrowed(form, chosen, tuple(_told(form, asked)), urlencode(texts), _api_query(chosen))


def nothing_left(card: Scorecard, *, asked: Narrowed) -> str:
    """What to say where filters leave nothing that is scored; empty otherwise."""
    if not asked.told or card.summary.n:
        return ""
    if not card.coverage.predictions:
        return "No prediction passes these filters."
    return "Nothing that passes these filters is scored, so there is nothing to judge."


def _told(form: NarrowForm, asked: Iterable[str]) -> Iterable[str]:
    for name in asked:
        field, text = form.fields[name], form.data[name]
        yield f"{field.label}: {field.names[text] if isinstance(field, OneOfField) else text}"


def _api_query(chosen: Slice) -> str:
    values = {name: getattr(chosen, name) for name in sorted(chosen.is_narrowed_by())}
    return urlencode({name: _plain(value) for name, value in values.items()})


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else value


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _end_of(day: date) -> datetime:
    # Reports of a day are dated to its start: one instant later the next day's would be known.
    return _start_of(day + timedelta(days=1)) - datetime.resolution

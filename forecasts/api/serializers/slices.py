"""What a scorecard is asked about: parameters in, a slice out."""

from functools import cache
from typing import Any, NamedTuple

from django.utils import timezone
from rest_framework import serializers

from forecasts.api.fields import ArticleField, CodeField, ForecasterName, InstantField, TopicName
from forecasts.models import Prediction, RuleVersion
from forecasts.selectors.slices import Slice, Weighting, clashing

from .base import Asked

LONGEST_DAYS = 40_000
WEIGHTINGS = {
    Weighting.PER_PREDICTION: "A forecaster's forecasts on a prediction share one unit of weight equally",
    Weighting.FIRST: "The first one counts",
    Weighting.LAST: "The last one before the outcome could be known counts",
    Weighting.TIME_WEIGHTED: "Each counts for the share of the scheduled time that it stood",
    Weighting.AT_HORIZON: "The one that stood `horizon_days` before the scheduled close counts",
}


def _yes_or_no(help_text: str) -> serializers.BooleanField:
    return serializers.BooleanField(required=False, default=None, help_text=help_text)


def _days(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(
        required=False, default=None, min_value=-LONGEST_DAYS, max_value=LONGEST_DAYS, help_text=help_text
    )


def _moment(help_text: str) -> InstantField:
    return InstantField(required=False, default=None, help_text=help_text)


class ChosenSlice(Asked):
    """Which forecasts a scorecard is about. Every parameter narrows; all of them together."""

    forecaster = ForecasterName(required=False, help_text="Slug of the forecaster.")
    topic = TopicName(required=False, help_text="Path of a topic; all below it is included.")
    article = ArticleField(required=False, help_text="Id of an article.")
    outlet = ForecasterName(required=False, help_text="Slug of the forecaster that published the article.")
    issued_from = _moment("Predictions issued at this instant or later.")
    issued_to = _moment("Predictions issued before this instant.")
    due_to = _moment(
        "Predictions that were bound to be decided before this instant: of those due later, only what came true early is "
        "resolved by now."
    )
    lead_days_min = _days("Forecasts made at least so many days before the outcome could be known.")
    lead_days_max = _days("Forecasts made at most so many days before the outcome could be known.")
    conditional = _yes_or_no("Predictions with a condition, or without.")
    attribution = CodeField(choices=Prediction.Attribution.choices, required=False)
    retrospective = _yes_or_no("Logged after the outcome could be known, or before.")
    verbal = _yes_or_no("Forecasts read out of words, or given as numbers.")
    variant = CodeField(
        choices=RuleVersion.Variant.choices,
        required=False,
        default=RuleVersion.Variant.CENTRAL.value,
        help_text="By which reading of the rules the outcomes are decided.",
    )
    weighting = CodeField(choices=list(WEIGHTINGS.items()), required=False, default=Weighting.PER_PREDICTION.value)
    horizon_days = _days("For AT_HORIZON: so many days before the scheduled close.")
    as_of = _moment("The knowledge time: outcomes as they could be known then.")
    as_recorded = _moment("What the database held at that instant.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        problems = dict(_problems(attrs))
        if problems:
            raise serializers.ValidationError(problems)
        return attrs


class ChosenCard(ChosenSlice):
    """Which forecasts a scorecard is about, and whether its bands are drawn."""

    bands = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Also draw what chance would do, some tens of milliseconds: bands, and the figures that rest on them.",
    )


class ChosenAccuracy(ChosenCard):
    """The same, and what is to come with the figures."""

    include = CodeField(
        choices=[("calls", "The calls that were scored last, at most 100")],
        required=False,
        help_text="What else to show, under `included`.",
    )


class CardAsked(NamedTuple):
    """A slice, and what is asked for beside its figures."""

    chosen: Slice
    bands: bool = False
    include: str = ""


CLASHES = {
    "horizon_days": "Give horizon_days together with weighting=AT_HORIZON, and only then.",
    "weighting": "AT_HORIZON goes by the verdicts on record: leave out as_of and variant.",
    "as_recorded": "It goes by the verdicts on record: leave out as_of and variant, or ask one after the other.",
}
TOGETHER = ("horizon_days", "variant", "as_of", "as_recorded")


def _problems(asked: dict[str, Any]) -> Any:
    chosen = _slice({name: asked[name] for name in (*TOGETHER, "weighting")})
    for name in clashing(chosen):
        yield name, [CLASHES[name]]
    for name in ("as_of", "as_recorded"):
        if asked[name] is not None and asked[name] > timezone.now():
            yield name, [f"{asked[name]:%Y-%m-%d %H:%M} UTC is in the future: nobody knows yet."]


def parameters_of(kind: type[ChosenSlice]) -> list[str]:
    """The names of the parameters there are."""
    return list(_made(kind).fields)


def slice_of(given: dict[str, str], *, kind: type[ChosenSlice] = ChosenSlice) -> Slice:
    """
    The slice that query parameters choose.

    Args:
        kind: Which parameters there are.
    Raises:
        ValidationError: One of them is malformed, names nothing that is recorded, or does not go with another.
    """
    return _slice(_checked(kind, given))


def card_asked(given: dict[str, str], *, kind: type[ChosenCard] = ChosenCard) -> CardAsked:
    """
    The slice that query parameters choose, and what is asked for beside its figures.

    Args:
        kind: Which parameters there are.
    Raises:
        ValidationError: As with `slice_of`.
    """
    values = _checked(kind, given)
    beside = {name: values.pop(name) for name in ("bands", "include") if name in values}
    return CardAsked(_slice(values), **beside)


class ChosenPredictions(ChosenSlice):
    """Which predictions a table is about: what a scorecard asks of them."""

    forecaster = verbal = retrospective = None  # type: ignore[assignment]  # How the framework takes a field away.
    lead_days_min = lead_days_max = horizon_days = None  # type: ignore[assignment]  # The same.
    variant = weighting = as_of = as_recorded = None  # type: ignore[assignment]  # The same.

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return attrs


class ComparedSlice(ChosenSlice):
    """Who is compared, and on which forecasts."""

    forecaster = None  # type: ignore[assignment]  # How the framework takes a field away.
    a = ForecasterName(
        help_text="Slug of the forecaster.", error_messages={"required": "Name whom to compare, such as a=jane-doe."}
    )
    b = ForecasterName(
        required=False, help_text="Slug of another; without it, everybody else who forecast the same predictions."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["a"] == attrs.get("b"):
            raise serializers.ValidationError(
                {"b": [f"Nobody is compared with themselves: name another forecaster than {attrs['a']}."]}
            )
        return super().validate(attrs)


def comparison_of(given: dict[str, str]) -> tuple[Slice, str, str]:
    """
    The slice that query parameters choose, and the forecasters to compare on it; the second is empty where none is named.

    Raises:
        ValidationError: As `slice_of`; nobody is named, or the same forecaster twice.
    """
    values = _checked(ComparedSlice, given)
    first, second = values.pop("a"), values.pop("b", "")
    return _slice(values), first, second


def _checked(kind: type[ChosenSlice], given: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = _made(kind).run_validation(given)
    return {**values, "article": str(values["article"].pk)} if "article" in values else values


@cache
def _made(kind: type[ChosenSlice]) -> ChosenSlice:
    """One for all requests: making its fields takes longer than checking with them, which leaves nothing behind in them."""
    return kind()


def _slice(values: dict[str, Any]) -> Slice:
    weighting = Weighting(values.get("weighting", Weighting.PER_PREDICTION))
    return Slice(**{**values, "weighting": weighting})

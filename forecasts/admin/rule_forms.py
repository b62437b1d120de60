"""The part of a form that makes a rule: from fields, or as JSON."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from forecasts.services.refusal import Refused
from forecasts.services.rule_checks import RuleCheck, check_rule

from .fields import AttributesField, LinesField, RuleField, day_input
from .recording import RecordForm
from .rule_templates import Clause, Kind, Start, rule_from

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
KINDS = [("", "—"), (Kind.OCCURS, "Something like this happens"), (Kind.NEVER, "Nothing like this happens")]
STARTS = [(Start.PUBLICATION, "From the publication"), (Start.CONDITION, "From when the condition came true")]
CLAUSE_FIELDS = ("kind", "types", "codes", "topics", "actors", "recipients", "attributes", "last_day")


def clause_rows(prefix: str) -> list:
    """The fields of a clause, in rows."""
    rows = [("kind", "last_day"), ("types", "codes"), "topics", ("actors", "recipients"), "attributes"]
    return [f"{prefix}_{row}" if isinstance(row, str) else tuple(f"{prefix}_{name}" for name in row) for row in rows]


def rule_fieldsets() -> tuple:
    """The fieldsets of a rule: the outcome, the condition, and JSON for what the fields cannot say."""
    return (
        (
            "Rule: the outcome",
            {
                "fields": [*clause_rows("then"), "then_start"],
                "description": "What recorded events decide it. Empty fields do not narrow; in one field any of the values will do.",
            },
        ),
        ("Rule: the condition, if there is one", {"fields": clause_rows("if"), "classes": ["collapse"]}),
        (
            "Rule as JSON",
            {
                "fields": ["rule"],
                "classes": ["collapse"],
                "description": "For what the fields above cannot say. Leave those empty then.",
            },
        ),
    )


class RuleForm(RecordForm):
    """Adds the fields of a rule to a form; `self.rule_data` is the rule, None where none was given."""

    then_kind = forms.ChoiceField(choices=KINDS, required=False, label="Claim")
    then_last_day = forms.DateField(
        required=False, label="Through", widget=day_input(), help_text="The last day that counts, in UTC."
    )
    then_types = LinesField(label="Event types", suggestions="event-types", help_text="SANCTION, COERCE")
    then_codes = LinesField(label="CAMEO codes", help_text="163, or 16 for all below it")
    then_topics = LinesField(label="Topics", suggestions="topics", help_text="sanctions/energy includes all below it")
    then_actors = LinesField(label="Who", suggestions="entities", help_text="USA.GOV includes all below it")
    then_recipients = LinesField(label="Towards whom", suggestions="entities", help_text="RUS, person.trump")
    then_attributes = AttributesField(
        required=False, label="Attributes", help_text="One “name = value” a line: direction = ease"
    )
    then_start = forms.ChoiceField(choices=STARTS, required=False, label="Counts", initial=Start.PUBLICATION)
    if_kind = forms.ChoiceField(choices=KINDS, required=False, label="Condition")
    if_last_day = forms.DateField(
        required=False, label="Through", widget=day_input(), help_text="The last day that counts, in UTC."
    )
    if_types = LinesField(label="Event types", suggestions="event-types", help_text="x-election-result")
    if_codes = LinesField(label="CAMEO codes")
    if_topics = LinesField(label="Topics", suggestions="topics", help_text="us/election/2024/president")
    if_actors = LinesField(label="Who", suggestions="entities")
    if_recipients = LinesField(label="Towards whom", suggestions="entities", help_text="For an election: who won.")
    if_attributes = AttributesField(required=False, label="Attributes")
    rule = RuleField(required=False, label="RRL/1", help_text="{“rrl”: “1”, “consequent”: …}. See docs/rules.md.")

    suggestions = ("event-types", "topics", "entities")
    can_preview = True
    rule_data: object = None

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        has_fields = any(values.get(f"{prefix}_{name}") for prefix in ("then", "if") for name in CLAUSE_FIELDS)
        if has_fields and values.get("rule") is not None:
            self.add_error("rule", "Give the rule either by the fields above or as JSON, not both.")
        elif has_fields:
            self.rule_data = self._rule_of_fields(values)
        else:
            self.rule_data = values.get("rule")
        return values

    def _rule_of_fields(self, values: dict) -> object:
        outcome = self._clause("then", values)
        condition = self._clause("if", values) if any(values.get(f"if_{name}") for name in CLAUSE_FIELDS) else None
        start = Start(values.get("then_start") or Start.PUBLICATION)
        if start is Start.CONDITION and "if_kind" not in self.errors and not values.get("if_kind"):
            self.add_error("then_start", "It cannot count from the condition: there is none below.")
        if outcome is None or self.errors.keys() & set(self._rule_fields()):
            return None
        return rule_from(outcome=outcome, condition=condition, outcome_from=start)

    def _clause(self, prefix: str, values: dict) -> Clause | None:
        given: dict[str, Any] = {name: values.get(f"{prefix}_{name}") for name in CLAUSE_FIELDS}
        last_day = given["last_day"]
        if not given["kind"]:
            self._fault(f"{prefix}_kind", "Say whether it happens or does not.")
        if last_day is None:
            self._fault(f"{prefix}_last_day", "Give the last day that counts: a rule needs a deadline.")
        elif not FIRST_DAY <= last_day <= LAST_DAY:
            self._fault(f"{prefix}_last_day", f"{last_day} is out of range; use a year from 1900 to 2199.")
        if any(f"{prefix}_{name}" in self.errors for name in CLAUSE_FIELDS):
            return None
        return Clause(**{**given, "kind": Kind(given["kind"])})

    def _fault(self, field: str, message: str) -> None:
        if field not in self.errors:
            self.add_error(field, message)

    def _rule_fields(self) -> list[str]:
        return [f"{prefix}_{name}" for prefix in ("then", "if") for name in CLAUSE_FIELDS] + ["then_start", "rule"]

    def publication(self, *, now: datetime) -> datetime:
        """When the prediction was made: windows count from it."""
        raise NotImplementedError

    def preview(self, *, now: datetime) -> RuleCheck | None:
        """What the rule would come to; only the rule's own fields are checked."""
        self.is_valid()
        for name in [name for name in self.errors if name not in self._rule_fields()]:
            del self.errors[name]
        if self.errors:
            return None
        if self.rule_data is None:
            self.add_error("then_kind", "There is no rule to check yet.")
            return None
        try:
            return check_rule(rule=self.rule_data, publication=self.publication(now=now), now=now)
        except Refused as error:
            self.take_refusal(error)
            return None

    def take_refusal(self, error: ValidationError) -> None:
        """Problems of a rule stand where the rule was given."""
        # The form gives one rule, which stands first among those of a claim.
        found = {name.removeprefix("rules.0."): said for name, said in error.message_dict.items()}
        if "rule" in found and self.cleaned_data.get("rule") is None:
            field = "then_last_day" if all("window" in message for message in found["rule"]) else "then_kind"
            found = {**{name: said for name, said in found.items() if name != "rule"}, field: found["rule"]}
        super().take_refusal(Refused(found))

"""The part of a form that makes a rule: from fields, or as JSON."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.services.refusal import Refused
from forecasts.services.rule_checks import RuleCheck, check_rule

from .fields import RuleField
from .recording import RecordForm
from .rule_fields import CLAUSE_FIELDS, clause_fields, clause_rows, is_described, read_clause
from .rule_reference import Part, rule_language
from .rule_templates import Start, rule_from

PREFIXES = ("then", "if")

STARTS = [(Start.PUBLICATION, _("From the publication")), (Start.CONDITION, _("From when the condition came true"))]


def rule_fieldsets() -> tuple:
    """The fieldsets of a rule: the outcome, the condition, and JSON for what the fields cannot say."""
    return (
        (
            _("Rule: the outcome"),
            {
                "fields": [*clause_rows("then"), "then_start"],
                "classes": ["clause"],
                "description": _(
                    "What recorded events decide it. Empty fields do not narrow; in one field any of the values will do."
                ),
            },
        ),
        (
            _("Rule: the condition, if there is one"),
            {"fields": clause_rows("if"), "classes": ["collapse", "clause"]},
        ),
        (
            _("Rule as JSON"),
            {
                "fields": ["rule"],
                "classes": ["collapse"],
                "description": _("For what the fields above cannot say. Leave those empty then."),
            },
        ),
    )


class RuleForm(RecordForm):
    """Adds the fields of a rule to a form; `self.rule_data` is the rule, None where none was given."""

    then_start = forms.ChoiceField(choices=STARTS, required=False, label=_("Counts"), initial=Start.PUBLICATION)
    rule = RuleField(
        required=False,
        label=_("RRL/1"),
        help_text=_("{“rrl”: “1”, “consequent”: …}. What may stand where is told at the foot of this page."),
    )

    can_preview = True
    rule_data: object = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for prefix in PREFIXES:
            self.fields |= {f"{prefix}_{name}": field for name, field in clause_fields().items()}

    def rule_language(self) -> tuple[Part, ...]:
        """What may stand where in a rule, for those who write JSON."""
        return rule_language()

    def clean(self) -> dict:
        super().clean()
        values = self.cleaned_data
        has_fields = any(is_described(values, prefix=prefix) for prefix in PREFIXES)
        by_hand = None if has_fields and values.get("rule") == self._first_rule() else values.get("rule")
        if has_fields and by_hand is not None:
            self.add_error("rule", gettext("Give the rule either by the fields above or as JSON, not both."))
        elif has_fields:
            self.rule_data = self._rule_of_fields(values)
        else:
            self.rule_data = by_hand
        return values

    def _first_rule(self) -> object:
        """The rule that the form opened with: fields filled in beside it take its place."""
        text = self.initial.get("rule")
        return json.loads(text) if text else None

    def _rule_of_fields(self, values: dict) -> object:
        outcome = read_clause(values, prefix="then", fault=self._fault)
        condition = read_clause(values, prefix="if", fault=self._fault) if is_described(values, prefix="if") else None
        start = Start(values.get("then_start") or Start.PUBLICATION)
        if start is Start.CONDITION and "if_kind" not in self.errors and not values.get("if_kind"):
            self.add_error("then_start", gettext("It cannot count from the condition: there is none below."))
        if outcome is None or self.errors.keys() & set(self._rule_fields()):
            return None
        return rule_from(outcome=outcome, condition=condition, outcome_from=start)

    def _fault(self, field: str, message: str) -> None:
        if field not in self.errors:
            self.add_error(field, message)

    def _rule_fields(self) -> list[str]:
        return [f"{prefix}_{name}" for prefix in PREFIXES for name in CLAUSE_FIELDS] + ["then_start", "rule"]

    def shown_rule(self) -> str:
        """The rule as JSON, for those who want to read it."""
        return json.dumps(self.rule_data, indent=2, ensure_ascii=False)

    def publication(self, *, now: datetime) -> datetime:
        """When the prediction was made: windows count from it."""
        raise NotImplementedError("Each form knows its prediction in its own way.")

    def tried_rule(self, *, now: datetime) -> RuleCheck | None:
        """What the rule would come to; only the rule's own fields are checked."""
        self.is_valid()
        for name in [name for name in self.errors if name not in self._rule_fields()]:
            del self.errors[name]
        if self.errors:
            return None
        if self.rule_data is None:
            self.add_error("then_kind", gettext("There is no rule to check yet."))
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

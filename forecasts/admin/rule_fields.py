"""The fields with which a form describes the clauses of a rule, and the clauses read from them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .fields import AttributesField, LinesField, day_input, number_text
from .rule_templates import Clause, Kind

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
KINDS = [
    ("", "—"),
    (Kind.OCCURS, _("Something like this happens")),
    (Kind.NEVER, _("Nothing like this happens")),
    (Kind.COUNT, _("It happens so many times")),
    (Kind.SERIES, _("A series reaches a value")),
    (Kind.STATE, _("Something begun like this still holds at the end")),
]
INITIAL = {"": None, "yes": True, "no": False}
HOLDS = [("", _("It is not known")), ("yes", _("It holds")), ("no", _("It does not hold"))]
COMPARED = [(">=", "at least"), (">", "above"), ("<=", "at most"), ("<", "below"), ("==", "exactly")]
ENDS = ("last_day", "within_days", "milestone")
PATTERN = ("types", "codes", "topics", "actors", "recipients", "attributes")
# What only some kinds of clauses have.
OWN: dict[str, tuple[Kind, ...]] = {
    "rivals": (Kind.OCCURS,),
    "n": (Kind.COUNT,),
    "series": (Kind.SERIES,),
    "value": (Kind.SERIES,),
    "consecutive": (Kind.SERIES,),
    "end_types": (Kind.STATE,),
    "end_codes": (Kind.STATE,),
    "initial": (Kind.STATE,),
}
NEEDED = {
    "n": (Kind.COUNT, _("Say how many times it must happen.")),
    "series": (Kind.SERIES, _("Name the series.")),
    "value": (Kind.SERIES, _("Give the value that it must reach.")),
}
TEXT = ("milestone", "series")
ASKED = ("kind", *ENDS, *PATTERN, *OWN)
CLAUSE_FIELDS = (*ASKED, "op")


def clause_fields() -> dict[str, forms.Field]:
    """The fields of one clause, by name."""
    return {
        "kind": forms.ChoiceField(choices=KINDS, required=False, label=_("Claim")),
        "last_day": forms.DateField(
            required=False, label=_("Through"), widget=day_input(), help_text=_("The last day that counts, in UTC.")
        ),
        "within_days": forms.IntegerField(
            required=False, min_value=1, max_value=3650, label=_("Or within days"), widget=number_text(),
            help_text=_("Counted from its start: 90."),
        ),
        "milestone": forms.CharField(
            required=False, max_length=100, label=_("Or before"), help_text=_("A named date: us.inauguration.2025"),
            widget=forms.TextInput(attrs={"list": "milestones", "autocomplete": "off"}),
        ),
        "types": LinesField(label=_("Event types"), suggestions="event-types", help_text=_("SANCTION, COERCE")),
        "codes": LinesField(label=_("CAMEO codes"), suggestions="action-codes", help_text=_("163, or 16 for all below it")),
        "topics": LinesField(label=_("Topics"), suggestions="topics", help_text=_("sanctions/energy includes all below it")),
        "actors": LinesField(label=_("Who"), suggestions="entities", help_text=_("USA.GOV includes all below it")),
        "recipients": LinesField(
            label=_("Towards whom"), suggestions="entities", help_text=_("RUS; for an election: who won, person.trump")
        ),
        "attributes": AttributesField(
            required=False, label=_("Attributes"), help_text=_("One “name = value” a line: direction = ease")
        ),
        "rivals": LinesField(
            label=_("Refuted where it is"), suggestions="entities",
            help_text=_("The other one, towards whom the same event decides against it: person.harris"),
        ),
        "op": forms.ChoiceField(choices=COMPARED, required=False, label=_("Compared")),
        "n": forms.IntegerField(
            required=False, min_value=0, max_value=100_000, label=_("Times"), widget=number_text(), help_text="3"
        ),
        "series": forms.CharField(
            required=False, max_length=100, label=_("Series"), help_text=_("EIA:RBRTE.D"),
            widget=forms.TextInput(attrs={"list": "series", "autocomplete": "off", "class": "vTextField"}),
        ),
        "value": forms.FloatField(required=False, label=_("Value"), widget=number_text(), help_text="80"),
        "consecutive": forms.IntegerField(
            required=False, min_value=1, max_value=1000, label=_("Times in a row"), widget=number_text(), help_text=_("Empty: once.")
        ),
        "end_types": LinesField(label=_("Ended by types"), suggestions="event-types", help_text=_("What ends it: AID")),
        "end_codes": LinesField(label=_("Ended by codes"), suggestions="action-codes"),
        "initial": forms.ChoiceField(choices=HOLDS, required=False, label=_("At publication")),
    }  # fmt: skip


def clause_rows(prefix: str) -> list:
    """The fields of a clause, in rows."""
    rows = [
        "kind", ENDS, ("series",), ("op", "n", "value", "consecutive"), ("types", "codes"), "topics", ("actors", "recipients"),
        "rivals", ("end_types", "end_codes", "initial"), "attributes",
    ]  # fmt: skip
    return [f"{prefix}_{row}" if isinstance(row, str) else tuple(f"{prefix}_{name}" for name in row) for row in rows]


def is_described(values: dict, *, prefix: str) -> bool:
    """Whether any field that describes the clause is filled in."""
    return any(values.get(f"{prefix}_{name}") not in (None, "", (), {}) for name in ASKED)


def read_clause(values: dict, *, prefix: str, fault: Callable[[str, str], None]) -> Clause | None:
    """
    Return the clause that the fields describe; None where one of them is missing or does not go with the others.

    Args:
        values: Cleaned values of the form; those of a clause begin with its prefix.
        fault: Takes the field and what is wrong with it.
    """
    given: dict[str, Any] = {name: values.get(f"{prefix}_{name}") for name in CLAUSE_FIELDS}
    faults = dict(_faults(given))
    for name, told in faults.items():
        fault(f"{prefix}_{name}", told)
    if faults:
        return None
    given |= {name: given[name] or "" for name in TEXT}
    given |= {"op": given["op"] or ">=", "consecutive": given["consecutive"] or 1}
    return Clause(**{**given, "kind": Kind(given["kind"]), "initial": INITIAL[given["initial"] or ""]})


def _faults(given: dict[str, Any]) -> list[tuple[str, str]]:
    kind = given["kind"]
    if not kind:
        return [("kind", gettext("Say whether it happens or does not.")), *_end_faults(given)]
    missing = [(name, str(told)) for name, (of, told) in NEEDED.items() if kind == of and given[name] in (None, "")]
    astray = [
        (name, gettext("This does not go with “%(kind)s”: leave it empty.") % {"kind": dict(KINDS)[Kind(kind)]})
        for name, kinds in OWN.items()
        if kind not in kinds and given[name] not in (None, "", ())
    ]
    if kind == Kind.SERIES:
        astray += [(name, gettext("A series has no events: leave it empty.")) for name in PATTERN if given[name]]
    if kind == Kind.STATE and not given["end_types"] and not given["end_codes"]:
        missing.append(("end_types", gettext("Say which events end it.")))
    return [*missing, *astray, *_end_faults(given)]


def _end_faults(given: dict[str, Any]) -> list[tuple[str, str]]:
    last_day = given["last_day"]
    ends = [name for name in ENDS if given[name] not in (None, "")]
    if not ends:
        return [("last_day", gettext("Give the last day that counts: a rule needs a deadline."))]
    if len(ends) > 1:
        return [(ends[1], gettext("Give one end only: a day, a number of days, or a milestone."))]
    if last_day is not None and not FIRST_DAY <= last_day <= LAST_DAY:
        return [("last_day", gettext("%(day)s is out of range; use a year from 1900 to 2199.") % {"day": last_day})]
    return []

"""Form fields and widgets of the admin: lists, attributes, rules."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from .attributes import read_value

MAX_RULE_LENGTH = 100_000


class LinesField(forms.CharField):
    """Names separated by commas or line breaks; cleaned to a tuple, each name once."""

    def __init__(self, *, suggestions: str = "", **kwargs: Any) -> None:
        attrs = {"class": "vTextField many", "autocomplete": "off"} | ({"list": suggestions} if suggestions else {})
        super().__init__(**{"required": False, "widget": forms.TextInput(attrs=attrs), **kwargs})

    def clean(self, value: object) -> tuple[str, ...]:
        words = super().clean(value).replace("\n", ",").split(",")
        return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


class AddressesField(forms.CharField):
    """One web address a line; cleaned to a tuple."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField", "spellcheck": "false"})

    def clean(self, value: object) -> tuple[str, ...]:
        lines = super().clean(value).splitlines()
        return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


class AttributesField(forms.CharField):
    """One “name = value” a line; cleaned to a dict with numbers and true or false as such."""

    widget = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField mono", "spellcheck": "false"})

    def clean(self, value: object) -> dict[str, object]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        return dict(self._pair(line) for line in lines)

    def _pair(self, line: str) -> tuple[str, object]:
        name, equals, text = (part.strip() for part in line.partition("="))
        if not name or not equals or not text:
            raise ValidationError(
                gettext("“%(line)s” is no attribute: write one “name = value” a line.") % {"line": line.strip()}
            )
        return name, read_value(text)


class RuleField(forms.CharField):
    """A rule as JSON; cleaned to what the JSON says, None when empty."""

    widget = forms.Textarea(attrs={"rows": 14, "class": "vLargeTextField mono", "spellcheck": "false"})

    def clean(self, value: object) -> object:
        text = super().clean(value)
        if not text:
            return None
        if len(text) > MAX_RULE_LENGTH:
            raise ValidationError(
                gettext("The rule has %(n)s characters; %(most)s at most.") % {"n": len(text), "most": MAX_RULE_LENGTH}
            )
        try:
            return json.loads(text, object_pairs_hook=_unique_keys)
        except json.JSONDecodeError as error:
            message = gettext("This is no JSON: %(msg)s in line %(lineno)s, column %(colno)s.") % {
                "msg": error.msg,
                "lineno": error.lineno,
                "colno": error.colno,
            }
            raise ValidationError(message) from None
        except RecursionError:
            raise ValidationError(gettext("The rule is nested too deeply to be read; make it flatter.")) from None
        except ValueError as error:
            raise ValidationError(gettext("This is no rule: %(error)s.") % {"error": error}) from None


def _unique_keys(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(gettext("the key “%(key)s” comes twice in one object") % {"key": key})
        found[key] = value
    return found


def long_text(rows: int = 3) -> forms.Textarea:
    """A box for prose."""
    return forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField"})


def line_text() -> forms.TextInput:
    """A line for a title."""
    return forms.TextInput(attrs={"class": "vTextField"})


def number_text() -> forms.TextInput:
    """A line for a number, which the service reads."""
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8})


def day_input() -> forms.DateInput:
    """The browser's own date picker."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def time_input() -> forms.TimeInput:
    """The browser's own time picker."""
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def moment_input() -> forms.DateTimeInput:
    """A line for a date with or without a time, in UTC."""
    return forms.DateTimeInput(format="%Y-%m-%d %H:%M", attrs={"placeholder": "2024-09-05 14:30", "size": 18})

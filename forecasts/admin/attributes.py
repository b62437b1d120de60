"""Values of an event's attributes as an editor types them, and back."""

import json
import math
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from forecasts.feeds.magnitudes import is_range, magnitude

LARGEST_NUMBER = 1e18
NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
RANGE = re.compile(rf"({NUMBER})(?:\.\.({NUMBER}))?\.\.({NUMBER})\s*(.*)", re.ASCII)
SHAPE = "name = low..high unit, or name = low..best..high unit"


def read_value(text: str) -> object:
    """Return a number, true or false, or what JSON in quotes or brackets says; anything else is text."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if text[0] in '"[{':
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    for number in (int, float):
        try:
            return _finite(number(text))
        except ValueError:
            continue
    return text


def write_value(value: object) -> str:
    """Return the text that is read as this value; JSON where the plain text would be read as another."""
    is_plain = isinstance(value, str) and value and value == value.strip() and value.isprintable()
    if isinstance(value, str) and is_plain and read_value(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _finite(number: float) -> float:
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise ValueError(gettext("%(number)s is no value a rule could compare with") % {"number": number})
    return number


class RangesField(forms.CharField):
    """One “name = low..best..high unit” a line; cleaned to a dict of ranges. The best guess and the unit may be left out."""

    widget = forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField mono", "spellcheck": "false"})

    def clean(self, value: object) -> dict[str, object]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        found = dict(map(_read_range, lines))
        if len(found) != len(lines):
            raise ValidationError(gettext("Each name can be given once."))
        return found


def _read_range(line: str) -> tuple[str, object]:
    name, _, text = (part.strip() for part in line.partition("="))
    matched = RANGE.fullmatch(text)
    if not name or not matched:
        raise ValidationError(
            gettext("“%(value)s” is no range: write %(shape)s.") % {"value": line[:80], "shape": SHAPE}
        )
    low, best, high = (None if part is None else read_value(part) for part in matched.groups()[:3])
    parts: dict[str, Any] = {"low": low, "best": best, "high": high}
    try:
        return name, magnitude(**parts, unit=matched[4].strip())
    except ValueError as error:
        raise ValidationError(f"{name[:40]}: {error}") from None


def write_ranges(attributes: dict[str, Any]) -> str:
    """Return the ranges among the attributes as they are typed, one a line."""
    ranges = {name: value for name, value in attributes.items() if is_range(value)}
    return "\n".join(f"{name} = {_write_range(value)}" for name, value in ranges.items())


def _write_range(value: dict[str, Any]) -> str:
    numbers = "..".join(str(value[part]) for part in ("low", "best", "high") if part in value)
    return f"{numbers} {value.get('unit', '')}".strip()

"""Values of an event's attributes as an editor types them, and back."""

import json
import math

LARGEST_NUMBER = 1e18


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
        raise ValueError(f"{number} is no value a rule could compare with")
    return number

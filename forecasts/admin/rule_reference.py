"""The rule language as the published JSON Schema has it, for editors who write a rule by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from forecasts.rules import rule_json_schema

DURATION = "a length of time such as P30D"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key that a part of a rule may hold: what may stand there, and what does where it is left out."""

    name: str
    takes: str
    default: str
    is_required: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """A kind of object in a rule, with what it means."""

    name: str
    meaning: str
    keys: tuple[Key, ...]


@cache
def rule_language() -> tuple[Part, ...]:
    """Return the parts of a rule: the rule itself, its formulas, and what these are made of."""
    schema = rule_json_schema()
    known = schema["$defs"]
    formulas = [_named(one) for one in schema["properties"]["consequent"]["oneOf"]]
    others = [name for name in known if name not in formulas]
    return (
        _part("rule", schema),
        Part(
            name="formula",
            meaning="One of these keys, and an id where other parts count from it.",
            keys=tuple(key for name in formulas for key in _part("", known[name]).keys if key.name != "id"),
        ),
        *(_part(_called(name), known[name]) for name in others),
    )


def _named(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _called(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _part(name: str, schema: Mapping[str, Any]) -> Part:
    required = schema.get("required", ())
    keys = (
        Key(name=key, takes=_takes(value), default=_default(value), is_required=key in required)
        for key, value in schema["properties"].items()
    )
    return Part(name=name, meaning=schema.get("description", ""), keys=tuple(keys))


def _takes(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _called(_named(schema))
    if "OccursFormula" in str(schema.get("oneOf")):
        return "a formula"
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_takes(one) for one in several if one != {"type": "null"}))
    if values := schema.get("enum") or [schema[key] for key in ("const",) if key in schema]:
        return " or ".join(f"“{value}”" for value in values)
    if schema.get("type") == "array":
        return f"a list: {_takes(schema['items'])}"
    if schema.get("pattern", "").startswith("^-?P"):
        return DURATION
    return schema.get("format") or schema.get("type", "any value")


def _default(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    return value if isinstance(value, str) else ""

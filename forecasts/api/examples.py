"""The examples of the OpenAPI document: the demonstration, recorded and read through every operation."""

import json
from functools import cache
from pathlib import Path
from typing import Any

NAME = "demonstration"


@cache
def _examples() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))


def add_example(operation: dict[str, Any]) -> None:
    """Put the example of an operation beside what it takes and what it answers."""
    example = _examples().get(operation["operationId"])
    if example is None:
        return
    for parameter in operation.get("parameters", ()):
        if (text := example.get("parameters", {}).get(parameter.get("name"))) is not None:
            parameter["example"] = _typed(text, schema=parameter["schema"])
    if "request" in example:
        _place(operation["requestBody"]["content"], example["request"])
    _place(operation["responses"][str(example["status"])]["content"], example["answer"])


def _typed(text: str, *, schema: dict[str, Any]) -> Any:
    """A parameter as a value of its type, and without what an address escapes."""
    if schema.get("type") in ("integer", "boolean"):
        return json.loads(text)
    return text.replace("+", " ")


def _place(content: dict[str, Any], value: Any) -> None:
    """Put an example at the type that it has: a text at a file, anything else at JSON."""
    kinds = [
        kind for kind in content if isinstance(value, str) != (kind in ("application/json", "application/ld+json"))
    ]
    chosen = "application/x-ndjson" if isinstance(value, str) and value.startswith("{") else kinds[0]
    if isinstance(value, str) and chosen == "application/x-ndjson":
        value = json.loads(value.splitlines()[0])
    content[chosen]["examples"] = {NAME: {"value": value}}

"""What is sealed: a document that says one prediction with its probability, or a probability for a recorded prediction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from .strict_json import faults

VERSION = 1
LONGEST = 20_000
OF_PREDICTION = {"title": 300, "statement": 650, "outcome": 2_000, "condition": 2_000, "topic": 200, "note": 5_000}
NEEDED = ("title", "statement", "outcome", "topic")
DEADLINE_BASES = ("STATED", "IMPLIED", "NONE")


class Malformed(ValueError):
    """A document that says nothing that could be recorded; `problems` has the messages of each field."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {' '.join(told)}" for name, told in problems.items()))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class SealedPrediction:
    """A prediction of the forecaster's own; `rule` is RRL/1, where it has one."""

    title: str
    statement: str
    outcome: str
    topic: str
    probability: object
    condition: str = ""
    note: str = ""
    deadline_basis: str = "STATED"
    rule: object = field(default=None, hash=False)


@dataclass(frozen=True, kw_only=True)
class SealedForecast:
    """A probability for a prediction that everybody can read."""

    prediction: UUID
    probability: object


def read_document(given: object) -> SealedPrediction | SealedForecast:
    """
    Read a document.

    Args:
        given: An object with `v` 1 and a `probability`; with the `prediction` that it is for, or the texts of a new one.
    Raises:
        Malformed: A field is missing, unknown, of another kind, or too long.
    """
    if not isinstance(given, Mapping):
        raise Malformed({"content": ["This must be an object: docs/ledger.md shows its fields."]})
    if broken := [f"{path}: {fault}" if path else fault for path, fault in faults(given)]:
        raise Malformed({"content": broken})
    known = ("v", "prediction", "probability") if "prediction" in given else _known()
    problems = {
        name[:100]: [f"There is no field “{name[:100]}” here. Known: {', '.join(known)}."]
        for name in given
        if name not in known
    }
    if isinstance(given.get("v"), bool) or given.get("v") != VERSION:
        problems["v"] = [f"This must be {VERSION}: the version of the form of the document."]
    if isinstance(given.get("probability", None), bool | dict | list | None):
        problems["probability"] = ["Give a probability from 0 to 1, such as “0.7”."]
    if "prediction" in given:
        return _forecast(given, problems=problems)
    return _prediction(given, problems=problems)


def _known() -> tuple[str, ...]:
    return ("v", *OF_PREDICTION, "deadline_basis", "probability", "rule")


def _forecast(given: Mapping[str, Any], *, problems: dict[str, list[str]]) -> SealedForecast:
    try:
        prediction = UUID(given["prediction"])
    except (ValueError, TypeError, AttributeError):
        problems["prediction"] = ["Give the id of a recorded prediction, or leave it out to seal a new one."]
    if problems:
        raise Malformed(problems)
    return SealedForecast(prediction=prediction, probability=given["probability"])


def _prediction(given: Mapping[str, Any], *, problems: dict[str, list[str]]) -> SealedPrediction:
    texts = {name: given.get(name, "") for name in OF_PREDICTION}
    for name, text in texts.items():
        if not isinstance(text, str):
            problems[name] = ["This must be text."]
        elif len(text) > OF_PREDICTION[name]:
            problems[name] = [f"It has {len(text)} characters; say it in {OF_PREDICTION[name]} at most."]
        elif name in NEEDED and not text.strip():
            problems[name] = [f"A prediction needs its {name}."]
    basis = given.get("deadline_basis", "STATED")
    if basis not in DEADLINE_BASES:
        problems["deadline_basis"] = [f"This is one of {', '.join(DEADLINE_BASES)}."]
    if problems:
        raise Malformed(problems)
    return SealedPrediction(**texts, probability=given["probability"], deadline_basis=basis, rule=given.get("rule"))

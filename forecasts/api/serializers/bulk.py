"""Rows in numbers: what is sent, and what became of each."""

from typing import Any

from rest_framework import serializers

from forecasts.api.fields import CodeField
from forecasts.api.problem_types import TYPES
from forecasts.services.batches import Fate, RowResult

from .base import Body

MODES = {
    "each": "What is right is recorded; a bad row stops none of the others",
    "all": "Everything is recorded in one transaction, or nothing",
}


class ChosenMode(Body):
    """What becomes of the good rows where others are bad."""

    mode = CodeField(
        choices=list(MODES.items()), required=False, default="each", help_text="What a bad row means for the others."
    )


class RowErrorSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="Empty for the whole row.")
    message = serializers.CharField(help_text="What is wrong and what to do.")


class RowProblemDetail(serializers.Serializer):
    """Why a row was refused."""

    type = serializers.CharField(help_text="The address of a page that explains the problem; it never changes.")
    errors = RowErrorSerializer(many=True)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.


class RowResultSerializer(serializers.Serializer):
    """What became of one row."""

    index = serializers.IntegerField(help_text="Of the row, counted from 0.")
    id = serializers.CharField(allow_null=True, help_text="As the address of the row ends; null where it was refused.")
    status = CodeField(
        choices=[
            (Fate.RECORDED.value, "Recorded now"),
            (Fate.UNCHANGED.value, "Recorded before, or twice in the body"),
            (Fate.REFUSED.value, "Not recorded"),
        ]
    )
    problem = RowProblemDetail(allow_null=True)


class BulkAnswerSerializer(serializers.Serializer):
    """What became of the rows."""

    mode = CodeField(choices=list(MODES.items()))
    recorded = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = RowResultSerializer(many=True, help_text="One for each row, in their order.")


class SealedResultSerializer(RowResultSerializer):
    """What became of one row, and what opens it where its content is kept here: shown this once."""

    opening_salt = serializers.CharField(
        allow_null=True, help_text="In hexadecimal; keep it to prove yourself what you sealed."
    )


class SealedBulkAnswerSerializer(BulkAnswerSerializer):
    """What became of the rows, with what opens those whose content is kept here."""

    results = SealedResultSerializer(many=True, help_text="One for each row, in their order.")


def answer_of(results: list[RowResult], *, mode: str) -> dict[str, Any]:
    """The answer in the shape of `BulkAnswerSerializer`; plain, since there can be many rows."""
    counts = {fate.value.lower(): sum(result.fate is fate for result in results) for fate in Fate}
    return {"mode": mode, **counts, "results": [_row(result) for result in results]}


def _row(result: RowResult) -> dict[str, Any]:
    key = None if result.key is None else str(result.key)
    return {"index": result.index, "id": key, "status": result.fate.value, "problem": _problem(result)}


def _problem(result: RowResult) -> dict[str, Any] | None:
    if result.fate is not Fate.REFUSED:
        return None
    told = [{"field": name, "message": message} for name, messages in result.errors.items() for message in messages]
    kind = TYPES["changed" if result.has_moved else "invalid"]
    return {"type": kind.uri, "errors": told}

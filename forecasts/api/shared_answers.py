"""Parts of the OpenAPI document that many operations share: headers, errors, and the parameters of requests."""

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from .problems import MEDIA_TYPE

PROBLEM = "Problem"
NOT_MODIFIED = "NotModified"
BUDGET = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
EVERYWHERE = (*BUDGET, "X-Request-ID")
TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}

# What each header of an answer says.
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Allow": ("The methods that the address takes.", TEXT),
    "ETag": ("The state of what is shown: for `If-None-Match`, and for `If-Match` where it is revised.", TEXT),
    "Idempotency-Replayed": ("`true` where the request was answered before, with the same answer.", {"const": "true"}),
    "Location": ("Where it is recorded.", TEXT),
    "RateLimit-Limit": ("How many requests the budget allows in its window.", COUNT),
    "RateLimit-Remaining": ("How many are left of it.", COUNT),
    "RateLimit-Reset": ("Seconds until it is renewed.", COUNT),
    "Retry-After": ("Seconds after which to go on.", COUNT),
    "WWW-Authenticate": ("How to show a token.", TEXT),
    "X-Request-ID": ("What the log of the instance calls this request.", TEXT),
}


@dataclass(frozen=True)
class ErrorAnswer:
    """An error that many operations can answer with."""

    name: str
    description: str
    headers: tuple[str, ...] = ()


ERRORS = {
    400: ErrorAnswer("Refused", "The request is malformed or refused; `errors` names each field."),
    401: ErrorAnswer(
        "NotAuthenticated", "A token is needed, or the one shown is not valid.", headers=("WWW-Authenticate",)
    ),
    403: ErrorAnswer("NotAllowed", "The token may not do this."),
    404: ErrorAnswer("NotFound", "There is nothing at this address."),
    405: ErrorAnswer(
        "MethodNotAllowed",
        "The address does not take this method: nothing is rewritten or deleted.",
        headers=("Allow",),
    ),
    406: ErrorAnswer("NotAcceptable", "The address answers in none of the types that `Accept` asks for."),
    409: ErrorAnswer(
        "Conflict",
        "It is recorded already, or somebody else recorded it at the same moment, or the first request with the same "
        "Idempotency-Key is still at work. `Location` may say where it is.",
        headers=("Location", "Retry-After"),
    ),
    412: ErrorAnswer(
        "Changed",
        "The record is not in the state that `If-Match` names; `ETag` is that of its state.",
        headers=("ETag",),
    ),
    413: ErrorAnswer("TooLarge", "The body is too large."),
    415: ErrorAnswer("UnsupportedType", "The body is of a type that is not read here."),
    422: ErrorAnswer("KeyReused", "The Idempotency-Key came with another request before."),
    429: ErrorAnswer(
        "TooManyRequests", "Too many requests; `Retry-After` says when to go on.", headers=("Retry-After",)
    ),
    500: ErrorAnswer("OurFault", "The fault is ours; nothing was recorded, and it is in the log."),
    503: ErrorAnswer(
        "Busy", "The database waits for something else, and nothing was recorded.", headers=("Retry-After",)
    ),
}

# What a request can say in its headers.
PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Idempotency-Key": (
        "Makes the request safe to send again: every further one with the same key gets the first answer.",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    ),
    "If-Match": (
        "The `ETag` of the state that the request is based on; in any other state it is refused.",
        {"type": "string", "minLength": 1},
    ),
    "If-None-Match": ("The `ETag` of an answer; while that holds, the answer is 304 without a body.", TEXT),
}


class FieldErrorSerializer(serializers.Serializer):
    """What is wrong with one field of a request."""

    field = serializers.CharField(help_text="Its place, such as rules.0.name; empty for the whole.")
    message = serializers.CharField(help_text="What is wrong and what to do.")
    value = serializers.JSONField(required=False, help_text="The value that was sent, where it is short.")


class ProblemSerializer(serializers.Serializer):
    """An error, as RFC 9457 describes it."""

    type = serializers.CharField(help_text="The kind of problem: a reference to the page that explains it.")
    title = serializers.CharField(help_text="The kind of problem in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # A field of that name; the framework has something else under it.


def with_shared_parts(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The document with the parts that its operations refer to; a hook of drf-spectacular."""
    components = result["components"]
    components["headers"] = {
        name: {"description": description, "schema": schema} for name, (description, schema) in HEADERS.items()
    }
    components["parameters"] = {
        name: {"in": "header", "name": name, "description": description, "schema": schema}
        for name, (description, schema) in PARAMETERS.items()
    }
    components["responses"] = {error.name: _error_answer(error) for error in ERRORS.values()} | {
        NOT_MODIFIED: {
            "description": "What `If-None-Match` names still holds.",
            "headers": header_references(("ETag", *EVERYWHERE)),
        }
    }
    return result


def _error_answer(error: ErrorAnswer) -> dict[str, Any]:
    return {
        "description": error.description,
        "headers": header_references((*error.headers, *EVERYWHERE)),
        "content": {MEDIA_TYPE: {"schema": reference("schemas", PROBLEM)}},
    }


def header_references(names: tuple[str, ...]) -> dict[str, Any]:
    """Headers of an answer, each by reference."""
    return {name: reference("headers", name) for name in names}


def reference(kind: str, name: str) -> dict[str, str]:
    """A reference to a shared part of the document."""
    return {"$ref": f"#/components/{kind}/{name}"}

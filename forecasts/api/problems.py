"""Errors as RFC 9457 describes them: application/problem+json."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as Refusal
from django.db import IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from forecasts.services.refusal import Moved

from .problem_types import TYPES
from .renderers import is_page

MEDIA_TYPE = "application/problem+json"
LONGEST_VALUE = 200
PLACE = re.compile("[0-9]{1,6}")


class AlreadyRecorded(exceptions.APIException):
    """The same thing is recorded; `location` says where. Nothing was added."""

    status_code = 409
    default_code = "already_recorded"

    def __init__(self, *, field: str, message: str, location: str) -> None:
        super().__init__(message)
        self.errors = {field: [message]}
        self.location = location


class Busy(exceptions.APIException):
    """The database waits for something else; nothing was recorded, and the same request may work in a moment."""

    status_code = 503
    default_code = "busy"
    default_detail = "The service is busy, and nothing was recorded. Send the same request again in a moment."
    wait = 2


class Changed(exceptions.APIException):
    """What the request replaces changed since its sender looked at it. Nothing was added."""

    status_code = 409
    default_code = "changed"
    default_detail = "The record changed since you looked at it, and nothing was recorded. Read it again, then decide."

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors


class PreconditionFailed(exceptions.APIException):
    """The record is not in the state that If-Match names. Nothing was added; `etag` is that of the current state."""

    status_code = 412
    default_code = "precondition_failed"

    def __init__(self, *, etag: str, change: str) -> None:
        super().__init__(f"The record changed since you looked at it, and nothing was recorded. {change}")
        self.etag = etag


class Race(exceptions.APIException):
    """Two requests wrote the same thing at once, and this one came second."""

    status_code = 409
    default_code = "race"
    default_detail = "Somebody else recorded this at the same moment. Read it again before you decide."


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The answer for an error that is the request's fault; None for one that is ours."""
    failure = _as_failure(exc)
    if failure is None:
        return None
    set_rollback()
    sentence = _sentence(failure, request=context.get("request"))
    problem = problem_of(_code(failure), status=failure.status_code, detail=sentence)
    if errors := _errors(failure, request=context.get("request")):
        problem["errors"] = errors
    kind = None if is_page(context.get("request")) else MEDIA_TYPE
    return Response(problem, status=failure.status_code, headers=_headers(failure), content_type=kind)


def problem_of(slug: str, *, status: int, detail: str) -> dict[str, Any]:
    """The members that every problem has."""
    kind = TYPES[slug]
    return {"type": kind.uri, "title": kind.title, "status": status, "detail": detail}


def _as_failure(exc: Exception) -> exceptions.APIException | None:
    match exc:
        case exceptions.APIException():
            return exc
        case Moved():
            return Changed(exc.message_dict)
        case Refusal():
            return exceptions.ValidationError(exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages})
        case Http404():
            return exceptions.NotFound("There is nothing at this address.")
        case DjangoPermissionDenied():
            return exceptions.PermissionDenied()
        case IntegrityError():
            return Race()
        case OperationalError():
            return Busy()
    return None


def _code(failure: exceptions.APIException) -> str:
    return str(failure.default_code).replace("_", "-")


def _sentence(failure: exceptions.APIException, *, request: Request | None) -> str:
    if isinstance(failure, exceptions.ValidationError):
        return "The request was refused, and nothing recorded: see the errors."
    if isinstance(failure, exceptions.UnsupportedMediaType) and request is not None and request.parsers:
        types = " or ".join(dict.fromkeys(parser.media_type for parser in request.parsers))
        return f"A body of the type “{request.content_type[:100]}” is not read here. Send {types}, and name it in Content-Type."
    return str(failure.detail)


def _errors(failure: exceptions.APIException, *, request: Request | None) -> list[dict[str, Any]]:
    is_refusal = isinstance(failure, exceptions.ValidationError)
    given = _given(request) if is_refusal and request is not None else {}
    detail = failure.detail if is_refusal else getattr(failure, "errors", {})
    return [
        {"field": field, "message": message} | _value(given, field=field)
        for field, message in flat_errors(detail, path="")
    ]


def _given(request: Request) -> Any:
    if request.method in SAFE_METHODS:
        return request.query_params.dict()
    try:
        return request.data
    except exceptions.APIException:  # what was refused before the body was read is told, not what the body lacks too
        return {}


def flat_errors(detail: Any, *, path: str) -> Iterator[tuple[str, str]]:
    """Each message with its place: wording.probability, rules.0.name; empty for the body as a whole."""
    if isinstance(detail, dict):
        for name, part in detail.items():
            is_whole = name in (api_settings.NON_FIELD_ERRORS_KEY, "")
            yield from flat_errors(part, path=path if is_whole else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for index, part in enumerate(detail):
            nested = isinstance(part, dict | list)
            yield from flat_errors(part, path=f"{path}.{index}" if nested else path)
    else:
        yield path, str(detail)


def _value(given: Any, *, field: str) -> dict[str, Any]:
    """The value at a dotted place of the body, if it is short enough to repeat."""
    for name in field.split("."):
        if isinstance(given, dict) and name in given:
            given = given[name]
        elif isinstance(given, list) and PLACE.fullmatch(name) and int(name) < len(given):
            given = given[int(name)]
        else:
            return {}
    is_plain = isinstance(given, str | int | float | bool) and len(str(given)) <= LONGEST_VALUE
    return {"value": given} if is_plain else {}


def _headers(failure: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if header := getattr(failure, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(failure, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if etag := getattr(failure, "etag", None):
        headers["ETag"] = etag
    if location := getattr(failure, "location", None):
        headers["Location"] = location
    return headers

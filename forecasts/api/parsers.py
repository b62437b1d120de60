"""Request bodies: JSON, and nothing that JSON readers disagree about."""

import json
import math
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

from .renderers import OrjsonRenderer

DEEPEST = 32
LARGEST_NUMBER = 10**18


class BodyTooLarge(APIException):
    """More bytes than a body may have."""

    status_code = 413
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """
    JSON in UTF-8 of limited size and depth.

    Keys come once, numbers are finite, texts hold neither NUL nor lone surrogates: databases store or refuse these
    each in their own way.
    """

    media_type = "application/json"
    renderer_class = OrjsonRenderer

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"The body has more than {limit} bytes.")
        data = _decoded(body)
        if faults := dict(_faults(data)):
            raise ValidationError(faults)
        return data


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: byte {error.start}.") from None
    except RecursionError:
        raise ParseError(f"The body is nested more than {DEEPEST} levels deep.") from None
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {str(error)[:200]}.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValidationError({twice[:100]: ["This field is given twice."]})
    return found


def _faults(data: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each place that holds what it must not. A loop, not a recursion: depth is what it guards against."""
    waiting: list[tuple[str, Any, int]] = [("", data, 1)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            yield path.split(".")[0], [f"This is nested more than {DEEPEST} levels deep."]
            return
        if isinstance(value, dict):
            for key, part in value.items():
                if _is_unstorable(key):
                    yield path, [f"The name {key[:40]!a} holds a NUL character or half a surrogate pair."]
                waiting.append((f"{path}.{key}" if path else key, part, depth + 1))
        elif isinstance(value, list):
            waiting += [
                (f"{path}.{index}" if path else str(index), part, depth + 1) for index, part in enumerate(value)
            ]
        elif fault := _scalar_fault(value):
            yield path, [fault]


def _scalar_fault(value: Any) -> str:
    if isinstance(value, str) and _is_unstorable(value):
        return "This text holds a NUL character or half a surrogate pair."
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return "This is not finite. Give a finite number."
    return "This number is too large; the limit is 1e18." if abs(value) > LARGEST_NUMBER else ""


def _is_unstorable(text: str) -> bool:
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)

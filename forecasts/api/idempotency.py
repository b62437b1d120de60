"""Requests that are safe to send again: `Idempotency-Key`, and the answer that is kept under it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import IO, Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.models import ApiToken, KeptAnswer
from forecasts.services.answers import claim_key, keep_answer
from forecasts.services.routing import woken_together

from .parsers import BodyTooLarge
from .problems import AlreadyRecorded, Changed
from .renderers import OrjsonRenderer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(f"[!-~]{{1,{KeptAnswer.LONGEST_KEY}}}")
CHUNK = 65_536
# Refusals that say how the record stands once the request was understood; others were refused before anything was done.
KEPT_REFUSALS = (AlreadyRecorded, Changed)
KEPT_HEADERS = ("Location",)
LOCK_NOT_AVAILABLE = "55P03"


class KeyReused(APIException):
    """The key came with another request before. Nothing was done."""

    status_code = 422
    default_code = "key_reused"
    default_detail = "This Idempotency-Key came with another request before. A new request needs a new key."


class StillAtWork(APIException):
    """The first request with the key is not finished."""

    status_code = 409
    default_code = "still_at_work"
    default_detail = "The first request with this Idempotency-Key is still at work. Send it again in a moment."
    wait = 2


class DigestingParser(BaseParser):
    """A parser that takes the digest of what another one reads, so that a body is never held twice."""

    def __init__(self, parser: BaseParser, *, digest: Any) -> None:
        self._parser, self._digest = parser, digest
        self.media_type = parser.media_type

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return self._parser.parse(_Digesting(stream, self._digest), media_type, parser_context)  # type: ignore[arg-type]  # Parsers only read it.


class _Digesting:
    """The body of a request, whose digest grows as it is read."""

    def __init__(self, stream: IO[bytes], digest: Any) -> None:
        self._stream, self._digest = stream, digest

    def read(self, *size: int) -> bytes:
        return self._noted(self._stream.read(*size))

    def readline(self, *size: int) -> bytes:
        return self._noted(self._stream.readline(*size))

    def __iter__(self) -> Any:
        return iter(self.readline, b"")

    def _noted(self, chunk: bytes) -> bytes:
        self._digest.update(chunk)
        return chunk


def start_digest(request: Any) -> Any:
    """The digest of a request, up to its body: method, address and type."""
    parts = (request.method, request.get_full_path(), request.headers.get("Content-Type", "").partition(";")[0])
    return hashlib.sha256("\n".join(part.strip() for part in parts).encode("utf-8", "surrogateescape") + b"\n")


def key_of(headers: Mapping[str, str]) -> str | None:
    """
    The key that a request came with; None where it came without.

    Raises:
        ValidationError: It is empty, too long, or more than visible ASCII.
    """
    key = headers.get(HEADER)
    if key is not None and not KEY.fullmatch(key):
        told = f"A key has 1 to {KeptAnswer.LONGEST_KEY} visible ASCII characters; a random UUID does well."
        raise ValidationError({HEADER: [told]})
    return key


def answered_once(
    answer: Callable[[], Response], *, request: Request, key: str, digest: Any, refusal: Callable[[Exception], Response]
) -> Response | HttpResponse:
    """
    Do the work of a request once for its key and token, and answer every further one with the answer of the first.

    Work, answer and key are stored in one transaction, so that a crash leaves all of it or nothing.

    Args:
        answer: Does the work.
        digest: Taken of the request so far; reading the body continues it.
        refusal: Makes the answer for an exception.
    Raises:
        KeyReused: The key came with another request.
        StillAtWork: The first request with the key takes longer than a lock is waited for.
        Exception: What the work raises, unless that is an answer to keep. Nothing of it is stored then.
    """
    now = timezone.now()
    token: Any = request.auth
    with transaction.atomic():
        kept, is_ours = _claimed(token, key=key, now=now)
        if not is_ours:
            return _replayed(kept, request=request, digest=digest)
        try:
            # All of it is one transaction, however many the work would be: what it makes due is locked at its end.
            with transaction.atomic(), woken_together():
                response = answer()
        except KEPT_REFUSALS as refused:
            response = refusal(refused)
        _read_on(request, digest=digest)
        keep_answer(
            kept=kept,
            digest=digest.hexdigest(),
            status=response.status_code,
            headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
            body=OrjsonRenderer().render(response.data),
        )
    return response


def _claimed(token: ApiToken, *, key: str, now: Any) -> tuple[KeptAnswer, bool]:
    try:
        with transaction.atomic():
            return claim_key(token=token, key=key, now=now)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise StillAtWork from None
        raise


def _replayed(kept: KeptAnswer, *, request: Request, digest: Any) -> HttpResponse:
    _read_on(request, digest=digest)
    if digest.hexdigest() != kept.digest:
        raise KeyReused
    is_problem = kept.status >= 400
    return HttpResponse(
        bytes(kept.body),
        status=kept.status,
        content_type="application/problem+json" if is_problem else "application/json",
        headers={**kept.headers, REPLAYED: "true"},
    )


def _read_on(request: Request, *, digest: Any) -> None:
    """Take the digest of what is left of the body."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_BYTES:
        raise BodyTooLarge(f"The body has more than {settings.IMPORT_MAX_BYTES} bytes.")
    if (stream := request.stream) is not None:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            digest.update(chunk)

"""Request bodies: JSON without what readers disagree about, and files of events."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

from forecasts.feeds import (
    BadRow,
    EventRow,
    FileRefused,
    ForecastRow,
    read_csv,
    read_forecasts,
    read_json_lines,
    strict_json,
)
from forecasts.feeds.objects import ObjectRow, read_object_lines, read_objects

from .renderers import OrjsonRenderer


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
        if faults := {place: [fault] for place, fault in strict_json.faults(data)}:
            raise ValidationError(faults)
        return data


class _FileParser(BaseParser, ABC):
    """
    A file, read row by row from the connection.

    Its length is stated, so a file that is too large is refused before any of it is read.
    """

    command = "import_events"

    @abstractmethod
    def read(self, stream: IO[bytes]) -> Iterator[Any]:
        """Yield the rows of the file, one by one."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > settings.IMPORT_MAX_BYTES:
            raise BodyTooLarge(
                f"The file has {length} bytes; {settings.IMPORT_MAX_BYTES} at most. Send it in parts, or record it with "
                f"manage.py {self.command}."
            )
        try:
            return self.read(stream)
        except FileRefused as refused:
            raise ParseError(str(refused)) from None


class CsvEventsParser(_FileParser):
    media_type = "text/csv"

    def read(self, stream: IO[bytes]) -> Iterator[EventRow | BadRow]:
        return read_csv(stream)


class JsonLinesEventsParser(_FileParser):
    media_type = "application/x-ndjson"

    def read(self, stream: IO[bytes]) -> Iterator[EventRow | BadRow]:
        return read_json_lines(stream)


class CsvForecastsParser(_FileParser):
    media_type = "text/csv"
    command = "import_forecasts"

    def read(self, stream: IO[bytes]) -> Iterator[ForecastRow | BadRow]:
        return read_forecasts(stream)


def _decoded(body: bytes) -> Any:
    try:
        return strict_json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8: byte {error.start}.") from None
    except RecursionError:
        raise ParseError(f"The body is nested more than {strict_json.DEEPEST} levels deep.") from None
    except strict_json.GivenTwice as error:
        raise ValidationError({error.name[:100]: ["This field is given twice."]}) from None
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {str(error)[:200]}.") from None


class _RowsParser(BaseParser):
    """Objects in numbers, read one by one from the connection."""

    def read(self, stream: IO[bytes]) -> Iterator[ObjectRow | BadRow]:
        raise NotImplementedError

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if length > settings.IMPORT_MAX_BYTES:
            raise BodyTooLarge(f"The body has {length} bytes; {settings.IMPORT_MAX_BYTES} at most. Send it in parts.")
        try:
            return self.read(stream)
        except FileRefused as refused:
            raise ParseError(str(refused)) from None


class JsonRowsParser(_RowsParser):
    media_type = "application/json"
    renderer_class = OrjsonRenderer

    def read(self, stream: IO[bytes]) -> Iterator[ObjectRow | BadRow]:
        return read_objects(stream)


class JsonLinesRowsParser(_RowsParser):
    media_type = "application/x-ndjson"

    def read(self, stream: IO[bytes]) -> Iterator[ObjectRow | BadRow]:
        return read_object_lines(stream)

"""What every endpoint does: strict parameters, conditional answers, and writes that are told apart from repeats."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_vary_headers, set_response_etag
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from forecasts.api.documentation import ApiSchema
from forecasts.api.fields import near
from forecasts.api.files import etag_of_file, set_down
from forecasts.api.idempotency import DigestingParser, answered_once, key_of, start_digest
from forecasts.api.includes import Include, include_into, names_in
from forecasts.api.pagination import CreatedCursorPagination
from forecasts.api.problems import AlreadyRecorded, PreconditionFailed
from forecasts.api.renderers import is_page
from forecasts.api.serializers.base import Body
from forecasts.api.throttling import tell_budget
from forecasts.held.making import made_for, state_for

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SLUG = "[a-z0-9][A-Za-z0-9_-]*"
NUMBER = "[0-9]{1,18}"
SHOWING = ("fields", "include")
RECENCY = {"recorded_at": ("recorded_at", "id")}


class Endpoint(APIView):
    """Refuses unknown parameters, counts requests, and lets a POST be sent again."""

    schema = ApiSchema()
    http_method_names = ["get", "head", "post"]
    metadata_class = None

    def perform_authentication(self, request: Request) -> None:
        """Who asks is found out, and counted before it is said whether they may: guessed tokens count too."""
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            super().check_throttles(request)
            raise
        super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Done together with the authentication."""

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        self._digest = start_digest(request)
        return super().initialize_request(request, *args, **kwargs)

    def get_parsers(self) -> list[Any]:
        digest = getattr(self, "_digest", None)
        return [DigestingParser(parser, digest=digest) if digest else parser for parser in super().get_parsers()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_parameters(request.query_params, known=self.parameters())
        # The handler is looked up after this, so every GET and POST there is or will be goes this way.
        if request.method == "GET" and self.hangs_on_records() and not is_page(request):
            self._handle("get", self._marked)
        if request.method == "POST" and (key := key_of(request.headers)):
            self._handle("post", partial(self._once, key=key))

    def _handle(self, method: str, within: Callable[..., Any]) -> None:
        if handler := getattr(self, method, None):
            setattr(self, method, partial(within, handler))

    def hangs_on_records(self) -> bool:
        """Whether the answer to this GET hangs on what is recorded alone, and is the same for whoever may have it."""
        return False

    def _marked(self, handler: Callable[..., Any], request: Request, *args: Any, **kwargs: Any) -> Any:
        state = self.state()
        answer = made_for(request, partial(handler, request, *args, **kwargs), state=state)
        if state is not None and answer.streaming:
            answer.headers["ETag"] = etag_of_file(request, state=state)
        return answer

    def state(self) -> str | None:
        """The state of what the answer hangs on, by name; None where there is no such name."""
        return state_for(self.request)

    def _once(self, handler: Callable[..., Any], request: Request, *args: Any, key: str, **kwargs: Any) -> Any:
        return answered_once(
            lambda: handler(request, *args, **kwargs),
            request=request,
            key=key,
            digest=self._digest,
            refusal=self.handle_exception,
        )

    def parameters(self) -> list[str]:
        """The query parameters that are understood."""
        return []

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: Any = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "GET" and isinstance(answer, StreamingHttpResponse) and not self.hangs_on_records():
            set_down(answer, request=request)
        patch_vary_headers(answer, ["Accept", "Authorization"])
        tell_budget(request, answer)
        # Keep it, but ask each time whether it still holds.
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        return answer

    @property
    def token(self) -> Any:
        """The token that was shown; a write always has one."""
        return self.request.auth

    @property
    def account(self) -> Any:
        """The account behind the token."""
        return self.request.user

    def body(self, kind: type[Body]) -> dict[str, Any]:
        """
        The checked body of the request.

        Raises:
            ValidationError: With a message for each field that is wrong.
        """
        body = kind(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data


class Shown(Endpoint, ReadOnlyModelViewSet):
    """Rows with the fields and the parts that were asked for."""

    includes: Mapping[str, Include] = {}

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shown(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        (shown,) = self.shown([self.get_object()])
        return Response(shown)

    def shown(self, rows: Sequence[Any]) -> Sequence[dict[str, Any]]:
        """The rows as they are read, with the fields and the parts that were asked for."""
        serializer: Any = self.get_serializer(rows, many=True)
        given = self.request.query_params
        chosen = names_in(given.get("include"), parameter="include", known=self.includes) or ()
        shown = serializer.data
        if "fields" in given:
            left = names_in(given["fields"], parameter="fields", known=serializer.child.fields) or ()
            shown = [{name: value for name, value in row.items() if name in left} for row in shown]
        include_into(shown, rows=rows, chosen=chosen, known=self.includes, request=self.request)
        return shown


class Records(Shown):
    """A resource: a list in pages, and each row at its own address."""

    ordering: tuple[str, ...] = ("-recorded_at", "-id")
    orderings: Mapping[str, tuple[str, ...]] = RECENCY
    detail_serializer_class: Any = None
    filterset_class: Any = None
    lookup_value_regex = UUID
    includes: Mapping[str, Include] = {}
    is_private = False
    # The actions that revise a row, and can name the state they are based on.
    revisions: tuple[str, ...] = ()

    def hangs_on_records(self) -> bool:
        return self.action in ("list", "retrieve") and not self.is_private

    def get_serializer_class(self) -> Any:
        is_detail = self.action != "list" and self.detail_serializer_class is not None
        return self.detail_serializer_class if is_detail else super().get_serializer_class()

    def parameters(self) -> list[str]:
        if self.action == "retrieve":
            return [*SHOWING]
        if self.action != "list":
            return []
        narrowing = self.filterset_class.base_filters if self.filterset_class else ()
        return [*narrowing, *CreatedCursorPagination.parameters, *SHOWING]

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the parameters choose; only a list has such."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def address(self, row: Model) -> str:
        """The address of a row."""
        key = self.lookup_url_kwarg or self.lookup_field
        value = getattr(row, self.lookup_field)
        return reverse(f"api:{self.basename}-detail", kwargs={key: value}, request=self.request)

    @contextmanager
    def revising(self, locked: QuerySet[Any], *, row: Callable[[], Any] | None = None) -> Iterator[None]:
        """
        A transaction that revises a row, for as long as nobody else can revise what is locked.

        Args:
            row: Reads the row, where it is another than that of the address; None where there is none yet.
        Raises:
            PreconditionFailed: The request has an If-Match, and the row is in another state by now.
        """
        with transaction.atomic():
            if expected := self.request.headers.get("If-Match"):
                # Only to come one after the other: what refers to the row need not wait.
                list(locked.select_for_update(no_key=True).values("pk"))
                self._check_state(expected, row=(row or self.get_object)())
            yield

    def _check_state(self, expected: str, *, row: Any) -> None:
        if row is None:
            raise PreconditionFailed(etag="", change="There is nothing of this name yet.")
        (shown,) = self.shown([row])
        renderer: Any = self.request.accepted_renderer
        # The same bytes and the same digest as a GET.
        answer = HttpResponse(renderer.render(shown, renderer.media_type, {}))
        set_response_etag(answer)
        etag, accepted = answer.headers["ETag"], parse_etags(expected)
        if "*" not in accepted and etag not in accepted:
            raise PreconditionFailed(etag=etag, change=self.last_change(row))

    def last_change(self, row: Any) -> str:
        """What changed a row last, as a sentence."""
        return "Read it again, then decide."

    def created(self, row: Model) -> Response:
        """The answer with a row just recorded, as a later GET shows it."""
        shown = self.get_queryset().get(**{self.lookup_field: getattr(row, self.lookup_field)})
        data = self.get_serializer(shown).data
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": self.address(row)})


def recorded(write: Callable[[], tuple[Any, bool]], *, field: str, address: Callable[[Any], str]) -> Any:
    """
    What a service recorded, in a transaction of its own.

    Raises:
        AlreadyRecorded: It was there before. Nothing of the request is kept, and the error says where it is.
    """
    with transaction.atomic():
        row, is_new = write()
        if not is_new:
            place = address(row)
            raise AlreadyRecorded(field=field, message=f"This is recorded already, at {place}", location=place)
    return row


def check_parameters(given: Any, *, known: list[str]) -> None:
    """
    Raises:
        ValidationError: A query parameter is unknown, empty, comes twice, or holds what no text may hold.
    """
    wrong = {}
    for name, values in given.lists():
        if name not in known:
            known_ones = f"Known: {', '.join(known) or 'none'}."
            wrong[name[:100]] = [f"There is no parameter “{name[:100]}” here.{near(name, known=known)} {known_ones}"]
        elif len(values) > 1:
            wrong[name] = ["This parameter is given twice."]
        elif not values[0]:
            wrong[name] = ["This parameter is empty. Give it a value, or leave it out."]
        elif any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in values[0]):
            wrong[name] = ["This text holds a NUL character."]
    if wrong:
        raise ValidationError(wrong)

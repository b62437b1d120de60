"""The ledger: what is signed, what can be proved, and the receipt of each record."""

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from forecasts.api.documentation import query
from forecasts.api.serializers.ledger import (
    ConsistencySerializer,
    HeadersSerializer,
    LedgerSerializer,
    ReceiptSerializer,
)
from forecasts.ledger.notes import key_text
from forecasts.selectors.ledger_receipts import KINDS, NoEntry, headers, receipt_of
from forecasts.selectors.ledger_tree import consistency_of, known_keys, last_checkpoint, size_of_ledger

from .base import Endpoint

DIGITS = 15
SIZE = {"type": "integer", "minimum": 0, "maximum": 10**DIGITS - 1}
PAGE = 500


class LedgerView(Endpoint):
    """The ledger as it stands."""

    @extend_schema(operation_id="ledger", responses=LedgerSerializer)
    def get(self, request: Request) -> Response:
        """How many entries there are, the keys, and the last signed checkpoint: keep it to prove a later change."""
        checkpoint = last_checkpoint()
        data = {
            "size": size_of_ledger(),
            "keys": [key_text(one) for one in known_keys()],
            "checkpoint": checkpoint.note if checkpoint else None,
        }
        return Response(LedgerSerializer(data).data)


class EntriesView(Endpoint):
    """The entries of the ledger."""

    def parameters(self) -> list[str]:
        return ["after"]

    @extend_schema(
        operation_id="ledger_entries",
        parameters=[query("after", "The number of the last entry that you have; all without it.", type=SIZE)],
        responses=HeadersSerializer,
    )
    def get(self, request: Request) -> Response:
        """The next 500 headers: what a mirror follows, and the leaves of the tree that checkpoints sign."""
        after = number_in(request, "after", default=0)
        found = headers(after=after, limit=PAGE)
        data = {"headers": found, "next_after": after + PAGE if len(found) == PAGE else None}
        return Response(HeadersSerializer(data).data)


class ConsistencyView(Endpoint):
    """That nothing was rewritten between two checkpoints."""

    def parameters(self) -> list[str]:
        return ["old_size", "size"]

    @extend_schema(
        operation_id="ledger_consistency",
        parameters=[
            query("old_size", "Of the checkpoint that you kept.", type=SIZE, required=True),
            query("size", "Of a later one; of the ledger as it stands without it.", type=SIZE),
        ],
        responses=ConsistencySerializer,
    )
    def get(self, request: Request) -> Response:
        """The proof that the ledger of one size continues that of a smaller one."""
        size_now = size_of_ledger()
        old_size = number_in(request, "old_size", default=None)
        size = number_in(request, "size", default=size_now)
        if size > size_now:
            raise ValidationError({"size": [f"The ledger has {size_now} entries, not {size}."]})
        if old_size > size:
            raise ValidationError({"old_size": [f"{old_size} is more than {size}: give the smaller size here."]})
        proof = [one.hex() for one in consistency_of(old_size=old_size, size=size)]
        return Response(ConsistencySerializer({"old_size": old_size, "size": size, "proof": proof}).data)


class ReceiptView(Endpoint):
    """The receipt of a record."""

    @extend_schema(
        operation_id="ledger_receipt",
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=KINDS, description="What it is.")],
        responses=ReceiptSerializer,
    )
    def get(self, request: Request, kind: str, key: str) -> Response:
        """
        What shows that a record is in the ledger as it was recorded: keep it, and you need not trust us.

        It is there as soon as the record is. A checkpoint holds it within an hour; ask again then.
        """
        if kind not in KINDS:
            raise Http404
        try:
            receipt = receipt_of(kind=kind, key=key)
        except NoEntry as error:
            raise Http404 from error
        return Response(ReceiptSerializer(receipt).data)


def number_in(request: Request, name: str, *, default: int | None) -> int:
    """
    A whole number among the parameters.

    Raises:
        ValidationError: It is none, or it is missing and there is no default.
    """
    text = request.query_params.get(name)
    if text is None and default is not None:
        return default
    if not text or not text.isascii() or not text.isdigit() or len(text) > DIGITS:
        told = f"“{(text or '')[:20]}” is no number of entries: give a whole number of at most {DIGITS} digits."
        raise ValidationError({name: [told]})
    return int(text)

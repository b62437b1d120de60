"""What a sealed document says, made a record."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from forecasts.feeds.sealed_documents import LONGEST, Malformed, SealedForecast, SealedPrediction, read_document
from forecasts.ledger.canonical import canonical
from forecasts.ledger.seals import Seal, sealed
from forecasts.models import Forecast, Forecaster, Prediction, Topic

from .forecasts import record_forecast, wording
from .intake import RuleDraft, log_prediction
from .predictions import ClaimDraft
from .refusal import Refused, refuse
from .routing import woken_together


class _Rehearsed(Exception):
    """Takes back what a rehearsal recorded."""


def sealed_here(content: object, *, forecaster: Forecaster, now: datetime) -> Seal:
    """
    Commit to a content that can be revealed later: it is recorded for a try, and that taken back.

    Raises:
        Refused: It could not be recorded today.
    """
    made = sealed(readable(content))
    with _taken_back():
        record_content(made, forecaster=forecaster, sealed_at=now, now=now, recorded_by=None)
    return made


@contextmanager
def _taken_back() -> Iterator[None]:
    try:
        with transaction.atomic(), woken_together():
            yield
            raise _Rehearsed
    except _Rehearsed:
        return


def readable(content: object) -> object:
    """
    The content, known to be a document.

    Raises:
        Refused: Under the names of its fields, such as `content.topic`.
    """
    try:
        read_document(content)
        n_bytes = len(canonical(content))
    except Malformed as error:
        raise _placed(error.problems) from None
    except ValueError as error:
        raise refuse("content", str(error)) from None
    if n_bytes > LONGEST:
        raise refuse("content", f"It has {n_bytes} bytes; the limit is {LONGEST}.")
    return content


def record_content(
    opened: Seal, *, forecaster: Forecaster, sealed_at: datetime, now: datetime, recorded_by: User | None
) -> Forecast:
    """
    Record what a document says, as of when it was sealed.

    Returns:
        The forecast; its prediction is new, unless the document is for a recorded one.
    Raises:
        Refused: Under the names of its fields.
    """
    document = read_document(json.loads(opened.content))
    try:
        prediction = (
            _prediction(document)
            if isinstance(document, SealedForecast)
            else _claimed(document, holder=forecaster, sealed_at=sealed_at, now=now, recorded_by=recorded_by)
        )
        forecast, _ = record_forecast(
            prediction=prediction,
            forecaster=forecaster,
            wording=wording(probability=document.probability),
            made_at=sealed_at,
            now=now,
            recorded_by=recorded_by,
        )
    except ValidationError as error:
        raise _placed(error.message_dict) from None
    return forecast


def _claimed(
    document: SealedPrediction, *, holder: Forecaster, sealed_at: datetime, now: datetime, recorded_by: User | None
) -> Prediction:
    claim = ClaimDraft(
        holder=holder,
        topic=_topic(document.topic),
        title=document.title,
        statement=document.statement,
        outcome=document.outcome,
        condition=document.condition,
        note=document.note,
        deadline_basis=document.deadline_basis,
        issued_at=sealed_at,
        sealed_at=sealed_at,
    )
    drafts = [RuleDraft(document.rule)] if document.rule is not None else []
    prediction, _ = log_prediction(claim=claim, rules=drafts, now=now, recorded_by=recorded_by)
    return prediction


def _prediction(document: SealedForecast) -> Prediction:
    found = Prediction.objects.filter(pk=document.prediction).first()
    if found is None:
        raise refuse("prediction", f"There is no prediction {document.prediction}.")
    return found


def _topic(path: str) -> Topic:
    found = Topic.objects.filter(path=path).first()
    if found is None:
        raise refuse("topic", f"There is no topic “{path}”: record it first.")
    return found


def _placed(problems: Mapping[str, list[str]]) -> Refused:
    """The refusal of a content, under the names of its fields: content.statement."""
    return Refused({name if name == "content" else f"content.{name}": told for name, told in problems.items()})

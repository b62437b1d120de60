"""Files that are recorded part by part: each part and how far that is in one transaction, so that nothing comes twice."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import islice, takewhile

import structlog
from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from forecasts.feeds import read_forecasts
from forecasts.models import Upload

from .forecast_imports import Part, import_forecasts
from .forecast_plans import Origin
from .import_reports import MAX_PROBLEMS
from .patience import AWAY, wait_until_it_answers

logger = structlog.get_logger(__name__)

# Whoever works on a file and dies leaves it to others after this; a part takes a second or two.
TAKEN_FOR, FAILED_FOR = timedelta(minutes=2), timedelta(minutes=1)
BUDGET = timedelta(minutes=2)
COUNTED = ("new", "unchanged", "refused", "predictions", "verdicts", "rounded")

Clock = Callable[[], datetime]


class Overtaken(Exception):
    """Somebody else recorded these rows meanwhile: nothing of them is recorded here."""


def take_upload(*, content: bytes, name: str, topic: str, sent_by: User, now: datetime) -> Upload:
    """
    Keep a file, to be recorded part by part.

    Raises:
        FileRefused: It is empty, or of no known format.
    """
    n_rows = sum(1 for _ in read_forecasts(BytesIO(content)))
    return Upload.objects.create(
        name=name[:200], topic=topic, content=content, sent_by=sent_by, sent_at=now, n_rows=n_rows
    )


def record_uploads(*, clock: Clock, budget: timedelta = BUDGET) -> int:
    """
    Go on with every file that waits, the first first; what fails is tried again later, and others go on meanwhile.

    Safe to run at the same time as another: each takes files that nobody works on.

    Args:
        budget: For how long rows are taken; what is left is for the next run.
    Returns:
        How many files ended.
    """
    ends_at, n_ended = clock() + budget, 0
    while clock() < ends_at and (upload := _taken(now=clock())) is not None:
        try:
            n_ended += _record(upload, clock=clock, ends_at=ends_at)
        except Overtaken:
            logger.info("upload_overtaken", upload=str(upload.pk))
        except AWAY:
            # The database is away or overloaded, which is no fault of the file: the attempt does not count.
            logger.exception("upload_database_error", upload=str(upload.pk))
            wait_until_it_answers()
            _of(upload).filter(attempts__gt=0).update(attempts=F("attempts") - 1, retry_at=clock() + FAILED_FOR)
        except Exception as error:  # Whatever it is, it is noted, and the other files must not wait for it.
            logger.exception("upload_failed", upload=str(upload.pk))
            told = f"{type(error).__name__}: {error}"[:1000]
            _of(upload).update(last_error=told, retry_at=clock() + FAILED_FOR)
    return n_ended


def go_on(*, upload: Upload) -> bool:
    """Have a file taken again that failed too often; returns whether it was such."""
    return bool(Upload.objects.stuck().filter(pk=upload.pk).update(attempts=0, retry_at=None))


def _taken(*, now: datetime) -> Upload | None:
    for upload in Upload.objects.waiting(now=now).order_by("sent_at", "pk").defer("content"):
        # A compare-and-swap: one caller wins.
        claim = Upload.objects.waiting(now=now).filter(pk=upload.pk, attempts=upload.attempts)
        if claim.update(retry_at=now + TAKEN_FOR, attempts=F("attempts") + 1):
            return Upload.objects.select_related("sent_by").get(pk=upload.pk)
    return None


def _of(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(pk=upload.pk, ended_at=None)


def _record(upload: Upload, *, clock: Clock, ends_at: datetime) -> int:
    """Record what is left of a file, as far as the time allows; returns 1 where that was its end, else 0."""
    left = islice(read_forecasts(BytesIO(upload.content)), upload.n_done, None)
    rows = takewhile(lambda row: clock() < ends_at, left)
    origin = Origin(actor=upload.sent_by, topic=upload.topic, now=clock())
    import_forecasts(rows=rows, origin=origin, note=partial(_note_part, upload, clock=clock))
    _of(upload).filter(n_done__lt=F("n_rows")).update(retry_at=None)
    return _of(upload).filter(n_done=F("n_rows")).update(ended_at=clock(), content=b"", retry_at=None)


def _note_part(upload: Upload, part: Part, *, clock: Clock) -> None:
    """
    Note that a part is recorded, in the transaction that does it.

    Raises:
        Overtaken: Others recorded it before.
    """
    begins = upload.n_done + part.n_before
    mine = _of(upload).filter(n_done=begins)
    counts, problems = mine.values_list("counts", "problems").first() or ({}, [])
    told = [*problems, *(asdict(one) for one in part.counted.problems)][:MAX_PROBLEMS]
    changed = {
        "n_done": begins + part.n_rows,
        "counts": {name: counts.get(name, 0) + getattr(part.counted, name) for name in COUNTED},
        "problems": told,
        "attempts": 0,
        "last_error": "",
        "retry_at": clock() + TAKEN_FOR,
    }
    if not mine.update(**changed):
        raise Overtaken(f"Another goes on with {upload.pk} from row {begins}.")

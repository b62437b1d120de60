"""A history that leaves a row in every table of records."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth.models import User
from django.db import connection

from forecasts.models import Entity, Evidence, Prediction, Redaction, Sealed
from forecasts.services.checkpoints import Desk, make_checkpoint
from forecasts.services.forecasts import record_lexicon
from forecasts.services.ledger import enter_transaction
from forecasts.services.merges import merge_events
from forecasts.services.redactions import redact
from forecasts.services.sealing import reveal, seal_content
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_membership, record_milestone, record_observation
from tests.builders import (
    NOW,
    PUBLISHED,
    QUESTION,
    answered,
    cover,
    judged_prediction,
    make_event,
    make_forecaster,
    make_prediction,
    make_source,
    make_topic,
    make_world,
)


def a_row_in_every_table() -> Prediction:
    """Record what leaves a row in every append-only table; returns the prediction that was decided."""
    row = {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": "a survey"}
    record_lexicon(code="survey", title="Survey", source="a survey", rows=[row], now=NOW)
    prediction = make_prediction()
    make_event()
    cover()
    record_milestone(key="vote.2025", label="Vote", occurs_at=NOW, now=NOW)
    make_world()
    person, state = (Entity.objects.get(path=path) for path in ("person.trump", "USA.GOV"))
    record_membership(member=person, group=state, now=NOW)
    released_at = datetime(2025, 2, 1, tzinfo=UTC)
    record_observation(
        source=make_source(), series="S", valid_on=date(2025, 1, 1), value=Decimal(1), released_at=released_at, now=NOW
    )
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    answered(judged_prediction())
    first, again = (make_event(external_id=name).event for name in ("told", "told-again"))
    merge_events(kept=first, merged=again, reason="The same.", now=NOW)
    reveal(sealed=seal_something(), now=NOW)
    # As a commit would.
    enter_transaction(connection)
    with TemporaryDirectory() as name:
        make_checkpoint(desk=desk_in(Path(name)), now=NOW)
    return prediction


def redact_something() -> Redaction | None:
    """A report without its owner's name; what was recorded before has its entry first, and so has this."""
    enter_transaction(connection)
    officer, _ = User.objects.get_or_create(username="officer")
    report = Evidence.objects.order_by("pk").first()
    done = redact(
        kind="evidence", key=report.pk, columns=["owner"], reason="Its owner asked for it.", actor=officer, now=NOW
    )
    enter_transaction(connection)
    return done


def seal_something(*, probability: str = "0.6", now: datetime = PUBLISHED) -> Sealed:
    """What is sealed of a prediction of its own, kept here until it is revealed."""
    texts = {"title": "It holds", "statement": "The truce holds until May.", "outcome": "the truce holds"}
    window = {"start": {"anchor": "publication"}, "end": (now + timedelta(days=180)).isoformat()}
    rule = {"rrl": "1", "consequent": {"judged": QUESTION | {"window": window}}}
    content = {"v": 1, **texts, "topic": make_topic().path, "probability": probability, "rule": rule}
    row, _ = seal_content(
        forecaster=make_forecaster(),
        content=content,
        about="Whether it holds",
        reveal_by=now + timedelta(days=90),
        now=now,
    )
    return row


def desk_in(folder: Path) -> Desk:
    """A desk that signs checkpoints in a folder of the test."""
    return Desk(name="forecasts.example/ledger", key_file=folder / "ledger.key", folder=folder)

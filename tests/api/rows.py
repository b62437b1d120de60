"""Three rows of each kind that is recorded in numbers, one after the other."""

import json
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import User

from forecasts.ledger.canonical import canonical
from forecasts.ledger.seals import Seal
from forecasts.models import Event, Prediction
from forecasts.selectors.judgements import questions_of
from forecasts.services.merges import merge_events
from forecasts.services.sealing import seal_commitment
from forecasts.services.sources import record_entity
from forecasts.services.verdicts import record_verdict
from tests.builders import (
    NOW,
    judged_prediction,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_source,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

WHY = "The ministry said so on the day."
LATER = "2025-04-01T00:00:00Z"


def claims(count: int) -> list[Prediction]:
    """Predictions that nothing decides but a person."""
    return [make_prediction(statement=f"Claim {n}.", title=f"Claim {n}", rules=[]) for n in range(count)]


def articles() -> list[dict]:
    make_forecaster("the-example", kind="OUTLET"), make_forecaster()
    text = {"title": "After the vote", "outlet": "the-example", "authors": ["ada-byron"]}
    day = {"published_at": "2025-01-06T00:00:00Z"}
    return [text | day | {"canonical_url": f"https://example.org/{n}"} for n in range(3)]


def forecasters() -> list[dict]:
    return [{"slug": slug, "name": slug.title()} for slug in ("bob", "eve", "kim")]


def topics() -> list[dict]:
    return [{"path": path} for path in ("aid/air", "aid/sea", "trade")]


def predictions() -> list[dict]:
    make_forecaster(), make_topic()
    claim = {"holder": "ada-byron", "topic": "aid/military", "title": "Aid", "outcome": "aid is sent"}
    day = {"issued_at": "2025-02-01T00:00:00Z"}
    return [claim | day | {"statement": f"Aid is sent by day {n}."} for n in range(3)]


def rules() -> list[dict]:
    return [{"prediction": str(one.pk), "rule": rule_that_it_occurs()} for one in claims(3)]


def verdicts() -> list[dict]:
    return [{"prediction": str(one.pk), "verdict": "YES", "reason": WHY} for one in claims(3)]


def disputes() -> list[dict]:
    decided = claims(3)
    for one in decided:
        decide(one)
    return [{"prediction": str(one.pk), "reason": WHY} for one in decided]


def reopenings() -> list[dict]:
    return disputes()


def judgements() -> list[dict]:
    asked = [judged_prediction(statement=f"It ends so, {n}.") for n in range(3)]
    questions = [questions_of(prediction=one)[0] for one in asked]
    return [
        {"prediction": str(one.pk), "rule_version_id": str(question.rule_version.pk), "path": question.path}
        | {"answer": "YES", "reason": WHY}
        for one, question in zip(asked, questions, strict=True)
    ]


def article_corrections() -> list[dict]:
    rows, make = articles(), {"outlet": make_forecaster("the-example"), "authors": [make_forecaster()]}
    logged = [make_article(canonical_url=row["canonical_url"], **make) for row in rows]
    return [row | {"article": str(one.pk), "note": WHY} for one, row in zip(logged, rows, strict=True)]


def lexicons() -> list[dict]:
    words = [{"phrase": "likely", "point": "0.7", "source": "The style guide."}]
    return [{"code": code, "title": "House words", "source": "A survey.", "entries": words} for code in "abc"]


def sources() -> list[dict]:
    feed = {"name": "A wire", "tier": "A", "settlement_lag_seconds": 86_400}
    return [feed | {"slug": slug} for slug in ("ap", "dpa", "afp")]


def entities() -> list[dict]:
    return [{"path": path, "label": path} for path in ("CHN", "CHN.GOV", "IND")]


def milestones() -> list[dict]:
    return [{"key": key, "label": key, "occurs_at": LATER} for key in ("vote.a", "vote.b", "vote.c")]


def observations() -> list[dict]:
    make_source()
    value = {"source": "wire", "series": "S", "value": "1.5", "released_at": "2025-02-02T00:00:00Z"}
    return [value | {"valid_on": f"2025-01-0{n}"} for n in (1, 2, 3)]


def coverage() -> list[dict]:
    return [{"source": make_source(slug=slug).slug, "complete_to": LATER} for slug in ("ap", "dpa", "afp")]


def memberships() -> list[dict]:
    make_world()
    return [{"member": member, "group": "USA", "starts_at": LATER} for member in make_entities("kim", "lee", "max")]


def corrections() -> list[dict]:
    content = {"event_type": "AID", "occurred_on": "2025-02-04", "topics": ["aid/military"], "actors": ["USA.GOV"]}
    return [{"event": str(one.pk), "title": "It was sent a day later", "reason": WHY} | content for one in events()]


def retractions() -> list[dict]:
    return [{"event": str(one.pk), "reason": WHY, "known_at": LATER} for one in events()]


def merges() -> list[dict]:
    told_first = make_event(external_id="first", title="Aid is sent").event
    return [{"event": str(one.pk), "kept": str(told_first.pk), "reason": WHY} for one in events()]


def unmerges() -> list[dict]:
    rows = merges()
    for row in rows:
        merged, kept = Event.objects.get(pk=row["event"]), Event.objects.get(pk=row["kept"])
        merge_events(merged=merged, kept=kept, reason=WHY, now=NOW)
    return [{"event": row["event"], "reason": WHY} for row in rows]


def evidence() -> list[dict]:
    return [{"event": str(one.pk), "url": "https://third.example/aid"} for one in events()]


def events() -> list[Event]:
    return [make_event(external_id=str(n), title=f"Aid is sent {n}").event for n in range(3)]


def sealed() -> list[dict]:
    make_forecaster()
    row = {"forecaster": "ada-byron", "reveal_by": "2035-01-01T00:00:00Z"}
    return [row | {"commitment": digit * 64} for digit in "abc"]


def reveals() -> list[dict]:
    thoughts = [Seal(canonical(said_of(one)).decode(), "5e" * 16) for one in claims(3)]
    for thought in thoughts:
        seal_commitment(
            forecaster=make_forecaster(), commitment=thought.commitment, reveal_by=NOW + timedelta(days=9), now=NOW
        )
    return [{"sealed": one.commitment, "content": json.loads(one.content), "salt": one.salt} for one in thoughts]


def said_of(prediction: Prediction) -> dict:
    return {"v": 1, "prediction": str(prediction.pk), "probability": "0.3"}


def make_entities(*paths: str) -> tuple[str, ...]:
    for path in paths:
        record_entity(path=path, label=path)
    return paths


def decide(prediction: Prediction) -> None:
    """Record what somebody else says of it."""
    other, _ = User.objects.get_or_create(username="other")
    record_verdict(prediction_id=prediction.pk, verdict="NO", reason="It was denied.", actor=other, now=NOW)


ROWS: dict[str, Callable[[], list[dict]]] = {
    "article-corrections": article_corrections,
    "articles": articles,
    "corrections": corrections,
    "coverage": coverage,
    "disputes": disputes,
    "entities": entities,
    "evidence": evidence,
    "forecasters": forecasters,
    "judgements": judgements,
    "lexicons": lexicons,
    "memberships": memberships,
    "merges": merges,
    "milestones": milestones,
    "observations": observations,
    "predictions": predictions,
    "reopenings": reopenings,
    "retractions": retractions,
    "reveals": reveals,
    "rules": rules,
    "sealed": sealed,
    "sources": sources,
    "topics": topics,
    "unmerges": unmerges,
    "verdicts": verdicts,
}
# Where a row recorded in numbers is read; what is not listed is read under its own name.
READ_AT = {
    "verdicts": "resolutions", "coverage": "sources", "memberships": "entities", "reveals": "sealed",
    "reopenings": "resolutions", "judgements": "predictions", "article-corrections": "articles",
    "merges": "events", "unmerges": "events",
    "corrections": "events", "retractions": "events", "evidence": "events",
}  # fmt: skip

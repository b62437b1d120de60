"""Rows for tests, made through the services; name only what the test is about."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User

from forecasts.models import Article, Entity, Forecaster, Judgement, Prediction, Source, Topic
from forecasts.selectors.judgements import questions_of
from forecasts.services.articles import record_article, record_forecaster, record_topic
from forecasts.services.events import EventDraft, Report, day, record_event
from forecasts.services.forecasts import wording
from forecasts.services.intake import RuleDraft, log_prediction
from forecasts.services.judgements import answer_question
from forecasts.services.predictions import ClaimDraft
from forecasts.services.sources import record_coverage, record_entity, record_source

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
PUBLISHED = datetime(2025, 1, 6, tzinfo=UTC)
DEADLINE = "2025-03-01T00:00:00Z"
WORLD = ("USA", "USA.GOV", "UKR", "RUS", "person", "person.trump", "person.harris")


def make_forecaster(slug: str = "ada-byron", **fields) -> Forecaster:
    return record_forecaster(**{"slug": slug, "name": slug.replace("-", " ").title(), "now": NOW, **fields})


def make_topic(path: str = "aid/military") -> Topic:
    return record_topic(path=path)


def make_article(**fields) -> Article:
    given = {
        "title": "What comes after the vote",
        "canonical_url": "https://example.org/after-the-vote",
        "outlet": make_forecaster("the-example", kind=Forecaster.Kind.OUTLET),
        "authors": [make_forecaster()],
        "published_at": PUBLISHED,
        "text": "The ban is likely to fall by March. Aid may stop at once.",
        "now": NOW,
    }
    article, _ = record_article(**{**given, **fields})
    return article


def rule_that_it_occurs(*, end: str = DEADLINE, event_type: str = "AID", topic: str = "aid/military", **more) -> dict:
    """A rule: an event of this type on this topic by USA.GOV, from publication to the end."""
    pattern = {"type": [event_type], "actor": ["USA.GOV"], "topic_any": [topic]}
    return {
        "rrl": "1",
        "consequent": {"occurs": {"pattern": pattern, "window": {"start": {"anchor": "publication"}, "end": end}}},
        **more,
    }


def make_prediction(
    *,
    rule: dict | None = None,
    probability: str | None = "0.7",
    rules: list[RuleDraft] | None = None,
    now: datetime = NOW,
    **fields,
) -> Prediction:
    make_world(rules or rule or rule_that_it_occurs())
    given = {
        "article": fields.pop("article", None) or make_article(),
        "holder": fields.pop("holder", None) or make_forecaster(),
        "topic": fields.pop("topic", None) or make_topic(),
        "title": "Aid is sent by March",
        "statement": "The United States sends military aid before 1 March 2025.",
        "outcome": "military aid is sent",
    }
    drafts = rules if rules is not None else [RuleDraft(rule or rule_that_it_occurs())]
    words = wording(probability=probability) if probability is not None else None
    prediction, _ = log_prediction(rules=drafts, wording=words, now=now, claim=ClaimDraft(**{**given, **fields}))
    return prediction


def make_world(given: object = WORLD) -> None:
    """The entities that rules and events of the tests name: all, or those that occur in what is given."""
    text = str(given)
    named = [path for path in WORLD if path in text]
    known = Entity.objects.filter(path__in=named).values_list("path", flat=True)
    for path in sorted({*named} - {*known}):
        record_entity(path=path, label=path)


def make_source(**fields) -> Source:
    return record_source(
        **{
            "slug": "wire",
            "name": "Wire",
            "tier": "A",
            "group": "wire",
            "settlement_lag": timedelta(days=2),
            "now": NOW,
            **fields,
        }
    )


def make_event(
    *,
    on: datetime = datetime(2025, 2, 3, tzinfo=UTC),
    source: Source | None = None,
    owners: int = 1,
    now: datetime = NOW,
    **fields,
):
    """An event that the builder's rule waits for, unless told otherwise; returns its version."""
    start, end = day(on.date())
    external_id = fields.pop("external_id", "")
    given = {
        "title": "The United States sends military aid",
        "event_type": "AID",
        "action_code": "072",
        "topics": ("aid/military",),
        "actors": ("USA.GOV",),
        "recipients": ("UKR",),
        "occurred_from": start,
        "occurred_until": end,
        "known_at": start,
        **fields,
    }
    make_world(given)
    reports = tuple(Report(url=f"https://news{number}.example/{on:%Y%m%d}") for number in range(owners))
    version, _ = record_event(
        source=source or make_source(),
        draft=EventDraft(**given),
        reports=reports,
        external_id=external_id,
        now=now,
    )
    return version


def cover(*, to: datetime = datetime(2025, 5, 1, tzinfo=UTC), source: Source | None = None, now: datetime = NOW):
    """State that the source holds everything up to an instant."""
    coverage, _ = record_coverage(source=source or make_source(), complete_to=to, now=now)
    return coverage


QUESTION = {"question": "Was it on their terms?", "rubric": "Compare the two drafts."}


def judged_prediction(**fields) -> Prediction:
    """A prediction that only a person can decide."""
    window = {"start": {"anchor": "publication"}, "end": DEADLINE}
    rule = {"rrl": "1", "consequent": {"judged": QUESTION | {"window": window}}}
    return make_prediction(rule=rule, **{"statement": "It ends on their terms.", **fields})


def answered(
    prediction: Prediction, *, answer: str = "YES", username: str = "editor", now: datetime = NOW, **fields
) -> Judgement:
    """A person's answer to the only question of the prediction's rule."""
    (question,) = questions_of(prediction=prediction)
    given = {"reason": "The signed text says so.", "known_at": datetime(2025, 2, 20, tzinfo=UTC), **fields}
    actor, _ = User.objects.get_or_create(username=username)
    judgement, _ = answer_question(
        prediction_id=prediction.pk,
        rule_version_id=question.rule_version.pk,
        path=question.path,
        answer=answer,
        actor=actor,
        now=now,
        **given,
    )
    return judgement

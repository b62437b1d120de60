"""A world with rows of every resource, and many of each: copies that the database makes itself."""

from datetime import date, timedelta

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BigAutoField, Model, QuerySet

from forecasts.models import (
    Article,
    ArticleAuthor,
    Entity,
    EntityMembership,
    Evaluation,
    Event,
    EventVersion,
    Evidence,
    Forecast,
    Forecaster,
    Lexicon,
    LexiconEntry,
    Milestone,
    Observation,
    Prediction,
    Resolution,
    RuleVersion,
    Score,
    Sealed,
    SearchText,
    Source,
    Topic,
)
from forecasts.services.sealing import seal_commitment
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_membership, record_milestone, record_observation
from forecasts.services.verdicts import dispute
from tests.benchmarks.crowds import copy_rows, identifier
from tests.builders import NOW, cover, make_event, make_prediction, make_source, make_world

SPACE = 10**12
COMMITMENT = {"sqlite": "printf('%%064x', n.i)", "postgresql": "lpad(to_hex(n.i), 64, '0')"}[connection.vendor]
# What is copied, in order, each with what of it differs; the name of a table stands for the key of the copy in it.
COPIED: list[tuple[type[Model], dict[str, str]]] = [
    (Forecaster, {"slug": "'crowd-' || n.i"}),
    (Topic, {"path": "'crowd/' || n.i"}),
    (Source, {"slug": "'crowd-' || n.i"}),
    (Lexicon, {"version": "1 + n.i"}),
    (Milestone, {"version": "1 + n.i"}),
    (Entity, {"path": "'crowd.' || n.i"}),
    (EntityMembership, {"member_id": "Entity"}),
    (Observation, {"series": "'SERIES.' || n.i"}),
    (Article, {"canonical_url": "'https://example.org/crowd/' || n.i"}),
    (ArticleAuthor, {"article_id": "Article"}),
    (Prediction, {"statement": "'Copy ' || n.i", "article_id": "Article"}),
    (RuleVersion, {"prediction_id": "Prediction", "sha256": "'copy ' || n.i"}),
    (Forecast, {"prediction_id": "Prediction"}),
    (Event, {"external_id": "'crowd-' || n.i"}),
    (EventVersion, {"event_id": "Event"}),
    (Evidence, {"event_id": "Event"}),
    (Evaluation, {"rule_version_id": "RuleVersion"}),
    (Sealed, {"commitment": COMMITMENT}),
    (Score, {"forecast_id": "Forecast", "resolution_id": "Resolution"}),
]
VERDICT = {"prediction_id": "Prediction", "evaluation_id": "Evaluation"}
DISPUTE = VERDICT | {"id": "Dispute", "supersedes_id": "Resolution"}
# What one row can have many of, with what of each differs.
PARTS: list[tuple[type[Model], dict[str, str]]] = [
    (RuleVersion, {"version": "1 + n.i"}),
    (EventVersion, {"version": "1 + n.i"}),
    (Evidence, {"url": "one.url || n.i"}),
    (LexiconEntry, {"phrase": "'phrase ' || n.i"}),
    (ArticleAuthor, {"forecaster_id": "Forecaster", "position": "1 + n.i"}),
    (EntityMembership, {"group_id": "Entity"}),
]


def make_one_of_each() -> Prediction:
    """A prediction that came true and is disputed, and at least one row of every other resource."""
    prediction = make_prediction()
    make_event()
    cover()
    record_observation(source=make_source(), series="S", valid_on=date(2025, 1, 1), value=1, released_at=NOW, now=NOW)
    record_milestone(key="us.election.2024", label="Election", occurs_at=NOW, now=NOW)
    make_world()
    usa, trump = (Entity.objects.get(path=path) for path in ("USA", "person.trump"))
    record_membership(member=trump, group=usa, now=NOW)
    seal_commitment(
        commitment="f" * 64, forecaster=prediction.holder, about="A seat", reveal_by=NOW + timedelta(days=90), now=NOW
    )
    lexicon = Lexicon.objects.create(code="house", title="House words", source="The style guide.", recorded_at=NOW)
    LexiconEntry.objects.create(lexicon=lexicon, phrase="likely", point="0.7")
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    editor, _ = User.objects.get_or_create(username="editor")
    dispute(prediction_id=prediction.pk, reason="It was a loan.", actor=editor, now=NOW)
    return prediction


def make_many_of_each(*, count: int) -> None:
    """So many more rows of every resource but of webhooks; each belongs to the copy of what the original belongs to."""
    make_one_of_each()
    # All are found before any is copied: copies are not copied again.
    originals = [(_first(model._default_manager.all()), changes) for model, changes in COPIED]
    verdict, disputed = (Resolution.objects.filter(number=number) for number in (1, 2))
    found = SearchText.objects.filter(kind="prediction")
    for rows, changes in [*originals, (verdict, VERDICT), (disputed, DISPUTE), (found, {"subject": "Prediction"})]:
        _copy(rows, count=count, changes={"id": rows.model.__name__} | changes)


def make_many_parts(*, count: int) -> None:
    """So many more parts of what is the first of its kind; there have to be as many of everything."""
    originals = [(_first(model._default_manager.all()), changes) for model, changes in PARTS]
    for rows, changes in originals:
        is_number = isinstance(rows.model._meta.pk, BigAutoField)
        _copy(rows, count=count, changes=changes if is_number else {"id": "Part"} | changes)


def _copy(rows: QuerySet, *, count: int, changes: dict[str, str]) -> None:
    keys = {column: KEYS.get(value, value) for column, value in changes.items()}
    copy_rows(rows, range(1, count + 1), keys)


def _first(rows: QuerySet) -> QuerySet:
    """The earliest of the rows, by what it is: rows that come later are not it."""
    order = "recorded_at" if any(field.name == "recorded_at" for field in rows.model._meta.fields) else "pk"
    return rows.model._default_manager.filter(pk=rows.earliest(order, "pk").pk)


def _keys() -> dict[str, str]:
    """SQL for the key of a copy, by the name of its table, or of what is copied twice."""
    keys = {}
    for number, name in enumerate(
        [*(model.__name__ for model, _ in COPIED), "Resolution", "Dispute", "Part", "SearchText"]
    ):
        model = apps.get_app_config("forecasts").models.get(name.lower(), Resolution)
        is_number = isinstance(model._meta.pk, BigAutoField)
        keys[name] = "1000000 + n.i" if is_number else identifier(offset=(number + 1) * SPACE)
    return keys


KEYS = _keys()

"""Whether stored values are ones that could have been accepted: probabilities, addresses, texts, times."""

import json
from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from forecasts.models import EventVersion, Forecast, LexiconEntry, Score

SQLITE_TIME = "____-__-__ __:__:__%"


def probabilities_are_probabilities(*, now: datetime) -> Iterator[str]:
    """Every probability and every bound is a number from 0 to 1, on the grid, and bounds are in order."""
    sound = {name: Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 1}) for name in ("low", "high")}
    within = Q(probability=None) | Q(probability__gte=0, probability__lte=1)
    for pk in Forecast.objects.exclude(within & sound["low"] & sound["high"]).values_list("pk", flat=True):
        yield f"forecast {pk} is no probability"
    point = Q(point=None) | Q(point__gte=0, point__lte=1)
    entries = LexiconEntry.objects.exclude(point & sound["low"] & sound["high"])
    for entry in entries.values_list("pk", flat=True):
        yield f"lexicon entry {entry} is no probability"
    # NaN is greater than all numbers on PostgreSQL, and cannot be stored on SQLite.
    for score in Score.objects.exclude(value__gte=0, value__lt=1000).values_list("pk", flat=True):
        yield f"score {score} is no score"


def addresses_are_of_the_web(*, now: datetime) -> Iterator[str]:
    """Every stored address begins with http:// or https://."""
    for model in apps.get_app_config("forecasts").get_models():
        for field in model._meta.fields:
            if isinstance(field, models.URLField):
                web = Q(**{field.name: ""}) | Q(**{f"{field.name}__regex": "^https?://"})
                for pk in model._default_manager.exclude(web).values_list("pk", flat=True):
                    yield f"{model._meta.model_name} {pk}: {field.name} is no web address"


def texts_are_texts(*, now: datetime) -> Iterator[str]:
    """Every stored text is UTF-8 without NUL or lone surrogates. PostgreSQL stores no others."""
    if connection.vendor != "sqlite":
        return
    connection.ensure_connection()
    connection.connection.create_function("is_text", 1, _is_text, deterministic=True)
    for model in apps.get_app_config("forecasts").get_models():
        columns = [field.column for field in model._meta.fields if isinstance(field, TEXTS)]
        if not columns:
            continue
        wrong = " OR ".join(f'NOT is_text(CAST("{column}" AS BLOB))' for column in columns)
        statement = f'SELECT CAST("{model._meta.pk.column}" AS text) FROM {model._meta.db_table} WHERE {wrong}'  # noqa: S608 no value, and no name from outside
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for (pk,) in cursor.fetchall():
                yield f"{model._meta.model_name} {pk} holds a text that is none"


TEXTS = (models.CharField, models.TextField, models.JSONField)


def _is_text(stored: bytes | None) -> bool:
    try:
        text = (stored or b"").decode()
        if "\\u" in text and text[:1] in ('"', "[", "{"):
            # JSON keeps what is not ASCII as escapes.
            text = "".join(_strings(json.loads(text)))
            text.encode()
    except ValueError:
        return False
    return "\x00" not in text


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _strings(list(pair))
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def times_are_in_utc(*, now: datetime) -> Iterator[str]:
    """Stored times name no other zone than UTC. PostgreSQL stores instants; SQLite whatever text it is given."""
    if connection.vendor != "sqlite":
        return
    for model in apps.get_app_config("forecasts").get_models():
        columns = [field.column for field in model._meta.fields if isinstance(field, models.DateTimeField)]
        if not columns:
            continue
        wrong = " OR ".join(
            f"(\"{column}\" NOT LIKE '{SQLITE_TIME}' OR \"{column}\" LIKE '%+%' OR \"{column}\" LIKE '%Z')"
            for column in columns
        )
        statement = f'SELECT CAST("{model._meta.pk.column}" AS text) FROM {model._meta.db_table} WHERE {wrong}'  # noqa: S608 no value, and no name from outside
        with connection.cursor() as cursor:
            # One argument, without parameters, so that the signs of LIKE stand for themselves.
            cursor.execute(statement)
            for (pk,) in cursor.fetchall():
                yield f"{model._meta.model_name} {pk} has a time that is not in UTC"


def days_are_days(*, now: datetime) -> Iterator[str]:
    """An event dated to a day, week, month or quarter runs from midnight to midnight in UTC."""
    dated = EventVersion.objects.exclude(precision__in=["INSTANT", "RANGE"])
    midnight = {
        f"{name}__{part}": 0 for name in ("occurred_from", "occurred_until") for part in ("hour", "minute", "second")
    }
    for pk, precision in dated.exclude(**midnight).values_list("pk", "precision"):
        yield f"event version {pk} is dated to the {precision.lower()} and does not run from midnight to midnight"
    for pk in EventVersion.objects.filter(precision="DAY", occurred_until__lte=models.F("occurred_from")).values_list(
        "pk", flat=True
    ):
        yield f"event version {pk} is dated to the day and takes no time"

"""Decided predictions with several forecasters, made through the services."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User

from forecasts.feeds.rows import ForecastRow, Person
from forecasts.models import Prediction
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction

REASON = "The ministry's own statement settles it."
KNOWN = datetime(2025, 3, 1, tzinfo=UTC)
BEFORE = PUBLISHED - timedelta(microseconds=1)


def asked(number: int, *, cluster: str = "", **fields) -> Prediction:
    """A prediction without a rule; each is an event of its own, unless a cluster is named."""
    key = cluster or f"event-{number}"
    return make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}", cluster_key=key, **fields)


def says(forecaster: str, prediction: Prediction, probability: str | None, *, days: float = 1) -> None:
    """A forecast so many days after publication; without a probability, a withdrawal."""
    record_forecast(
        prediction=prediction,
        forecaster=make_forecaster(forecaster),
        wording=wording(probability=probability) if probability is not None else None,
        made_at=PUBLISHED + timedelta(days=days),
        now=NOW,
    )


def puts_in_words(forecaster: str, prediction: Prediction, phrase: str, *, lexicon: str) -> None:
    """A forecast in words read through a lexicon, a day after publication."""
    record_forecast(
        prediction=prediction,
        forecaster=make_forecaster(forecaster),
        wording=wording(phrase=phrase, lexicon=lexicon),
        made_at=PUBLISHED + timedelta(days=1),
        now=NOW,
    )


def make_lexicon(code: str, **points: str) -> None:
    """A lexicon of phrases, or its next version."""
    rows = [{"phrase": phrase, "low": "", "point": point, "high": "", "source": ""} for phrase, point in points.items()]
    record_lexicon(code=code, title=code, source="a survey", rows=rows, now=NOW)


def season_in_words() -> None:
    """
    Thirty-two events on which Ada speaks in words and Bob in numbers.

    Read through `plain` Ada is right and clear, read through `bold` she says the opposite; `same` changes nothing.
    """
    make_lexicon("plain", likely="0.9", unlikely="0.1")
    make_lexicon("bold", likely="0.4", unlikely="0.6")
    make_lexicon("same", likely="0.9")
    for number in range(32):
        prediction = asked(number, probability=None)
        happens = number % 3 > 0
        is_right = number % 16 > 0
        puts_in_words("ada", prediction, "likely" if happens is is_right else "unlikely", lexicon="plain")
        says("bob", prediction, f"0.{(5 if happens else 4) + number % 2}")
        decide(prediction, "YES" if happens else "NO")


def decide(prediction: Prediction, verdict: str = "YES", *, known_at: datetime = KNOWN) -> Prediction:
    """A person's verdict."""
    editor, _ = User.objects.get_or_create(username="editor")
    record_verdict(
        prediction_id=prediction.pk, verdict=verdict, reason=REASON, actor=editor, known_at=known_at, now=NOW
    )
    return prediction


def contest(number: int, verdict: str = "YES", *, cluster: str = "", **said: str) -> Prediction:
    """A decided prediction; `ada="0.7"` is what each said, the holder nothing unless named."""
    prediction = asked(number, cluster=cluster, probability=None)
    for forecaster, probability in said.items():
        says(forecaster, prediction, probability)
    return decide(prediction, verdict)


def contests(*told: tuple[str, dict[str, str]]) -> None:
    """Decided predictions as `contest` makes them, each an event of its own, read from a file: which takes a tenth of the time."""
    record_rows(
        row(f"Claim {number}.", forecaster, probability, verdict=verdict, cluster=f"event-{number}")
        for number, (verdict, said) in enumerate(told)
        for forecaster, probability in said.items()
    )


def season(n: int = 30) -> None:
    """So many events, all of which happen: Ada expects them, Bob hardly does."""
    contests(*(("YES", {"ada": "0.9" if one % 4 else "0.8", "bob": f"0.{4 + one % 3}"}) for one in range(n)))


def row(statement: str, forecaster: str, probability: str, *, cluster: str = "", **fields) -> ForecastRow:
    """A line of a file of forecasts, by default of a day after publication, on what was known later."""
    given = {
        "asker": Person(slug="ada-byron", name="Ada Byron", kind="PERSON"),
        "forecaster": Person(slug=forecaster, name=forecaster.title(), kind="PERSON"),
        "title": statement.rstrip("."), "made_at": PUBLISHED + timedelta(days=1), "known_at": KNOWN,
        "topic": "aid/military", "reason": "The register says so.", **fields,
    }  # fmt: skip
    return ForecastRow(line=1, statement=statement, probability=Decimal(probability), cluster=cluster, **given)


def record_rows(rows: Iterable[ForecastRow]) -> None:
    """Record lines of a file."""
    editor, _ = User.objects.get_or_create(username="importer")
    numbered = [replace(row, line=number) for number, row in enumerate(rows, start=1)]
    report = import_forecasts(rows=numbered, origin=Origin(actor=editor, topic="other", now=NOW))
    assert report.problems == ()


def settled(
    n: int, *, of: int = 20, topic: str = "aid/military", known_at: datetime = BEFORE, name: str = "earlier"
) -> None:
    """So many claims on a topic, of which n came true, all of them known at an instant: by default, before publication."""
    pollster = Person(slug="pollster", name="Pollster", kind="PERSON")
    record_rows(
        row(
            f"{name} {number}.", "pollster", "0.5", asker=pollster, made_at=PUBLISHED - timedelta(days=400),
            cluster=f"{name} {number}", topic=topic, verdict="YES" if number < n else "NO", known_at=known_at,
        )
        for number in range(of)
    )  # fmt: skip

"""Recording probabilities, as numbers or read from words, and the lexicons they are read through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from forecasts.models import Forecast, Forecaster, Lexicon, LexiconEntry, Prediction
from forecasts.scoring.lexicon import normalise_phrase
from forecasts.selectors.base_rates import NONE_BESIDE, UNKNOWN, KnownOutcome, base_rates

from .refusal import Problems, Refused, refuse

DEFAULT_LEXICON = "default_v1"
GRID = Decimal("0.0001")
# The columns of a forecast that hold a `BaseRate`, in its order.
BASE_RATE = ("base_rate", "base_rate_cases", "base_rate_topic")
LONGEST_PHRASE = 120


@dataclass(frozen=True)
class Wording:
    """A probability as it will be stored: the number, its range, the words and how they were read."""

    probability: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    phrase: str = ""
    lexicon_entry: LexiconEntry | None = None
    basis: str = ""


def parse_probability(value: object, *, field: str = "probability") -> Decimal:
    """
    Read a probability given as a decimal string, a number or a Decimal.

    Returns:
        A value in [0, 1] with at most four decimals.
    Raises:
        Refused: It is no number, not finite, outside [0, 1], or finer than the grid.
    """
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or "_" in text:
        raise refuse(field, f"“{text}” is no probability. Give a number from 0 to 1, such as 0.7.")
    if text.endswith("%"):
        raise refuse(field, f"“{text}” is a percentage. Give a number from 0 to 1, such as 0.7 for 70%.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise refuse(field, f"“{text[:40]}” is no probability. Give a number from 0 to 1, such as 0.7.") from None
    if not number.is_finite():
        raise refuse(field, f"“{text}” is not finite. Give a number from 0 to 1, such as 0.7.")
    if not 0 <= number <= 1:
        hint = " Percentages are divided by 100." if 1 < number <= 100 else ""
        raise refuse(field, f"{text} lies outside 0 to 1.{hint}")
    if number != number.quantize(GRID):
        raise refuse(field, f"{text} is finer than four decimals; the finest step is 0.0001.")
    return number.quantize(GRID)


def read_phrase(*, phrase: str, lexicon: str = DEFAULT_LEXICON) -> Wording:
    """
    Read words through the newest version of a lexicon.

    Raises:
        Refused: The lexicon or the phrase in it is unknown, or the phrase says no probability.
    """
    book = Lexicon.objects.filter(code=lexicon).order_by("-version").first()
    if book is None:
        known = ", ".join(sorted(set(Lexicon.objects.values_list("code", flat=True)))) or "none is loaded"
        raise refuse("lexicon", f"There is no lexicon “{lexicon}”. Known: {known}.")
    plain = _plain(phrase)
    entry = book.entries.filter(phrase=plain).first()
    if entry is None:
        raise refuse(
            "phrase", f"The lexicon {book.code} lacks “{phrase}”.{_nearest(plain, book=book)} Or give a number."
        )
    if entry.point is None:
        raise refuse("phrase", f"“{phrase}” says no probability in {book.code}: {entry.source} Give a number.")
    return Wording(
        probability=entry.point, low=entry.low, high=entry.high, phrase=phrase, lexicon_entry=entry,
        basis=f"{book.code} v{book.version}: {entry.source}",
    )  # fmt: skip


def _plain(phrase: str) -> str:
    try:
        return normalise_phrase(phrase)
    except ValueError:
        raise refuse("phrase", f"“{phrase[:40]}” has no words in it. Give the words as they were written.") from None


def _nearest(phrase: str, *, book: Lexicon) -> str:
    words = set(phrase.split())
    known = book.entries.exclude(point=None).values_list("phrase", flat=True)
    close = sorted((p for p in known if words & set(p.split())), key=lambda p: (-len(words & set(p.split())), p))[:4]
    return f" Near it: {', '.join(close)}." if close else ""


def wording(
    *,
    probability: object = None,
    phrase: str = "",
    lexicon: str = "",
    low: object = None,
    high: object = None,
    basis: str = "",
) -> Wording:
    """
    A probability from what was given: a number, words read through a lexicon, or words with an editor's number.

    Raises:
        Refused: Neither or too much was given, or a value is malformed.
    """
    if probability in (None, ""):
        if not phrase.strip():
            raise refuse("probability", "Give a probability, or the words to read one from.")
        return read_phrase(phrase=phrase, lexicon=lexicon or DEFAULT_LEXICON)
    if lexicon:
        raise refuse("lexicon", "Give either a number or a lexicon to read the words through, not both.")
    if phrase and not basis.strip():
        raise refuse("basis", f"Say how “{phrase}” was read as {probability}, since no lexicon was used.")
    if phrase.strip():
        _plain(phrase)
    number = parse_probability(probability)
    least, most = _range(low, high, number=number)
    return Wording(probability=number, low=least, high=most, phrase=phrase.strip(), basis=basis.strip())


def _range(low: object, high: object, *, number: Decimal) -> tuple[Decimal | None, Decimal | None]:
    is_missing = [bound in (None, "") for bound in (low, high)]
    if all(is_missing):
        return None, None
    if any(is_missing):
        raise refuse("low" if is_missing[0] else "high", "Give both ends of the range, or neither.")
    least, most = parse_probability(low, field="low"), parse_probability(high, field="high")
    if not least <= number <= most:
        raise refuse("low", f"The range {least} to {most} does not hold the probability {number}.")
    return least, most


def takes_none_itself(aggregate: Forecaster) -> str:
    """Why nobody forecasts as an aggregate."""
    return f"{aggregate} is worked out from the forecasts of others and takes none itself."


@transaction.atomic
def record_forecast(
    *,
    prediction: Prediction,
    forecaster: Forecaster,
    wording: Wording | None,
    made_at: datetime,
    now: datetime,
    is_scored: bool = True,
    origin: str = "",
    recorded_by: User | None = None,
) -> tuple[Forecast, bool]:
    """
    Record a probability from `made_at` until the forecaster's next one; without a wording, a withdrawal.

    Returns:
        The forecast, and whether it is new: the same one again returns the first record.
    Raises:
        Refused: It lies in the future, another probability was recorded for that instant, or the forecaster is an
            aggregate, which speaks for itself.
    """
    if forecaster.kind == Forecaster.Kind.AGGREGATE:
        raise refuse("forecaster", takes_none_itself(forecaster))
    if made_at > now:
        raise refuse("made_at", f"{made_at:%Y-%m-%d %H:%M} UTC is in the future: record a forecast once it is made.")
    probability = wording.probability if wording else None
    (rate,) = base_rates([(prediction.pk, made_at)]).values() if wording else [UNKNOWN]
    fields = {"low": wording.low, "high": wording.high, "phrase": wording.phrase} if wording else {}
    extra = {"lexicon_entry": wording.lexicon_entry, "basis": wording.basis} if wording else {}
    forecast, is_new = Forecast.objects.get_or_create(
        prediction=prediction,
        forecaster=forecaster,
        made_at=made_at,
        defaults={
            "probability": probability,
            "is_scored": is_scored,
            "origin": origin.strip(),
            "recorded_at": now,
            "recorded_by": recorded_by,
            **dict(zip(BASE_RATE, rate, strict=True)),
        }
        | fields
        | extra,
    )
    if not is_new and forecast.probability != probability:
        raise refuse(
            "made_at",
            f"A forecast of {forecast.probability} by {forecaster} at that instant is recorded; it cannot be changed. Record a later one.",
        )
    return forecast, is_new


def keep_base_rates(forecasts: Sequence[Forecast], *, beside: Mapping[UUID, KnownOutcome] = NONE_BESIDE) -> None:
    """
    Set the base rates of forecasts that are about to be stored.

    Args:
        forecasts: On predictions that are stored.
        beside: As `base_rates` takes them.
    """
    stated = [one for one in forecasts if one.probability is not None]
    rates = base_rates([(one.prediction_id, one.made_at) for one in stated], beside=beside)
    for one in stated:
        one.base_rate, one.base_rate_cases, one.base_rate_topic = rates[one.prediction_id, one.made_at]


@transaction.atomic
def record_lexicon(
    *, code: str, title: str, source: str, rows: list[dict[str, str]], now: datetime
) -> tuple[Lexicon, bool]:
    """
    Record a lexicon as its next version, unless the newest version has the same phrases.

    Args:
        rows: Mappings with phrase, low, point, high (decimal strings, or empty) and source; and, where known, spread
            (the standard deviation of readers) and hedge (“yes” for words that say only that something can happen).
    Raises:
        Refused: A value is no probability, a range is upside down, or a phrase comes twice; with the places of all.
    """
    entries = _entries(rows)
    latest = Lexicon.objects.filter(code=code).order_by("-version").first()
    if latest and {e.phrase: _terms(vars(e)) for e in latest.entries.all()} == {
        phrase: _terms(values) for phrase, values in entries.items()
    }:
        return latest, False
    lexicon = Lexicon.objects.create(
        code=code, version=latest.version + 1 if latest else 1, title=title, source=source, recorded_at=now
    )
    LexiconEntry.objects.bulk_create(
        LexiconEntry(lexicon=lexicon, phrase=phrase, **values) for phrase, values in entries.items()
    )
    return lexicon, True


def _entries(rows: list[dict[str, str]]) -> dict[str, dict[str, object]]:
    """What each phrase is read as, by the phrase."""
    entries: dict[str, dict[str, object]] = {}
    problems = Problems()
    for index, row in enumerate(rows):
        try:
            phrase, values = _listed(row["phrase"]), _entry(row)
        except Refused as refused:
            for field, messages in refused.message_dict.items():
                problems.extend(f"entries.{index}.{field}", messages)
            continue
        if phrase in entries:
            problems.add(f"entries.{index}.phrase", f"“{phrase}” comes twice. Give each phrase once.")
        entries[phrase] = values
    problems.raise_if_any()
    return entries


def _listed(text: str) -> str:
    """A phrase as a lexicon stores it; written out in full it can be longer than it was given."""
    if len(phrase := _plain(text)) > LONGEST_PHRASE:
        raise refuse("phrase", f"“{text[:40]}…” has {len(phrase)} letters; {LONGEST_PHRASE} is the most.")
    return phrase


def _entry(row: dict[str, str]) -> dict[str, object]:
    numbers = {
        name: parse_probability(row[name], field=name) if row.get(name) else None
        for name in ("low", "point", "high", "spread")
    }
    # A point may lie outside: of a survey it is a mean of its readers, and the range holds half of them.
    low, high = numbers["low"], numbers["high"]
    if low is not None and high is not None and low > high:
        raise refuse("low", f"{low} lies above the high end, {high}.")
    return {**numbers, "is_hedge": row.get("hedge") == "yes", "source": row["source"]}


def _terms(values: Mapping[str, object]) -> tuple[object, ...]:
    """What a phrase is read as; another source alone makes no new version."""
    return tuple(values[name] for name in ("low", "point", "high", "spread", "is_hedge"))

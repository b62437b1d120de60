from datetime import timedelta
from decimal import Decimal

import pytest

from forecasts.models import Forecast, LexiconEntry
from forecasts.services.forecasts import parse_probability, read_phrase, record_forecast, record_lexicon, wording
from forecasts.services.refusal import Refused
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction

ROWS = [
    {"phrase": "likely", "low": "0.6", "point": "0.729", "high": "0.85", "source": "a survey"},
    {"phrase": "very likely", "low": "0.8", "point": "0.9", "high": "0.95", "source": "a survey"},
    {"phrase": "soon", "low": "", "point": "", "high": "", "source": "It is about time."},
]


@pytest.fixture
def lexicon(db):
    return record_lexicon(code="default_v1", title="Default", source="a survey", rows=ROWS, now=NOW)[0]


@pytest.mark.parametrize("text", ["0", "1", "0.7", "0.1234", ".5", "1.0000", 0.7, 1, Decimal("0.25")])
def test_a_number_between_0_and_1_is_a_probability(text):
    assert parse_probability(text) == Decimal(str(text))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("1.2", "1.2 lies outside 0 to 1. Percentages are divided by 100."),
        ("-0.1", "-0.1 lies outside 0 to 1."),
        ("101", "101 lies outside 0 to 1."),
        ("NaN", "“NaN” is not finite"),
        ("Infinity", "“Infinity” is not finite"),
        (float("nan"), "“nan” is not finite"),
        ("70%", "“70%” is a percentage. Give a number from 0 to 1, such as 0.7 for 70%."),
        ("likely", "“likely” is no probability"),
        ("", "“” is no probability"),
        (True, "“True” is no probability"),
        ("١", "“١” is no probability"),
        ("0_1", "“0_1” is no probability"),
        ("0.12345", "0.12345 is finer than four decimals"),
        ("1e-400", "1e-400 is finer than four decimals"),
        ("1e400", "1e400 lies outside 0 to 1."),
    ],
)
def test_anything_else_is_refused_with_its_value(given, message):
    with pytest.raises(Refused) as refused:
        parse_probability(given)

    assert message in refused.value.message_dict["probability"][0]


def test_words_are_read_through_the_lexicon_and_keep_their_range(lexicon):
    read = read_phrase(phrase=" “Very  Likely” ")

    assert (read.probability, read.low, read.high) == (Decimal("0.9"), Decimal("0.8"), Decimal("0.95"))
    assert read.basis == "default_v1 v1: a survey"


def test_a_phrase_the_lexicon_lacks_is_refused_with_those_near_it(lexicon):
    with pytest.raises(Refused, match="lacks “hardly likely”. Near it: likely, very likely. Or give a number."):
        read_phrase(phrase="hardly likely")


def test_a_phrase_without_a_probability_is_refused_with_the_reason(lexicon):
    with pytest.raises(Refused, match="“soon” says no probability in default_v1: It is about time."):
        read_phrase(phrase="soon")


def test_an_unknown_lexicon_is_refused_with_the_known_ones(lexicon):
    with pytest.raises(Refused, match="There is no lexicon “kent”. Known: default_v1."):
        read_phrase(phrase="likely", lexicon="kent")


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({}, "probability", "Give a probability, or the words"),
        ({"probability": "0.7", "lexicon": "default_v1"}, "lexicon", "either a number or a lexicon"),
        ({"probability": "0.7", "phrase": "all but certain"}, "basis", "Say how “all but certain” was read as 0.7"),
        ({"probability": "0.7", "low": "0.6"}, "high", "both ends of the range"),
        ({"probability": "0.7", "low": "0.8", "high": "0.9"}, "low", "does not hold the probability"),
    ],
)
def test_too_little_or_too_much_is_refused(given, field, message):
    with pytest.raises(Refused) as refused:
        wording(**given)

    assert message in refused.value.message_dict[field][0]


def test_the_same_forecast_again_adds_nothing(db):
    prediction, when = make_prediction(probability=None), PUBLISHED + timedelta(days=1)
    given = {
        "prediction": prediction,
        "forecaster": prediction.holder,
        "wording": wording(probability="0.4"),
        "made_at": when,
        "now": NOW,
    }

    first, is_new = record_forecast(**given)
    again, is_new_again = record_forecast(**given)

    assert (is_new, is_new_again, first) == (True, False, again)
    assert Forecast.objects.count() == 1


def test_another_number_for_the_same_instant_is_refused(db):
    prediction = make_prediction(probability="0.7")

    with pytest.raises(Refused, match="A forecast of 0.7000 by Ada Byron at that instant is recorded"):
        record_forecast(
            prediction=prediction,
            forecaster=prediction.holder,
            wording=wording(probability="0.2"),
            made_at=PUBLISHED,
            now=NOW,
        )


def test_a_forecast_of_the_future_is_refused(db):
    with pytest.raises(Refused, match="is in the future"):
        record_forecast(
            prediction=make_prediction(),
            forecaster=make_forecaster(),
            wording=None,
            made_at=NOW + timedelta(days=1),
            now=NOW,
        )


def test_a_changed_lexicon_becomes_its_next_version_and_the_old_one_stays(lexicon):
    same, is_new = record_lexicon(code="default_v1", title="Default", source="a survey", rows=ROWS, now=NOW)
    changed, is_newer = record_lexicon(code="default_v1", title="Default", source="a survey", rows=ROWS[:2], now=NOW)

    assert (same, is_new, is_newer) == (lexicon, False, True)
    assert (changed.version, LexiconEntry.objects.filter(lexicon=lexicon).count()) == (2, 3)


def test_a_lexicon_keeps_how_far_readers_differ_and_which_words_only_hedge(db):
    rows = [
        ROWS[0] | {"spread": "0.095"},
        {"phrase": "may", "low": "", "point": "0.4", "high": "", "hedge": "yes", "source": ""},
    ]

    first, _ = record_lexicon(code="survey", title="Survey", source="a survey", rows=rows, now=NOW)
    again, is_new = record_lexicon(code="survey", title="Survey", source="a survey", rows=rows, now=NOW)
    other, _ = record_lexicon(
        code="survey", title="Survey", source="a survey", rows=[rows[0] | {"spread": "0.2"}, rows[1]], now=NOW
    )

    assert (again, is_new, other.version) == (first, False, 2)
    found = {entry.phrase: (entry.spread, entry.is_hedge) for entry in first.entries.all()}
    assert found == {"likely": (Decimal("0.095"), False), "may": (None, True)}


@pytest.mark.parametrize("more", [{}, {"probability": "0.7", "basis": "In its place."}])
def test_marks_alone_are_no_words(lexicon, more):
    with pytest.raises(Refused) as refused:
        wording(phrase=' "" ', **more)

    assert "has no words in it. Give the words as they were written." in refused.value.message_dict["phrase"][0]

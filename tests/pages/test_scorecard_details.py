"""A scorecard says in plain words what words, conditions and readings are worth."""

import csv
from io import StringIO

import pytest
from django.contrib.auth.models import User

from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.intake import RuleDraft
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.any_database

ROWS = [
    {"phrase": "may", "low": "0.2", "point": "0.4", "high": "0.6", "hedge": "yes", "source": ""},
    {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "spread": "0.1", "source": ""},
    {"phrase": "=cmd", "low": "0.1", "point": "0.2", "high": "0.3", "source": ""},
]


@pytest.fixture
def say(db):
    """Record a prediction in words with a person's verdict."""
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=ROWS, now=NOW)
    editor = User.objects.create(username="editor")

    def record(phrase, verdict, *, number, rules=(), **fields):
        prediction = make_prediction(
            rules=list(rules), statement=f"Claim {number}.", cluster_key=str(number), probability=None, **fields
        )
        record_forecast(
            prediction=prediction, forecaster=prediction.holder, wording=wording(phrase=phrase), made_at=PUBLISHED, now=NOW
        )  # fmt: skip
        reason = "The ministry's own statement settles it."
        record_verdict(prediction_id=prediction.pk, verdict=verdict, reason=reason, actor=editor, known_at=NOW, now=NOW)
        return prediction

    return record


def test_few_words_have_no_score_of_their_own(say, text_of):
    for number in range(3):
        say("likely", "YES", number=number)

    text = text_of("/forecasters/ada-byron/")

    told = "3 calls in words, on 3 independent events. No score of them alone yet: Shown from 5 independent events on"
    assert told in text
    assert "When Ada Byron writes “likely”, it happened 3 of 3 times; readers hear 70%; effective meaning" in text


def test_words_are_told_with_what_readers_hear(say, text_of):
    for number in range(5):
        say("likely", "YES" if number < 3 else "NO", number=number)
    say("may", "NO", number=9)

    text = text_of("/topics/aid/")

    assert (
        "Mean Brier score 0.2500 (95% interval 0.04 to 0.67), words read as most readers do; from 0.1680 (95%" in text
    )
    assert "Few: take it for an impression." in text
    assert (
        "1 call said only that something may happen: counted here, in no score. 1 settled, 0 of them happened (0%, 95% interval"
        in text
    )
    assert "Hedged All that was said is that it may happen: counted below, never scored. 1" in text


def test_conditions_that_were_mostly_not_met_are_warned_of(say, text_of):
    for number, verdict in enumerate(("YES", "ANNULLED", "ANNULLED")):
        say("likely", verdict, number=number, condition="so")

    text = text_of("/forecasters/ada-byron/")

    assert "3 with a condition: 1 settled, 2 annulled." in text
    assert "Of those decided, 67% were annulled (95% interval 21% to 94%, if each condition stood alone)." in text
    assert "More than half of the conditions that were decided were not met" in text


def test_what_does_not_fit_together_is_told(say, text_of):
    say("likely", "YES", number=1, condition="he wins", outcome="aid stops")
    make_prediction(rules=[], statement="He wins.", outcome="he wins", probability="0.6")
    make_prediction(rules=[], statement="Aid stops.", outcome="aid stops", probability="0.3")

    text = text_of("/forecasters/ada-byron/")

    assert (
        "“aid stops”: 70% if the condition is met, the condition 60%: 42% to 82% follows; said 30%. Off by 12 points."
        in text
    )


def test_other_readings_stand_beside_the_score(say, text_of):
    rules = [RuleDraft(rule_that_it_occurs()), RuleDraft(rule_that_it_occurs(event_type="PROTEST"), variant="STRICT")]
    say("likely", "YES", number=1, rules=rules)

    assert "How much hangs on how it is read" in text_of("/forecasters/ada-byron/")
    text = text_of("/forecasters/ada-byron/?part=readings")

    assert "default_v1 It reads 1 forecast in words and changes 0: 0.0900 in place of 0.0900." in text
    assert "Strict rules It reads 1 prediction" in text


def test_numbers_alone_have_none_of_these_sections(db, client):
    make_prediction(rules=[])

    html = client.get("/forecasters/ada-byron/").content.decode()

    assert not [name for name in ("words", "conditions", "readings") if f'id="{name}"' in html]


@pytest.mark.parametrize("address", ["/forecasters/ada-byron/words.csv", "/topics/aid/military/words.csv"])
def test_the_table_of_words_is_there_as_csv(say, client, address):
    for number in range(3):
        say("likely", "YES", number=number)
    say("=cmd", "NO", number=4)

    answer = client.get(address)
    first, second = csv.DictReader(StringIO(answer.content.decode()))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert (first["phrase"], first["n"], first["happened"], first["events"]) == ("likely", "3.0", "3.0", "3")
    assert float(first["meaning"]) > 0.7
    assert (second["phrase"], second["meaning"]) == ("'=cmd", "")

"""A scorecard says how many, how sure and what is missing, before it says how good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.models import Prediction
from forecasts.pages.running import running_of
from forecasts.pages.wording import caution
from forecasts.scoring.figures import Sample
from forecasts.scoring.levels import Levels
from forecasts.scoring.statistics import Totals, cell_of
from forecasts.scoring.summary import summarise
from forecasts.selectors.calls import Call
from forecasts.selectors.scorecards import Coverage, Scorecard, Slice
from tests.builders import make_article, make_event, make_forecaster, make_prediction

from .conftest import parse

pytestmark = pytest.mark.any_database


@pytest.fixture
def record(db, settle):
    """Ada: 0.7 and 0.6 on one event that happened; one claim without a number; one reported belief of another."""
    make_prediction()
    make_prediction(title="Aid at all", statement="Aid is sent.", probability="0.6")
    make_prediction(title="Aid, somehow", statement="Aid, somehow.", probability=None)
    make_prediction(
        title="Aid, they fear",
        statement="They fear aid.",
        holder=make_forecaster("kyiv"),
        attribution=Prediction.Attribution.REPORTED,
    )
    settle()


def test_puts_the_small_number_before_the_score(text_of, record):
    text = text_of("/forecasters/ada-byron/")

    assert text.index(
        "2 calls are too few to judge anybody by, and not independent of one another: they hang on one event."
    ) < text.index("0.1250")
    assert "Mean Brier score over 2 settled calls. 0 is best, 1 is worst" in text
    assert "95% interval" in text
    assert "a deliberately wide bound, used below 20 independent events" in text
    assert "2 resolved (1 independent event)." in text
    assert "No calibration curve below 100 independent events" in text


def test_says_what_became_of_every_prediction(text_of, record):
    text = text_of("/forecasters/ada-byron/")

    assert "Resolved Came out yes, no or in part, and scored. 2" in text
    assert "Not scored No probability was given, or the number was not the forecaster’s own. 1" in text
    assert "Beliefs of others Reported in the same articles, held by somebody else: counted there, not here. 1" in text
    assert "Retrospective Of the resolved: logged after the outcome could be known. 2" in text


def test_draws_every_call_and_links_the_same_as_data(client, record):
    html = client.get("/forecasters/ada-byron/").content.decode()

    assert html.count('class="chart-call') == 2
    assert 'href="/api/v1/accuracy/calls.csv?forecaster=ada-byron"' in html
    assert 'href="/api/v1/accuracy/?forecaster=ada-byron&amp;bands=true"' in html


def test_topic_shows_all_forecasters_and_the_topics_below(text_of, record):
    text = text_of("/topics/aid/")

    assert "Mean Brier score over 3 settled calls" in text
    assert "Topics below Topic Claims Yes or no Military aid/military 4 4" in text


def test_says_that_nothing_is_resolved(text_of, db):
    make_prediction()

    text = text_of("/forecasters/ada-byron/")

    assert "Nothing is resolved yet, so there is nothing to judge." in text
    assert "None resolved: nothing to score yet." in text
    assert "Mean Brier" not in text


def test_shows_a_forecaster_without_any_claim(text_of, db):
    make_article()

    assert "No prediction is on record yet" in text_of("/forecasters/the-example/")


@pytest.mark.parametrize(
    ("n", "clusters", "expected"),
    [
        (1, 1, "1 call is too few to judge anybody by."),
        (7, 7, "7 calls are too few to judge anybody by."),
        (7, 3, "7 calls are too few to judge anybody by, and not independent of one another: they hang on 3 events."),
        (
            40,
            19,
            "40 calls are too few to judge anybody by, and not independent of one another: they hang on 19 events.",
        ),
        (40, 20, ""),
    ],
)
def test_warns_of_small_numbers_by_counting_events(n, clusters, expected):
    summary = summarise([0.7] * n, [1] * n, [index % clusters for index in range(n)])

    assert caution(replace(card_of("It rains"), summary=summary)) == expected


def card_of(title: str) -> Scorecard:
    call = Call(
        prediction_id="1", title=title, topic="aid", forecaster="ada", phrase="", probability=0.7, outcome=1.0, brier=0.09,
        log=0.3567, cluster="one", verdict="YES", state="FINAL", is_conditional=False, is_retrospective=False,
    )  # fmt: skip
    counts = dict.fromkeys(Coverage.__dataclass_fields__, 0)
    summary = summarise([0.7], [1], ["one"])
    sample = Sample(Totals(), Levels.of([0.7], [1]), summary)
    return Scorecard(slice=Slice(), coverage=Coverage(**counts), summary=summary, sample=sample, calls=(call,))


def test_figures_that_are_too_small_to_tell_say_so(client, settle, db):
    make_prediction()
    make_event()
    settle()

    text = parse(client.get("/forecasters/ada-byron/").content.decode()).text

    told = text.split("Not yet said, and why")[1]
    assert "Shown from 10 independent events on; there is 1 so far. points saved Shown from 20" in told
    assert told.count("Shown from 20 independent events on; there is 1 so far.") == 1
    assert "scores of other sites" in told
    assert "Beside the headline" not in text


def test_scores_of_other_sites_are_there_and_not_recommended(client, settle, db):
    for number in range(20):
        make_prediction(title=f"Claim {number}", statement=f"Claim {number}.", cluster_key=str(number))
    settle()

    text = parse(client.get("/forecasters/ada-byron/").content.decode()).text

    assert "In the scales of other sites" in text
    assert "For comparing with other sites only, and not recommended" in text
    assert "Brier score, 0 to 2 Good Judgment’s scale: both outcomes are counted." in text
    assert "0.180" in text.split("Brier score, 0 to 2")[1][:260]


def test_of_many_calls_the_newest_are_listed_and_all_are_drawn(client, settle, monkeypatch, db):
    monkeypatch.setattr("forecasts.selectors.calls.MOST_SHOWN", 2)
    for number in range(3):
        make_prediction(title=f"Claim {number}", statement=f"Claim {number}.", cluster_key=str(number))
    settle()

    page = parse(client.get("/forecasters/ada-byron/").content.decode())

    assert "1 to 2 of 3 shown. All of them (CSV)" in page.text
    assert page.text.count("Claim ") == 2
    assert "Happened: 3" in page.text
    assert "Each stem is as long as the number of calls at that probability" in page.text


def many_calls(n: int, *, known: int | None = None) -> Scorecard:
    """A scorecard of calls of 0.8 that came true, each an event of its own, a day apart; the newest `known` are listed."""
    at = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(n)]
    summary = summarise([0.8] * n, [1] * n, clusters=[str(number) for number in range(n)])
    totals = Totals.of([cell_of(8_000, 10_000)] * n)
    calls = [
        Call(
            prediction_id=str(number), title="Aid", topic="aid", forecaster="ada", phrase="", probability=0.8, outcome=1.0,
            brier=0.04, log=0.22, cluster=str(number), verdict="YES", state="FINAL", is_conditional=False,
            is_retrospective=False, known_at=day,
        )
        for number, day in enumerate(at)
    ]  # fmt: skip
    return Scorecard(
        slice=Slice(), coverage=Coverage(), summary=summary, sample=Sample(totals, Levels.of([0.8] * n, [1] * n), summary),
        calls=tuple(calls[-(known or n) :]), n_calls=n,
    )  # fmt: skip


def test_how_the_score_came_about_is_drawn_with_its_numbers():
    found = running_of(many_calls(12), name="Ada")

    assert "chart-running" in found.drawing
    assert "chart-chance" in found.drawing
    assert [(one.n, round(one.brier, 4)) for one in found.rows][:2] == [(12, 0.04), (11, 0.04)]


def test_of_a_long_record_the_newest_part_is_drawn_without_a_band():
    found = running_of(many_calls(150, known=100), name="Ada")

    assert "chart-chance" not in found.drawing
    assert (found.rows[0].n, found.rows[-1].n) == (150, 51)
    assert found.told == "The last 100 calls, after all before; without a band."


def test_too_few_events_are_not_drawn_and_it_says_why(text_of, record):
    assert running_of(many_calls(9), name="Ada").drawing is None
    assert "Not drawn below 10 independent events: it would leap with each of them." in text_of(
        "/forecasters/ada-byron/"
    )


@pytest.mark.parametrize(
    ("coverage", "told"),
    [
        (Coverage(predictions=3, annulled=3), "All of them were annulled: what they hang on did not come about"),
        (Coverage(), "No prediction is on record yet."),
        (Coverage(predictions=3, annulled=2, pending=1), "Nothing is resolved yet, so there is nothing to judge."),
    ],
)
def test_where_nothing_is_scored_it_says_why(coverage, told):
    assert caution(replace(many_calls(0), coverage=coverage)).startswith(told)

"""An article's quotes are marked by what became of them."""

import pytest

from forecasts.models import Prediction
from tests.builders import make_article, make_forecaster, make_prediction

pytestmark = pytest.mark.any_database


@pytest.fixture
def article(db, settle):
    """Two claims that quote overlapping words: one came true, one waits for a person."""
    article = make_article(published_precision="MONTH", quoted_from_url="https://copy.example/after-the-vote")
    make_prediction(article=article, quote="The ban is likely to fall", title="The ban falls")
    make_prediction(article=article, quote="likely to fall by March", title="By March", statement="By March.", rules=[])
    make_prediction(
        article=article,
        title="Others fear a stop",
        statement="Aid stops.",
        holder=make_forecaster("kyiv"),
        attribution=Prediction.Attribution.REPORTED,
        rules=[],
    )
    settle()
    return article


def test_marks_each_stretch_by_its_verdict(client, article):
    html = client.get(f"/articles/{article.pk}/").content.decode()

    assert '<mark class="yes">The ban is </mark><mark class="mixed">likely to fall</mark>' in html
    assert '<mark class="review"> by March</mark>' in html


def test_links_the_end_of_each_quote_to_its_prediction(client, article):
    prediction = Prediction.objects.get(title="The ban falls")

    html = client.get(f"/articles/{article.pk}/").content.decode()

    assert f'likely to fall</mark><sup><a href="/predictions/{prediction.pk}/"' in html
    assert 'aria-label="Prediction 1: The ban falls (Yes)"' in html


def test_tells_that_the_day_is_a_placeholder(text_of, article):
    assert "January 2025 (the exact day is not known: 6 January stands in for it)" in text_of(
        f"/articles/{article.pk}/"
    )


def test_keeps_the_beliefs_of_others_apart(text_of, article):
    text = text_of(f"/articles/{article.pk}/")

    own, reported = text.split("Beliefs of others, as reported")
    assert "Others fear a stop" not in own
    assert "Others fear a stop" in reported
    assert "Kyiv" in reported


def test_shows_the_score_of_the_author_with_its_number_of_cases(text_of, article):
    assert "mean Brier score 0.0900 over 1 settled call. Scorecard" in text_of(f"/articles/{article.pk}/")


def test_filters_by_verdict(text_of, article):
    own = text_of(f"/articles/{article.pk}/?verdict=YES").split("Its predictions 3")[1]

    assert "The ban falls" in own
    assert "By March" not in own


@pytest.mark.parametrize("verdict", ["", "MAYBE", "yes", "<script>"])
def test_shows_all_where_the_filter_names_no_verdict(verdict, client, article):
    html = client.get(f"/articles/{article.pk}/", {"verdict": verdict}).content.decode()

    assert html.count('id="claim-') == 3


def test_holds_a_hundred_predictions(client, article):
    for number in range(97):
        make_prediction(
            article=article, title=f"Claim {number}", statement=f"Claim {number}.", quote="Aid may stop", rules=[]
        )

    html = client.get(f"/articles/{article.pk}/").content.decode()

    assert html.count('id="claim-') == 100
    assert html.count("<sup>") == 99


def test_invites_to_log_where_nothing_is_predicted(text_of, db):
    article = make_article(text="")

    assert "No prediction of this article is logged yet. Log the first one." in text_of(f"/articles/{article.pk}/")

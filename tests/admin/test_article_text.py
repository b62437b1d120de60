"""Choosing the words of an article that a prediction is logged from."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from forecasts.models import Article, Forecaster
from tests.builders import make_article, make_forecaster, make_prediction, make_world

from .pages import add_page, errors_after, prediction_input, row_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TYPED = {
    "title": "After the vote", "canonical_url": "https://example.org/vote", "outlet": "The Example", "authors": "Zoë Young, Ada Byron",
    "published_on": "2025-01-06", "text": "Aid may stop.\r\nIt is unlikely.\r\n\r\nThe ban will fall by March.",
}  # fmt: skip


def text_of(article: Article) -> str:
    return reverse("admin:forecasts_article_text", args=[article.pk])


def test_a_pasted_article_adds_its_outlet_and_authors_and_leads_to_its_text(admin):
    response = admin.post(add_page("article"), TYPED)

    article = Article.objects.get()
    assert response.url == text_of(article)
    assert (article.outlet.name, article.outlet.kind) == ("The Example", "OUTLET")
    assert [one.name for one in article.authors.order_by("articleauthor__position")] == ["Zoë Young", "Ada Byron"]
    assert "\r" not in article.text


def test_a_refused_article_adds_nobody(admin):
    errors = errors_after(admin, add_page("article"), {**TYPED, "published_on": "2999-01-01"})

    assert errors["published_on"][0].startswith("2999-01-01 00:00 UTC is in the future")
    assert not Forecaster.objects.exists()


def test_without_a_byline_the_outlet_is_the_author(admin):
    assert errors_after(admin, add_page("article"), {**TYPED, "authors": ""}) == {}

    assert [one.name for one in Article.objects.get().authors.all()] == ["The Example"]


def test_namesakes_are_asked_about_beside_the_field(admin):
    for slug in ("ada-byron", "ada-byron-paris"):
        make_forecaster(slug, name="Ada Byron")

    errors = errors_after(admin, add_page("article"), TYPED)

    assert errors["authors"] == [
        "Several forecasters are called “Ada Byron”. Give the short name of the one you mean: ada-byron, ada-byron-paris."
    ]


def test_each_sentence_starts_a_prediction_with_its_words_as_the_quote(admin):
    article = make_article()
    page = admin.get(text_of(article))
    (paragraph,) = page.context["paragraphs"]

    form = admin.get(paragraph.sentences[1].url).context["adminform"].form

    assert form["quote"].value() == "Aid may stop at once."
    assert form["article"].value() == article.title
    assert form["holder"].value() == article.authors.get().slug


def test_ticked_sentences_become_one_quote_from_the_first_to_the_last(admin):
    article = make_article(text="One. Two is left out. Three.\n\nFour.")
    (first, *_, third), _ = (part.sentences for part in admin.get(text_of(article)).context["paragraphs"])

    response = admin.get(
        text_of(article), {"s": [f"{third.start}-{third.end}", f"{first.start}-{first.end}"], "log": ""}
    )

    assert urlsplit(response.url).path == add_page("prediction")
    assert admin.get(response.url).context["adminform"].form["quote"].value() == "One. Two is left out. Three."


@pytest.mark.parametrize("ticked", ["", "1", "a-b", "-1-3", "9" * 9 + "-1", "٣-٤"])
def test_ticking_nothing_says_what_to_do(admin, ticked):
    page = admin.get(text_of(make_article()), {"s": ticked, "log": ""})

    assert "Tick the first and the last sentence of the quote" in page.text


@pytest.mark.parametrize(
    "query", ["article=nonsense", "article=", "article={pk}&start=x&end=2", "article={pk}&start=5000&end=1"]
)
def test_an_address_that_names_nothing_opens_an_empty_quote(admin, query):
    form = admin.get(f"{add_page('prediction')}?{query.format(pk=make_article().pk)}").context["adminform"].form

    assert not form["quote"].value()


def test_what_is_logged_is_marked_where_it_is_quoted(admin):
    prediction = make_prediction(quote="Aid may stop at once.")
    make_prediction(statement="Something that is said nowhere.", quote="")

    page = admin.get(text_of(prediction.article))

    (paragraph,) = page.context["paragraphs"]
    assert [[one.prediction for one in sentence.logged] for sentence in paragraph.sentences] == [[], [prediction]]
    assert row_page(prediction) in page.text
    assert "without a quote from the text" in page.text


def test_the_next_claim_of_an_article_starts_with_the_topic_of_the_last(admin):
    prediction = make_prediction()

    form = admin.get(f"{add_page('prediction')}?article={prediction.article_id}").context["adminform"].form

    assert form["topic"].value() == prediction.topic.path


def test_an_article_without_text_is_logged_from_too(admin):
    page = admin.get(text_of(make_article(text="")))

    assert "Its text was not recorded" in page.text


def test_text_is_shown_as_text(admin):
    page = admin.get(text_of(make_article(text="<script>alert(1)</script> It stops.")))

    assert "<script>alert(1)</script>" not in page.text


def test_whoever_may_only_look_is_offered_nothing_to_log(db):
    make_world()
    reader = User.objects.create_user(username="reader", is_staff=True)
    article = make_article()
    browser = Client()
    browser.force_login(reader)
    assert browser.get(text_of(article)).status_code == 403

    reader.user_permissions.set(Permission.objects.filter(codename="view_article"))

    page = browser.get(text_of(article))
    assert "Aid may stop at once." in page.text
    assert "start=" not in page.text


def test_the_number_of_queries_does_not_grow_with_what_is_logged(admin, django_assert_max_num_queries):
    article = make_prediction().article
    for number in range(12):
        make_prediction(statement=f"Claim {number}.", quote="Aid may stop at once.", article=article)

    with django_assert_max_num_queries(8):
        admin.get(text_of(article))


def test_saving_a_prediction_leads_back_to_the_text_when_asked(admin):
    make_world()
    article = make_article()
    given = prediction_input(article, topic=make_prediction().topic_id, statement="Another.")

    response = admin.post(add_page("prediction"), {**given, "_totext": "1"})

    assert response.url == text_of(article)

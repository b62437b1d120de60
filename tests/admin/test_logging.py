"""From an article to a verdict, by hand, in the admin."""

import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from forecasts.models import (
    Article,
    Event,
    EventVersion,
    Forecast,
    Forecaster,
    Prediction,
    Resolution,
    RuleVersion,
    Topic,
)
from forecasts.services.forecasts import record_lexicon
from forecasts.services.sweeps import sweep
from tests.builders import (
    NOW,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_source,
    make_topic,
    make_world,
    rule_that_it_occurs,
)

from .pages import add_page, errors_after, event_input, prediction_input, row_page, step_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def load_lexicon() -> None:
    rows = [{"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": "Made up."}]
    record_lexicon(code="tiny", title="Tiny", source="Made up.", rows=rows, now=NOW)


def test_an_article_becomes_a_verdict(admin, editor):
    make_world()
    load_lexicon()
    source = make_source()
    assert (
        errors_after(admin, add_page("forecaster"), {"name": "Ada Byron", "slug": "ada-byron", "kind": "PERSON"}) == {}
    )
    assert (
        errors_after(admin, add_page("forecaster"), {"name": "The Example", "slug": "example", "kind": "OUTLET"}) == {}
    )
    assert errors_after(admin, add_page("topic"), {"path": "aid/military"}) == {}
    ada, outlet = Forecaster.objects.get(slug="ada-byron"), Forecaster.objects.get(slug="example")
    article_input = {
        "title": "After the vote", "canonical_url": "https://example.org/vote", "outlet": outlet.name, "authors": ada.name,
        "published_on": "2025-01-06", "text": "Aid is likely to be sent by March.",
    }  # fmt: skip
    assert errors_after(admin, add_page("article"), article_input) == {}
    article = Article.objects.get()
    said = {"quote": "Aid is likely to be sent", "probability": "", "phrase": "likely", "lexicon": "tiny"}
    given = prediction_input(article, topic=Topic.objects.get(path="aid/military").pk, **said)

    assert errors_after(admin, add_page("prediction"), given) == {}
    assert errors_after(admin, add_page("event"), event_input(source)) == {}
    done = sweep(now=timezone.now())
    page = admin.get(row_page(Prediction.objects.get()))

    assert done.changed == 1
    assert article.recorded_by == Prediction.objects.get().recorded_by == editor
    assert str(Forecast.objects.get().probability) == "0.7000"
    assert Resolution.objects.get().verdict == "YES"
    assert '<span class="badge badge-yes">Yes</span>' in page.text
    assert "The United States sends military aid" in page.text


def test_a_rule_of_fields_is_recorded_as_the_central_reading(admin):
    make_world()

    errors = errors_after(admin, add_page("prediction"), prediction_input(make_article(), topic=make_topic().pk))

    rule = RuleVersion.objects.get()
    assert errors == {}
    assert (rule.name, rule.variant, rule.version) == ("central", "CENTRAL", 1)
    assert rule.rule["consequent"]["occurs"]["window"]["end"] == "2025-03-01T00:00:00Z"


def test_authors_stay_in_the_order_of_the_byline(admin):
    zoe, ada, _ = (make_forecaster(slug) for slug in ("zoe-young", "ada-byron", "outlet"))
    given = {
        "title": "Two wrote it", "canonical_url": "https://example.org/two", "outlet": "outlet",
        "authors": "zoe-young, Ada Byron", "published_on": "2025-01-06", "published_time": "14:30",
    }  # fmt: skip

    assert errors_after(admin, add_page("article"), given) == {}

    article = Article.objects.get()
    assert list(article.authors.order_by("articleauthor__position")) == [zoe, ada]
    assert article.published_at == datetime(2025, 1, 6, 14, 30, tzinfo=UTC)
    assert article.published_precision == "INSTANT"


def test_saving_and_adding_another_keeps_article_holder_and_topic(admin):
    make_world()
    article, topic = make_article(), make_topic()

    response = admin.post(add_page("prediction"), {**prediction_input(article, topic=topic.pk), "_addanother": "1"})

    holder = article.authors.get()
    expected = f"?article={article.pk}&holder={holder.pk}&topic={topic.pk}&attribution=AUTHOR"
    assert response.url == add_page("prediction") + expected


def test_checking_a_rule_saves_nothing_and_shows_what_it_matches(admin):
    make_world()
    article, topic = make_article(), make_topic()
    assert errors_after(admin, add_page("event"), event_input(make_source())) == {}

    given = prediction_input(article, topic=topic.pk, title="", statement="", outcome="", probability="nonsense")
    page = admin.post(add_page("prediction"), {**given, "_dry_run": "1"})

    check = page.context["preview"].check
    assert check.status == "YES"
    (clause,) = check.clauses
    assert [version.title for version in clause.decisive] == ["The United States sends military aid"]
    assert page.context["adminform"].form.errors == {}
    assert not Prediction.objects.exists()


def test_checking_needs_a_rule(admin):
    page = admin.post(add_page("prediction"), {"_dry_run": "1"})

    assert page.context["adminform"].form.errors == {"then_kind": ["There is no rule to check yet."]}


def test_a_second_reading_stands_beside_the_central_one(admin):
    prediction = make_prediction()
    given = {
        "variant": "LENIENT", "then_kind": "occurs", "then_types": "AID", "then_last_day": "2025-06-30",
    }  # fmt: skip

    assert errors_after(admin, step_page(prediction, "reading"), given) == {}

    assert sorted(prediction.rules.values_list("name", flat=True)) == ["central", "lenient"]
    assert errors_after(admin, step_page(prediction, "reading"), given)["name"][0].startswith(
        "The reading lenient v1 has these criteria already."
    )


@pytest.mark.parametrize(
    ("permissions", "description", "beside"),
    [
        (["add_ruleversion"], "The deadline was misread.", "then_kind"),
        (["add_ruleversion", "add_resolution"], "", "description"),
        (["add_ruleversion", "add_resolution"], "The deadline was misread.", ""),
    ],
)
def test_known_criteria_are_changed_by_whoever_may_resolve_and_says_why(db, permissions, description, beside):
    prediction = make_prediction()
    make_event()
    clerk = User.objects.create_user(username="clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=[*permissions, "view_prediction"]))
    browser = Client()
    browser.force_login(clerk)
    given = {
        "variant": "CENTRAL", "then_kind": "occurs", "then_types": "AID", "then_last_day": "2025-06-30",
        "description": description,
    }  # fmt: skip

    errors = errors_after(browser, step_page(prediction, "reading"), given)

    assert list(errors) == ([beside] if beside else [])
    assert prediction.rules.count() == (1 if beside else 2)


def test_a_correction_is_a_new_version_that_starts_from_the_old_one(admin):
    make_world()
    assert (
        errors_after(admin, add_page("event"), event_input(make_source(), attributes="size = 2\nconfirmed = true"))
        == {}
    )
    event = Event.objects.get()
    form = admin.get(step_page(event, "correct")).context["adminform"].form
    given = {name: form.initial.get(name, "") for name in form.fields} | {
        "title": "Less aid is sent",
        "reason": "It was half.",
    }
    given = {name: value for name, value in given.items() if value is not None}

    assert errors_after(admin, step_page(event, "correct"), given) == {}

    old, new = event.versions.order_by("version")
    assert (new.version, new.title, new.reason) == (2, "Less aid is sent", "It was half.")
    assert new.attributes == old.attributes == {"size": 2, "confirmed": True}
    assert (new.occurred_from, new.occurred_until) == (old.occurred_from, old.occurred_until)


def test_a_correction_keeps_what_it_does_not_touch(admin):
    """Such as hours between which it happened, or lists among the attributes, which only programs give."""
    hours = {
        "occurred_from": datetime(2025, 2, 3, 9, tzinfo=UTC),
        "occurred_until": datetime(2025, 2, 4, 18, tzinfo=UTC),
    }
    told = {
        "known_at": datetime(2025, 2, 5, tzinfo=UTC),
        "precision": "RANGE",
        "attributes": {"n": "2", "who": ["a", "b"]},
    }
    event = make_event(**hours, **told).event
    form = admin.get(step_page(event, "correct")).context["adminform"].form
    given = {name: form[name].value() for name in form.fields} | {"topics": "aid", "reason": "Not only military."}
    given = {name: value for name, value in given.items() if value is not None}
    given |= {"occurred_on": "2025-02-03", "last_day": "2025-02-04", "known_at": "2025-02-05"}

    assert errors_after(admin, step_page(event, "correct"), given) == {}

    old, new = event.versions.order_by("version")
    assert new.topics == ["aid"]
    assert (new.occurred_from, new.occurred_until, new.attributes) == (
        old.occurred_from,
        old.occurred_until,
        old.attributes,
    )


def test_a_retracted_event_is_no_longer_corrected(admin):
    make_world()
    assert errors_after(admin, add_page("event"), event_input(make_source())) == {}
    event = Event.objects.get()

    assert errors_after(admin, step_page(event, "retract"), {"reason": "A hoax.", "known_at": "2025-02-10"}) == {}

    assert EventVersion.objects.get(version=2).status == "RETRACTED"
    assert admin.get(step_page(event, "correct")).status_code == 404


def test_words_fill_in_the_last_day_and_show_what_they_may_be(admin):
    make_world()
    given = prediction_input(make_article(), topic=make_topic().pk, deadline_basis="IMPLIED", deadline_words="soon")
    given["then_last_day"] = ""

    page = admin.get(add_page("prediction"))
    assert errors_after(admin, add_page("prediction"), given) == {}

    assert 'value="in the near future"' in page.text
    ends = {row.variant: row.rule["consequent"]["occurs"]["window"]["end"][:10] for row in RuleVersion.objects.all()}
    assert ends == {"CENTRAL": "2025-04-07", "EARLY": "2025-02-06", "LATE": "2026-01-07"}


def test_without_words_a_rule_needs_its_last_day(admin):
    make_world()
    given = prediction_input(make_article(), topic=make_topic().pk, then_last_day="")

    assert list(errors_after(admin, add_page("prediction"), given)) == ["then_last_day"]


def test_a_rule_as_json_may_leave_its_end_to_the_words(admin):
    rule = rule_that_it_occurs()
    del rule["consequent"]["occurs"]["window"]["end"]
    make_world()
    given = prediction_input(make_article(), topic=make_topic().pk, deadline_basis="IMPLIED", deadline_words="soon")
    by_hand = {name: value for name, value in given.items() if not name.startswith("then_")} | {
        "rule": json.dumps(rule)
    }

    tried = admin.post(add_page("prediction"), by_hand | {"_dry_run": "1"})

    assert "from publication until before 2025-04-07." in tried.text

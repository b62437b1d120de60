"""The first page and the lists: what they show, and at what price."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from forecasts.models import JobRun, Prediction
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_prediction, make_source, rule_that_it_occurs

from .pages import list_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LISTS = (
    "prediction",
    "event",
    "article",
    "forecast",
    "evaluation",
    "resolution",
    "score",
    "ruleversion",
    "source",
    "entity",
    "topic",
)


def settled(n: int) -> None:
    """So many decided predictions, each with its event, evaluation, resolution and scores."""
    for number in range(n):
        prediction = make_prediction(statement=f"Claim {number}.", title=f"Claim {number}")
        make_event(title=f"Aid {number}", external_id=f"aid-{number}")
        settle_prediction(prediction_id=prediction.pk, now=timezone.now())


@pytest.mark.parametrize("model", LISTS)
def test_a_longer_list_asks_no_more_of_the_database(admin, model, django_assert_max_num_queries):
    settled(4)

    with django_assert_max_num_queries(8):
        assert admin.get(list_page(model)).status_code == 200


def test_the_first_page_asks_little_of_the_database(admin, django_assert_max_num_queries):
    settled(3)
    make_prediction(rules=[], statement="Nobody wrote a rule for this.", title="Without a rule")

    with django_assert_max_num_queries(14):
        page = admin.get(reverse("admin:index"))

    assert "Without a rule" in page.text
    assert "It has no rule yet" in page.text


def test_the_first_page_leads_to_the_same_rows_as_its_counts(admin):
    make_prediction(rules=[], title="Without a rule", statement="One.")
    broken = make_prediction(title="Broken", statement="Two.")
    silent = make_prediction(title="Silent", statement="Three.", rule=rule_that_it_occurs(event_type="PROTEST"))
    settle_prediction(prediction_id=silent.pk, now=timezone.now())
    sure = make_prediction(title="Sure", statement="Four.")
    make_event()
    policy = {"dispute_window": "P2D"}
    soon = make_prediction(title="Soon", statement="Five.", rule=rule_that_it_occurs(policy=policy))
    for prediction in (sure, soon):
        settle_prediction(prediction_id=prediction.pk, now=timezone.now())

    failing = {"attempts": 5, "last_error": "RuleError: no such thing", "status": "OPEN", "review_reasons": []}
    Prediction.objects.filter(pk=broken.pk).update(**failing)

    work = admin.get(reverse("admin:index")).context["work"]

    found = {kind.title: sorted(row.title for row, _, _ in kind.rows) for kind in work}
    assert found == {
        "Waiting for a person": ["Silent", "Without a rule"],
        "Disputed": [],
        "Past its deadline, undecided": ["Broken", "Silent"],
        "Checks that fail": ["Broken"],
        "Final within three days": ["Soon"],
    }
    for kind in work:
        listed = admin.get(kind.url).context["cl"].result_list
        assert sorted(row.title for row in listed) == found[kind.title]


def test_a_source_without_recent_coverage_is_told(admin):
    fresh, stale = make_source(slug="fresh", name="Fresh"), make_source(slug="stale", name="Stale")
    cover(to=timezone.now() - timedelta(days=3), source=fresh, now=timezone.now())
    cover(to=NOW - timedelta(days=40), source=stale)

    shown = admin.get(reverse("admin:index")).context["stale_sources"]

    assert [source.name for source in shown] == ["Stale"]


def test_a_silent_source_is_told_with_its_last_event(admin):
    make_event(source=make_source(slug="papers", name="Papers"))
    make_source(slug="mute", name="Mute")

    page = admin.get(reverse("admin:index")).text

    assert "last event recorded 2025-06-01" in page
    assert "no event recorded yet" in page


def test_the_jobs_are_told_with_what_went_wrong(admin):
    JobRun.objects.create(name="sweep", first_run_at=NOW, started_at=NOW, n_runs=3, last_error="OSError: no disk")

    page = admin.get(reverse("admin:index")).text

    assert "OSError: no disk" in page
    assert '<details class="jobs" open>' in page


def test_predictions_are_found_by_words_verdict_and_holder(admin):
    settled(1)
    make_prediction(title="Open one", statement="Still open.", rule=rule_that_it_occurs(event_type="PROTEST"))

    def titles(query: str) -> list[str]:
        return [row.title for row in admin.get(f"{list_page('prediction')}?{query}").context["cl"].result_list]

    assert titles("q=still") == ["Open one"]
    assert titles("verdict__exact=YES") == ["Claim 0"]
    assert titles("q=Ada+Byron&status__exact=PROPOSED") == ["Claim 0"]


def test_pages_keep_to_the_content_security_policy(admin):
    """No inline script, style or handler: the policy would drop them."""
    settled(1)
    pages = [reverse("admin:index"), list_page("prediction"), reverse("admin:forecasts_prediction_add")]
    pages += [
        reverse("admin:forecasts_event_add"),
        reverse("admin:forecasts_prediction_change", args=[Prediction.objects.get().pk]),
    ]

    for address in pages:
        page = admin.get(address)
        assert "'unsafe-inline'" not in page["Content-Security-Policy"]
        assert " style=" not in page.text, address
        assert " onclick=" not in page.text, address
        assert "<style" not in page.text, address
        assert page.text.count("<script") == page.text.count("<script src=") + page.text.count("<script id="), address


def test_the_name_of_the_product_is_on_the_page(admin):
    assert '<a href="/admin/">Aftercast</a>' in admin.get(reverse("admin:index")).text

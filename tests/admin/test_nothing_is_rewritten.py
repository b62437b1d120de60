"""Not even a superuser changes or deletes what is recorded."""

import pytest
from django.apps import apps
from django.contrib import admin as site
from django.urls import reverse
from django.utils import timezone

from forecasts.models import Forecaster, Source, Topic
from forecasts.services.forecasts import record_lexicon
from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_milestone, record_observation
from forecasts.services.tokens import issue_token
from forecasts.services.webhooks import ping
from tests.builders import NOW, make_event, make_forecaster, make_prediction, make_source
from tests.everything import seal_something
from tests.hooks import make_webhook

from .pages import list_page, row_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

EDITABLE = {
    Forecaster: {"name", "description", "account"},
    Topic: {"label"},
    Source: {"name", "settlement_lag", "url", "citation"},
}
OURS = [model for model in site.site._registry if model._meta.app_label == "forecasts"]
names = [model._meta.model_name for model in OURS]


@pytest.fixture
def one_of_everything(editor) -> None:
    # Before anything is recorded: a feed does not give out what its own transaction has not committed.
    webhook = make_webhook()
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=timezone.now())
    record_lexicon(code="tiny", title="Tiny", source="Made up.", rows=[], now=NOW)
    record_milestone(key="a.day", label="A day", occurs_at=NOW, now=NOW)
    record_observation(source=make_source(), series="X", valid_on=NOW.date(), value=1, released_at=NOW, now=NOW)
    seal_something(now=timezone.now())
    issue_token(name="import", account=editor, scopes=["read"], now=NOW)
    ping(webhook=webhook, now=NOW)


def test_every_table_an_editor_asks_about_is_in_the_admin():
    seen_elsewhere = {
        "articleauthor",
        "change",
        "clustercell",
        "checkpoint",
        "coverage",
        "entitymembership",
        "eventkey",
        "eventmerge",
        "eventversion",
        "evidence",
        "jobrun",
        "judgement",
        "keptanswer",
        "ledgerentry",
        "ledgerhead",
        "ledgersalts",
        "levelcell",
        "lexiconentry",
        "posting",
        "predictioncounts",
        "redactedsalt",
        "redaction",
        "rulekey",
        "scope",
        "sealedcontent",
        "searchtext",
        "signingkey",
        "topicoutcomes",
        "upload",
        "uncounted",
        "unsealing",
        "witness",
    }
    everything = {model._meta.model_name for model in apps.get_app_config("forecasts").get_models()}

    assert set(names) == everything - seen_elsewhere


def test_no_row_is_deleted(admin, one_of_everything):
    for model in OURS:
        row, name = model._default_manager.first(), model._meta.model_name
        address = reverse(f"admin:forecasts_{name}_delete", args=[row.pk])
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}

        assert admin.get(address).status_code == 403, name
        assert admin.post(address, {"post": "yes"}).status_code == 403, name
        assert "delete_selected" not in admin.post(list_page(name), chosen, follow=True).text, name
        assert model._default_manager.filter(pk=row.pk).exists(), name


def test_no_record_is_changed(admin, one_of_everything):
    for model in [model for model in OURS if model not in EDITABLE]:
        row, name = model._default_manager.first(), model._meta.model_name
        before = model._default_manager.filter(pk=row.pk).values().get()

        page = admin.get(row_page(row))

        assert page.status_code == 200, name
        assert 'name="_save"' not in page.text, name
        assert admin.post(row_page(row), {"title": "Other", "name": "Other", "label": "Other"}).status_code == 403, name
        assert model._default_manager.filter(pk=row.pk).values().get() == before, name


def test_only_descriptions_can_be_changed(admin, one_of_everything):
    for model, fields in EDITABLE.items():
        page = admin.get(row_page(model._default_manager.first()))

        assert set(page.context["adminform"].form.fields) == fields


def test_a_description_is_changed_and_its_row_kept(admin):
    ada = make_forecaster()

    admin.post(row_page(ada), {"name": "Ada Lovelace", "description": "Wrote the first program.", "slug": "other"})

    ada.refresh_from_db()
    assert (ada.name, ada.slug) == ("Ada Lovelace", "ada-byron")


@pytest.mark.parametrize("model", ["resolution", "evaluation", "score", "lexicon", "ruleversion"])
def test_what_the_machine_writes_is_not_typed(admin, model):
    assert admin.get(reverse(f"admin:forecasts_{model}_add")).status_code == 403


def test_a_visitor_is_sent_to_the_login(client):
    prediction = make_prediction()
    for step in ("check", "verdict", "reopen", "reading"):
        response = client.post(reverse(f"admin:forecasts_prediction_{step}", args=[prediction.pk]))
        assert response.url.startswith("/admin/login/")


def test_staff_without_the_right_decide_nothing(client, django_user_model):
    clerk = django_user_model.objects.create_user(username="clerk", is_staff=True)
    client.force_login(clerk)
    prediction = make_prediction()

    for step in ("verdict", "reading"):
        assert client.post(reverse(f"admin:forecasts_prediction_{step}", args=[prediction.pk])).status_code == 403
    assert client.post(reverse("admin:forecasts_prediction_check", args=[prediction.pk])).status_code == 403
    assert client.get(reverse("admin:forecasts_prediction_add")).status_code == 403
    assert "Waiting for a person" not in client.get(reverse("admin:index")).text

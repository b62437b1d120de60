"""Filling the admin's forms as a browser would."""

from django.db.models import Model
from django.test import Client
from django.urls import reverse


def add_page(model: str) -> str:
    return reverse(f"admin:forecasts_{model}_add")


def list_page(model: str) -> str:
    return reverse(f"admin:forecasts_{model}_changelist")


def row_page(row: Model) -> str:
    return reverse(f"admin:forecasts_{row._meta.model_name}_change", args=[row.pk])


def step_page(row: Model, step: str) -> str:
    return reverse(f"admin:forecasts_{row._meta.model_name}_{step}", args=[row.pk])


def errors_after(client: Client, url: str, given: dict) -> dict[str, list[str]]:
    """The messages beside each field after posting; empty when the input was taken."""
    response = client.post(url, given)
    if response.status_code == 302:
        return {}
    return {name: list(found) for name, found in response.context["adminform"].form.errors.items()}


def prediction_input(article, **changes) -> dict[str, object]:
    """What an editor types to log a claim with a number and a rule made by fields."""
    given = {
        "article": article.pk,
        "holder": article.authors.get().pk,
        "attribution": "AUTHOR",
        "deadline_basis": "STATED",
        "topic": changes.pop("topic"),
        "title": "Aid is sent by March",
        "quote": "Aid may stop at once.",
        "statement": "The United States sends military aid before 1 March 2025.",
        "outcome": "military aid is sent before March",
        "probability": "0.7",
        "is_scored": "on",
        "then_kind": "occurs",
        "then_types": "AID",
        "then_topics": "aid/military",
        "then_actors": "USA.GOV",
        "then_last_day": "2025-02-28",
    }
    return {**given, **changes}


def event_input(source, **changes) -> dict[str, object]:
    """What an editor types to record an event that the rule above waits for."""
    given = {
        "source": source.pk,
        "title": "The United States sends military aid",
        "event_type": "AID",
        "occurred_on": "2025-02-03",
        "topics": "aid/military",
        "actors": "USA.GOV",
        "recipients": "UKR",
        "modality": "actual",
        "status": "ACTIVE",
        "evidence_urls": "https://one.example/aid\nhttps://two.example/aid",
    }
    return {**given, **changes}

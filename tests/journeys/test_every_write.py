"""Every way of writing through the API and the admin leaves one entry of the ledger for each transaction, over just its rows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
import yaml
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from forecasts.admin.recording import RecordAdmin
from forecasts.models import ApiToken, Article, Change, Entity, Event, LedgerEntry, Prediction, Sealed, Source, Webhook
from forecasts.selectors.ledger_checks import ledger_problems, strays
from forecasts.selectors.ledger_rows import leaves_noted, leaves_of
from forecasts.services.settlement import settle_prediction
from forecasts.services.tokens import issue_token
from forecasts.services.webhooks import ping
from tests.admin.pages import add_page, event_input, prediction_input, step_page
from tests.api.conftest import Program
from tests.api.examples import ROOT, Session
from tests.builders import judged_prediction, make_event, make_forecaster, make_prediction, make_world
from tests.hooks import make_webhook

WHY = "The ministry said so on the day."
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
# Writes that record nothing that is in the ledger, and why.
UNRECORDED = {
    "rules_check_create": "tries a rule out, and records nothing",
    "webhooks_create": "whom to tell is no record",
    "webhooks_ping_create": "a test message is no record",
    "webhooks_pause_create": "whom to tell is no record",
    "webhooks_resume_create": "whom to tell is no record",
    "webhooks_secret_create": "a secret is no record",
    "webhooks_deliveries_again_create": "a message sent again is no record",
}
# Files are recorded in parts, each a transaction of its own.
IN_PARTS = {"import_forecasts", "import_events"}


class Watch:
    """What was entered since it was asked last: the transactions that noted changes, and the entries over them."""

    def __init__(self) -> None:
        self.change, self.seq = self._last()

    @staticmethod
    def _last() -> tuple[int, int]:
        change = Change.objects.order_by("-id").values_list("id", flat=True).first()
        entry = LedgerEntry.objects.order_by("-seq").values_list("seq", flat=True).first()
        return change or 0, entry or 0

    def entered(self) -> int:
        """
        How many entries came.

        Raises:
            AssertionError: A transaction has none or two, or one that holds other rows than it wrote.
        """
        noted = list(Change.objects.filter(id__gt=self.change, row_key__isnull=False).order_by("id"))
        entries = list(LedgerEntry.objects.filter(seq__gt=self.seq).order_by("seq"))
        held = [(entry.era, entry.transaction_number) for entry in entries]
        if connection.vendor == "postgresql":
            assert sorted(held) == sorted({(one.era, one.transaction_number) for one in noted})
        for entry in entries:
            mine = [one for one in noted if entry.first_change <= one.id <= entry.last_change]
            mine = [one for one in mine if one.transaction_number == entry.transaction_number]
            wrote = leaves_noted((one.kind, one.action, one.row_key) for one in mine)
            assert leaves_of([entry])[entry.seq] == wrote
            assert entry.n_rows == len(wrote)
        covered = sum(entry.last_change - entry.first_change + 1 for entry in entries)
        assert connection.vendor == "postgresql" or covered == len(noted)
        assert strays() == []
        self.change, self.seq = self._last()
        return len(entries)


class Watched(Session):
    """The session of the examples, in which after each answer it is looked at what was entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch, self.entered = Watch(), {}

    def _note(self, name: str, **noted: Any) -> None:
        n_entries = self.watch.entered()
        if "request" in noted or name.endswith("create"):
            self.entered.setdefault(name, []).append(n_entries)
        super()._note(name, **noted)

    def _settle(self, *names: str) -> None:
        super()._settle(*names)
        self.watch.entered()


@pytest.mark.timeout(300)
def test_every_write_of_the_api_is_entered_once(committed):
    document = yaml.load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    writes = {one["post"]["operationId"] for one in document["paths"].values() if "post" in one}
    with time_machine.travel(NOW, tick=False) as travel:
        call_command("load_lexicons")
        editor = User.objects.create_user(username="editor")
        _, text = issue_token(name="editor", account=editor, scopes=[ApiToken.Scope.ADMIN], now=NOW)
        session = Watched(Program(text), travel=travel, document=document)
        session.run()

    assert set(session.entered) == writes, "an operation that writes has no example"
    counts = {name: set(found) for name, found in session.entered.items()}
    assert {name for name, found in counts.items() if found == {0}} == set(UNRECORDED)
    assert {name: found for name, found in counts.items() if found not in ({0}, {1}) and name not in IN_PARTS} == {}
    assert ledger_problems() == []


def routes_of_the_admin() -> set[tuple[str, str]]:
    """Each form of the admin that writes: of which model, and the step, which is `add` for a new row."""
    found = set()
    for model, owner in admin.site._registry.items():
        if model._meta.app_label == "forecasts":
            name = model._meta.model_name
            found |= {(name, "add")} if isinstance(owner, RecordAdmin) else set()
            found |= {(name, step.slug) for step in getattr(owner, "steps", ())}
    return found


def editing(browser: Client, *, webhook: Webhook) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """What an editor does, one form after the other: the model, the step, the row that it is of, and what they type."""
    yield "forecaster", "add", None, {"name": "Ada Byron", "slug": "ada-byron", "kind": "PERSON"}
    yield "topic", "add", None, {"path": "aid/military"}
    yield "entity", "add", None, {"path": "CHN", "label": "China"}
    yield "entity", "membership", Entity.objects.get(path="person.trump"), {"group": "USA.GOV"}
    yield "milestone", "add", None, {"key": "vote.2025", "label": "Vote", "occurs_at": "2025-01-01 00:00"}
    wire = {"name": "Wire", "slug": "wire", "kind": "CURATED", "tier": "A", "group": "wire", "settlement_days": "2"}
    yield "source", "add", None, wire
    source = Source.objects.get(slug="wire")
    yield "source", "coverage", source, {"complete_to": "2025-05-01 00:00"}
    value = {"source": "wire", "series": "S", "valid_on": "2025-01-01", "value": "1", "released_at": "2025-02-01 00:00"}
    yield "observation", "add", None, value
    make_forecaster("the-example", kind="OUTLET")
    text = {"authors": "ada-byron", "text": "Aid may stop at once.", "published_on": "2025-01-06"}
    address = "https://example.org/vote"
    yield "article", "add", None, {"title": "After", "canonical_url": address, "outlet": "the-example", **text}
    yield "prediction", "add", None, prediction_input(Article.objects.get(), topic="aid/military")
    prediction = Prediction.objects.get()
    said = {"prediction": prediction.pk, "forecaster": "ada-byron", "made_at": "2025-01-20 00:00", "probability": "0.6"}
    yield "forecast", "add", None, said
    rule = {"then_kind": "occurs", "then_types": "COERCE", "then_topics": "aid/military", "then_last_day": "2025-02-28"}
    yield "prediction", "reading", prediction, {"variant": "LENIENT", "description": "Or so.", **rule}
    yield "event", "add", None, event_input(source)
    event = Event.objects.get()
    yield "event", "evidence", event, {"url": "https://three.example/aid"}
    told = browser.get(step_page(event, "correct")).context["adminform"].form
    half = {name: value for name in told.fields if (value := told.initial.get(name)) is not None}
    yield "event", "correct", event, half | {"title": "Half of it", "reason": "It was half."}
    again = make_event(source=source, external_id="again").event
    yield "event", "merge", again, {"kept": event.pk, "reason": "The same, told again."}
    yield "event", "unmerge", again, {"reason": "Another one after all."}
    yield "event", "retract", again, {"reason": "It was not so.", "known_at": "2025-02-05"}
    asked = judged_prediction(holder=make_forecaster("bo-zell"))
    answer = {"answer": "YES", "reason": WHY, "known_at": "2025-02-20"}
    yield "prediction", "answer", asked, {"question": initial(browser, asked, "answer", "question"), **answer}
    open_one = make_prediction(statement="It rains.", rules=[], holder=make_forecaster("cy-moss"))
    yield "prediction", "verdict", open_one, {"verdict": "YES", "reason": WHY, "expected_number": "0"}
    settle_prediction(prediction_id=prediction.pk, now=timezone.now())
    number = initial(browser, prediction, "confirm", "expected_number")
    yield "prediction", "confirm", prediction, {"verdict": "YES", "reason": WHY, "expected_number": number}
    yield "prediction", "dispute", prediction, {"reason": WHY}
    yield "prediction", "reopen", open_one, {"reason": WHY}
    content = {"v": 1, "prediction": str(prediction.pk), "probability": "0.2"}
    sealing = {"forecaster": "ada-byron", "reveal_by": "2035-01-01 00:00", "content": json.dumps(content)}
    yield "sealed", "add", None, sealing
    yield "sealed", "reveal", Sealed.objects.get(), {}
    yield "apitoken", "add", None, {"name": "import", "account": "editor", "scopes": "read"}
    yield "delivery", "again", ping(webhook=webhook, now=timezone.now()), {}
    yield "webhook", "disable", webhook, {"reason": "It answers no more."}
    yield "webhook", "resume", webhook, {}


def initial(browser: Client, row: Any, step: str, name: str) -> Any:
    """What a field of a form offers: its first value, or its first choice."""
    field = browser.get(step_page(row, step)).context["adminform"].form[name]
    choices = [key for key, _ in getattr(field.field, "choices", ()) if key]
    return str(choices[0]) if choices else field.initial


@pytest.mark.timeout(300)
def test_every_write_of_the_admin_is_entered_once(committed):
    User.objects.create_superuser("editor")
    browser = Client()
    browser.force_login(User.objects.get())
    # Before anything is recorded: somebody else's transaction may hold the feed back.
    webhook = make_webhook()
    make_world()

    entered = {}
    for model, step, row, typed in editing(browser, webhook=webhook):
        watch = Watch()
        answer = browser.post(step_page(row, step) if row else add_page(model), typed)
        # A token is shown on the page that issues it.
        assert answer.status_code == (200 if model == "apitoken" else 302), (model, step, answer.context["errors"])
        entered[model, step] = watch.entered()

    assert set(entered) == routes_of_the_admin(), "a form that writes is not tried here"
    unrecorded = {("apitoken", "add"), ("delivery", "again"), ("webhook", "disable"), ("webhook", "resume")}
    assert {route for route, n_entries in entered.items() if n_entries == 0} == unrecorded
    assert {route: n_entries for route, n_entries in entered.items() if n_entries > 1} == {}
    assert ledger_problems() == []

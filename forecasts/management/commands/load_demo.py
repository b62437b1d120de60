"""Load an article with its predictions, and what happened afterwards, through the services that everybody uses."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from forecasts.models import Entity, Forecaster, Source, Topic
from forecasts.services.articles import record_article, record_forecaster, record_topic
from forecasts.services.events import EventDraft, Report, correct_event, day, record_event
from forecasts.services.forecasts import wording
from forecasts.services.intake import RuleDraft, log_prediction
from forecasts.services.predictions import ClaimDraft
from forecasts.services.sources import (
    record_coverage,
    record_entity,
    record_membership,
    record_milestone,
    record_observation,
    record_source,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "demo"
KIEL = {
    "slug": "kiel-ukraine-support-tracker",
    "name": "Ukraine Support Tracker",
    "kind": Source.Kind.SERIES,
    "tier": "B",
    "group": "kiel",
    "url": "https://www.kielinstitut.de/topics/war-against-ukraine/ukraine-support-tracker/",
    "citation": "Kiel Institute for the World Economy, Ukraine Support Tracker, Release 29, US military allocations by month; "
    "months without an allocation have no row there and are recorded as zero up to April 2026.",
}
SERIES, RELEASED_AT = "KIEL:USA.military.eur_bn", datetime(2026, 8, 4, tzinfo=UTC)


class Command(BaseCommand):
    help = "Load the demonstration: an article of September 2024, its 26 predictions and 56 later events."

    def handle(self, *args, **options) -> None:
        now = timezone.now()
        call_command("load_lexicons", stdout=self.stdout)
        with transaction.atomic():
            self.load_world(read("events.json"), now=now)
            self.load_claims(read("article.json"), now=now)
            self.load_events(read("events.json"), now=now)
            self.load_series(now=now)

    def load_world(self, data: dict, *, now: datetime) -> None:
        for entity in data["entities"]:
            record_entity(**entity)
        known = {entity.path: entity for entity in Entity.objects.all()}
        for edge in data["memberships"]:
            moments = {name: datetime.fromisoformat(edge[name]) for name in ("starts_at", "ends_at") if name in edge}
            record_membership(member=known[edge["member"]], group=known[edge["group"]], now=now, **moments)
        for milestone in data["milestones"]:
            record_milestone(**{**milestone, "occurs_at": datetime.fromisoformat(milestone["occurs_at"])}, now=now)

    def load_claims(self, data: dict, *, now: datetime) -> None:
        for forecaster in data["forecasters"]:
            record_forecaster(**forecaster, now=now)
        for topic in data["topics"]:
            record_topic(**topic)
        people = {forecaster.slug: forecaster for forecaster in Forecaster.objects.all()}
        fields = dict(data["article"])
        published_at, _ = day(date.fromisoformat(fields.pop("published_on")))
        fields |= {"outlet": people[fields["outlet"]], "authors": [people[slug] for slug in fields["authors"]]}
        article, _ = record_article(**fields, published_at=published_at, now=now)
        added = sum(
            self.load_claim(dict(claim), article=article, people=people, now=now) for claim in data["predictions"]
        )
        self.stdout.write(f"{added} of {len(data['predictions'])} predictions are new")

    def load_claim(self, claim: dict, *, article, people: dict[str, Forecaster], now: datetime) -> bool:
        del claim["external_id"]
        words, rules, is_scored = claim.pop("wording"), claim.pop("rules"), claim.pop("is_scored")
        claim |= {"holder": people[claim["holder"]], "topic": Topic.objects.get(path=claim["topic"])}
        _, is_new = log_prediction(
            claim=ClaimDraft(article=article, **claim),
            is_scored=is_scored,
            wording=wording(**words) if words else None,
            rules=[RuleDraft(**rule) for rule in rules],
            now=now,
        )
        return is_new

    def load_events(self, data: dict, *, now: datetime) -> None:
        details = dict(data["source"])
        lag = timedelta(days=details.pop("settlement_lag_days"))
        complete_to = datetime.fromisoformat(details.pop("complete_to"))
        source = record_source(**details, settlement_lag=lag, now=now)
        added = sum(self.load_event(event, source=source, now=now) for event in data["events"])
        record_coverage(source=source, complete_to=complete_to, note="Research ended here.", now=now)
        self.stdout.write(f"{added} of {len(data['events'])} events are new")

    def load_event(self, event: dict, *, source: Source, now: datetime) -> bool:
        first, *later = event["versions"]
        reports = tuple(Report(**report) for report in event["evidence"])
        version, is_new = record_event(
            source=source, draft=draft_of_row(first), reports=reports, external_id=event["external_id"], now=now
        )
        if is_new:
            for correction in later:
                correct_event(event=version.event, draft=draft_of_row(correction), reason=correction["reason"], now=now)
        return is_new

    def load_series(self, *, now: datetime) -> None:
        source = record_source(**KIEL, settlement_lag=timedelta(days=75), now=now)
        with (DATA / "kiel_usa_military.csv").open(newline="", encoding="utf-8") as table:
            for row in csv.DictReader(table):
                record_observation(
                    source=source,
                    series=SERIES,
                    valid_on=date.fromisoformat(row["month"]),
                    value=Decimal(row["eur_bn"]),
                    unit="billion EUR",
                    released_at=RELEASED_AT,
                    now=now,
                )


def read(name: str) -> dict:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def draft_of_row(version: dict) -> EventDraft:
    """An event version of the file, with its days as intervals."""
    fields = {
        name: value
        for name, value in version.items()
        if name not in ("occurred_on", "occurred_until", "known_on", "reason")
    }
    fields |= {
        name: tuple(fields[name]) for name in ("modes", "contexts", "topics", "actors", "recipients") if name in fields
    }
    until = version.get("occurred_until")
    start, end = day(date.fromisoformat(version["occurred_on"]), until=date.fromisoformat(until) if until else None)
    known_at, _ = day(date.fromisoformat(version["known_on"]))
    precision = "RANGE" if until else "DAY"
    return EventDraft(occurred_from=start, occurred_until=end, known_at=known_at, precision=precision, **fields)

"""A small world for the ledger of facts: a handful of predictions, and the same facts kept apart from the database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from forecasts.models import Event, Prediction
from forecasts.rules import Knowledge, Occurrence, SeriesValue, Status, evaluate, parse_rule
from forecasts.services.events import EventDraft
from tests.builders import PUBLISHED, make_prediction

LAG = timedelta(days=3)
TICK = timedelta(microseconds=1)
MILESTONE = "us.inauguration.2025"
SERIES = "EIA:RBRTE.D"
FIRST_DAY = datetime(2025, 1, 7, tzinfo=UTC)
END = "2025-02-15T00:00:00Z"
OPEN = (Status.OPEN, Status.OPEN_CONDITION, Status.OPEN_CONSEQUENT)


def _occurs(event_type, *, start="publication", offset="P0D", end=END, **more):
    pattern = {"type": [event_type], "actor": ["USA.GOV"]}
    window = {"start": {"anchor": start, "offset": offset}, "end": end}
    return {"pattern": pattern, "window": window, **more}


def rules():
    """One rule for each way in which a verdict can come about or be undone."""
    won = {"type": ["x-election-result"], "recipient": ["person.trump"]}
    lost = {"type": ["x-election-result"], "recipient": ["person.harris"]}
    start = {"start": {"anchor": "publication"}, "end": END}
    month = {"anchor": "condition", "offset": "P20D"}
    sanction = {"type": ["SANCTION"], "actor": ["USA.GOV"]}
    lasting = [{"kind": "not_followed_by", "pattern": sanction, "within": "P10D", "same": ["actors"]}]
    dear = {"series": SERIES, "window": start, "op": ">=", "value": 80, "consecutive": 2, "max_gap": "P60D"}
    formulas = {
        "aid": {"consequent": {"occurs": _occurs("AID")}},
        "no sanction": {"consequent": {"never": _occurs("SANCTION")}},
        "if won": {
            "condition": {"occurs": {"pattern": won, "window": start, "refuted_by": lost}},
            "consequent": {"occurs": _occurs("AID", start="condition", end=month)},
        },
        "lasting": {"consequent": {"occurs": _occurs("AID", guards=lasting)}, "policy": {"auto_final": "tier_a"}},
        "two, or sanctions": {
            "consequent": {"any": [
                {"count": _occurs("AID", op=">=", n=2)},
                {"all": [{"occurs": _occurs("SANCTION")}, {"never": _occurs("AID", start=f"calendar:{MILESTONE}")}]},
            ]}
        },
        "dear": {"consequent": {"series": dear}},
        "flowing": {"consequent": {"state": {
            "initiates": {"type": ["AID"]}, "terminates": {"type": ["SANCTION"]}, "initial": False, "at": END,
        }}},
    }  # fmt: skip
    return {name: {"rrl": "1", **formula} for name, formula in formulas.items()}


def make_predictions() -> dict[str, Prediction]:
    """Record one prediction for each rule."""
    return {
        name: make_prediction(
            rule=rule, statement=f"It comes about: {name}.", condition="Trump wins" if "condition" in rule else "",
            now=PUBLISHED,
        )
        for name, rule in rules().items()
    }  # fmt: skip


@dataclass
class Facts:
    """All that was told so far, in plain Python; nothing here is read from the database."""

    versions: dict[Event, list[EventDraft]] = field(default_factory=dict)
    values: dict[datetime, float] = field(default_factory=dict)
    milestone: datetime = FIRST_DAY
    complete_to: datetime | None = None

    def verdict(self, name: str, *, now: datetime) -> str:
        """Return what a rule comes to on these facts, empty while it is open."""
        status = evaluate(parse_rule(rules()[name]), self.knowledge(now=now)).status
        return "" if status in OPEN else status.value

    def knowledge(self, *, now: datetime) -> Knowledge:
        newest = {event: drafts[-1] for event, drafts in self.versions.items()}
        held = {event: draft for event, draft in newest.items() if draft.status != "RETRACTED"}
        return Knowledge(
            as_of=now,
            publication=PUBLISHED,
            occurrences=tuple(_occurrence(event, draft) for event, draft in held.items()),
            observations=tuple(
                SeriesValue(id=f"v{number}", series=SERIES, valid_on=on, value=value, released_at=on)
                for number, (on, value) in enumerate(self.values.items())
            ),
            complete_to={} if self.complete_to is None else {"wire": min(self.complete_to, now - LAG)},
            milestones={MILESTONE: self.milestone},
        )


def _occurrence(event: Event, draft: EventDraft) -> Occurrence:
    is_instant = draft.occurred_from == draft.occurred_until
    return Occurrence(
        id=str(event.pk), title=draft.title, earliest=draft.occurred_from,
        latest=draft.occurred_until - (timedelta(0) if is_instant else TICK),
        event_type=draft.event_type, action_code=draft.action_code or None, topics=draft.topics, actors=draft.actors,
        recipients=draft.recipients, tier=draft.tier, contested=draft.status == "CONTESTED", known_at=draft.known_at,
    )  # fmt: skip


def later(draft: EventDraft, *, now: datetime, **changes) -> EventDraft:
    """Return the next version of a draft, known now."""
    return replace(draft, known_at=now, **changes)

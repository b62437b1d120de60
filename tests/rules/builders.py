"""Short ways to write facts in tests."""

from datetime import UTC, datetime, timedelta

from forecasts.rules.evaluation import evaluate
from forecasts.rules.facts import Knowledge, Occurrence
from forecasts.rules.parsing import parse_rule

END_OF_DAY = timedelta(days=1, microseconds=-1)
PUBLICATION = datetime(2024, 9, 5, tzinfo=UTC)


def at(text):
    """An instant: "2025-01-20" is midnight UTC."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def make_event(when, *, until=None, **fields):
    """An event at an instant, or between two."""
    earliest = at(when)
    values = {
        "id": f"e-{when}",
        "title": "An event",
        "earliest": earliest,
        "latest": at(until) if until else earliest,
        "event_type": "AID",
        "tier": "A",
        "known_at": earliest,
    }
    return Occurrence(**(values | fields))


def make_day(day, **fields):
    """An event known only by its day."""
    event = make_event(day, **fields)
    return make_event(day, until=(event.earliest + END_OF_DAY).isoformat(), **fields)


def make_knowledge(as_of, *occurrences, **fields):
    """Knowledge with the wire complete up to two days before, unless said otherwise."""
    values = {
        "as_of": at(as_of),
        "publication": PUBLICATION,
        "occurrences": occurrences,
        "complete_to": {"wire": at(as_of) - timedelta(days=2)},
    }
    return Knowledge(**(values | fields))


def make_rule(consequent, condition=None, **policy):
    """A parsed rule from its formulas."""
    return parse_rule({"rrl": "1", "consequent": consequent, "condition": condition, "policy": policy})


def window(start, end):
    """A window between two midnights."""
    return {"start": at(start).isoformat(), "end": at(end).isoformat()}


def occurs(start="2025-01-01", end="2025-02-01", **pattern):
    """An `occurs` formula for aid in a window."""
    return {"occurs": {"pattern": {"type": ["AID"]} | pattern, "window": window(start, end)}}


def outcome_of(formula, knowledge, **policy):
    """The outcome of a rule without condition."""
    return evaluate(make_rule(formula, **policy), knowledge)

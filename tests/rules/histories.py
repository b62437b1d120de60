"""Random histories: what happened, how exactly it was known when, and how far sources reached."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from forecasts.rules.facts import Knowledge, Membership, Occurrence, SeriesValue

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LAST_DAY = 60
MOST_LATE = 4
# An event is announced up to three days before it happens; widened dates reach back by at most four more.
LAG = MOST_LATE + 3 + 4
# Where much begins, ends and happens, so that dates fall on either side of the edges of windows.
EDGES = (10, 20, 45)
BESIDE_EDGES = tuple(edge + by for edge in EDGES for by in (-1, 0, 1))
OFFSETS = (-11, -4, -2, -1, 1, 2, 4, 6, 9, 11, 29, 31)
DELAYS = (0, 3, 10, 25, 45, 60, 80)
# Until then sources reach back to nothing that any event or window could lie in.
UNDATED_TO = 3
GROUPS = {"wire": LAG, "official": LAG + 6}
TYPES = ("AID", "SANCTION")
ELECTION, MILESTONE = "x-election-result", "us.inauguration.2025"
WINNER, LOSER = "person.one", "person.two"
CODES = ("072", "1622", "1621")
ACTORS = ("USA.GOV.DOD", "USA.GOV.POTUS", "person.one", "RUS.MIL")
TOPICS = ("aid/military", "aid/economic", "peace")
MEMBERSHIPS = (
    Membership("person.one", "USA.GOV.POTUS", START + 20 * DAY, START + 40 * DAY),
    Membership("USA", "grp.NATO"),
)


def day(number):
    return START + number * DAY


@dataclass(frozen=True)
class History:
    """Events in versions, released values, and what a person answers from some day on."""

    events: tuple[tuple[Occurrence, ...], ...]
    values: tuple[SeriesValue, ...]
    answered_on: int | None
    answer: bool

    def __str__(self):
        lines = [str(version) for versions in self.events for version in versions]
        values = ", ".join(f"{one.valid_on:%m-%d}: {one.value}" for one in self.values)
        return "\n".join([*lines, values, f"answered on day {self.answered_on}: {self.answer}"])


def happening_days(others):
    """Any day, one beside the edge of a window, or one that an offset from another event leads to."""
    led_to = sorted({other + offset for other in others for offset in OFFSETS if 0 <= other + offset <= LAST_DAY})
    return st.one_of(st.integers(0, LAST_DAY), *(st.sampled_from(days) for days in (BESIDE_EDGES, led_to) if days))


def fitting(values, prefixes):
    """Those of the values that one of the prefixes covers; all where a pattern asks for none of them."""
    return [value for value in values if not prefixes or value.startswith(tuple(prefixes))] or list(values)


@st.composite
def truths(draw, number, *, pattern, others, days):
    """What truly happened, mostly what a pattern asks for, and the day of it: one of `days` where those are given."""
    # Sources that are complete keep no event from before back, and one without a date may be from before.
    is_dated = bool(days) or draw(st.integers(0, 5)) < 5
    late = draw(st.integers(0, MOST_LATE)) if is_dated else 0
    free = happening_days(others) if is_dated else st.integers(0, UNDATED_TO)
    on = draw(st.sampled_from(days) if days else free)
    happened = day(on) + draw(st.sampled_from([timedelta(0), timedelta(hours=12)]))
    announced, effective = (happened + draw(st.integers(*days)) * DAY for days in ((-3, 0), (0, 20)))
    event_type = draw(st.sampled_from(pattern.get("type") or TYPES))
    return on, is_dated, Occurrence(
        id=f"e{number}", title="", earliest=happened, latest=happened, event_type=event_type,
        action_code=draw(st.sampled_from(fitting(CODES, pattern.get("code")))),
        recipients=(WINNER,) if event_type == ELECTION else (),
        actors=(draw(st.sampled_from(fitting(ACTORS, pattern.get("actor")))),),
        topics=(draw(st.sampled_from(fitting(TOPICS, pattern.get("topic_any")))),),
        announced=(announced, announced) if is_dated or draw(st.booleans()) else None,
        effective=(effective, effective) if is_dated or draw(st.booleans()) else None,
        attributes={"usd": draw(amounts())}, tier=draw(st.sampled_from("AAABCD")),
        known_at=happened + late * DAY,
    )  # fmt: skip


@st.composite
def events(draw, number, *, pattern, others=(), days=()):
    """The day on which something happened, and the versions in which it became known, ever more exact."""
    on, is_dated, true = draw(truths(number, pattern=pattern, others=others, days=days))
    versions = [true]
    for _ in range(draw(st.integers(0, 2))):
        versions.insert(0, draw(coarser(versions[0], is_dated=is_dated)))
    delays = sorted(draw(st.lists(st.sampled_from(DELAYS), min_size=3, max_size=3)))
    return on, tuple(
        replace(version, known_at=true.known_at + (delay if index else 0) * DAY)
        for index, (version, delay) in enumerate(zip(versions, delays, strict=False))
    )


@st.composite
def amounts(draw):
    """What truly is on record: a number, or a range that nobody will ever narrow."""
    low = draw(st.integers(0, 10))
    between = {"low": low, "high": low + draw(st.integers(0, 2)), "unit": draw(st.sampled_from(["usd", "eur"]))}
    return draw(st.sampled_from([low, between]))


@st.composite
def vaguer(draw, amount):
    """A range around an amount, its unit perhaps left out."""
    low, high = (amount["low"], amount["high"]) if isinstance(amount, dict) else (amount, amount)
    unit = {"unit": amount["unit"]} if isinstance(amount, dict) and "unit" in amount and draw(st.booleans()) else {}
    return {"low": low - draw(st.integers(0, 2)), "high": high + draw(st.integers(0, 3))} | unit


def wider(draw, bounds):
    return bounds and (bounds[0] - draw(st.integers(0, 2)) * DAY, bounds[1] + draw(st.integers(0, 2)) * DAY)


@st.composite
def coarser(draw, event, *, is_dated):
    """A version that says less: wider dates, shallower codes, fields left out, a weaker or disputed report."""
    actor, code, topic = event.actors, event.action_code, event.topics
    earliest, latest = wider(draw, (event.earliest, event.latest))
    usd = {name: draw(vaguer(amount)) for name, amount in event.attributes.items()}
    return replace(
        event,
        earliest=earliest,
        latest=latest,
        announced=wider(draw, event.announced) if is_dated or draw(st.booleans()) else None,
        effective=wider(draw, event.effective) if is_dated or draw(st.booleans()) else None,
        actors=draw(st.sampled_from([actor, tuple(a.rpartition(".")[0] or a for a in actor), ()])),
        recipients=draw(st.sampled_from([event.recipients, ()])),
        action_code=draw(st.sampled_from([code, code and (code[:-1] or None), None])),
        topics=draw(st.sampled_from([topic, tuple(t.partition("/")[0] for t in topic), ()])),
        attributes=draw(st.sampled_from([event.attributes, usd, {}])),
        tier=draw(st.sampled_from([event.tier, event.tier, "D"])),
        contested=event.contested or draw(st.integers(0, 3)) == 3,
    )


@st.composite
def prices(draw):
    """Daily values, each released two days later; a few of them over and over, and some days without."""
    some = draw(st.lists(st.integers(0, 9), min_size=1, max_size=7))
    values = (some * LAST_DAY)[:LAST_DAY]
    missing = draw(st.sets(st.integers(0, LAST_DAY), max_size=3))
    return tuple(
        SeriesValue(
            id=f"p{number}", series="PRICE", valid_on=day(number), value=value,
            released_at=day(number + 2),
        )
        for number, value in enumerate(values)
        if number not in missing
    )  # fmt: skip


@st.composite
def histories(draw, *, patterns=(), first=()):
    """What happened, much of it of the kinds that patterns ask for; some of it may be drawn already, with its days."""
    days, drawn = [on for on, _ in first], [versions for _, versions in first]
    for number in range(len(first), draw(st.integers(max(len(first), 1), 6))):
        on, versions = draw(events(number, pattern=draw(st.sampled_from([{}, *patterns])), others=days))
        days.append(on)
        drawn.append(versions)
    return History(
        events=tuple(drawn),
        values=draw(prices()),
        answered_on=draw(st.sampled_from([None, 5, 25, 45])),
        answer=draw(st.booleans()),
    )


class Answers(dict):
    """The same answer to every question."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def get(self, key, default=None):
        return self.answer


def coverage_on(number):
    """How far each group of sources is complete by a day."""
    return {group: day(number - lag) for group, lag in GROUPS.items()}


def known_on(number, *, history):
    """What was known on a day. Coverage lags behind by at least how late an event can come in."""
    as_of = day(number)
    newest = [[version for version in versions if version.known_at <= as_of][-1:] for versions in history.events]
    is_answered = history.answered_on is not None and number >= history.answered_on
    return Knowledge(
        as_of=as_of,
        publication=START,
        occurrences=tuple(version for versions in newest for version in versions),
        observations=tuple(value for value in history.values if value.released_at <= as_of),
        complete_to=coverage_on(number),
        milestones={MILESTONE: day(15)},
        memberships=MEMBERSHIPS,
        judgements=Answers(history.answer) if is_answered else {},
    )

"""Random rules and random histories: what happened, how exactly it was known when, and coverage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from forecasts.rules.facts import Knowledge, Membership, Occurrence, SeriesValue
from forecasts.rules.parsing import parse_rule

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LAST_DAY = 60
MOST_LATE = 4
TYPES = ("AID", "SANCTION")
RIVAL = "x-election-result"
CODES = ("072", "1622", "1621")
ACTORS = ("USA.GOV.DOD", "USA.GOV.POTUS", "person.one", "RUS.MIL")
TOPICS = ("aid/military", "aid/economic", "peace")
MEMBERSHIPS = (
    Membership("person.one", "USA.GOV.POTUS", START + 20 * DAY, START + 40 * DAY),
    Membership("USA", "grp.NATO"),
)


def day(number):
    return START + number * DAY


def patterns():
    """A type with one more criterion, or none, at a random depth."""
    types = st.sampled_from([["AID"], ["SANCTION"], ["AID", "SANCTION"]])
    more = st.one_of(
        st.just({}),
        st.sampled_from([["07"], ["162"], ["1622"], ["072", "1621"]]).map(lambda code: {"code": code}),
        st.sampled_from([["USA"], ["USA.GOV"], ["USA.GOV.POTUS"], ["grp.NATO"]]).map(lambda who: {"actor": who}),
        st.sampled_from([["aid"], ["aid/military"], ["peace"]]).map(lambda topic: {"topic_any": topic}),
        st.just({"where": [{"attr": "usd", "op": ">=", "value": 5}]}),
    )
    return st.builds(lambda kind, extra: {"type": kind} | extra, types, more)


def guards():
    return st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["followed_by", "not_followed_by", "preceded_by", "not_preceded_by"]),
            "pattern": patterns(),
            "within": st.sampled_from(["P3D", "P10D"]),
        },
        optional={"same": st.sampled_from([["actors"], ["topics"]])},
    )


def times(anchors, *, days, offsets):
    fixed = st.integers(*days).map(lambda number: day(number).isoformat())
    anchored = st.fixed_dictionaries({"anchor": st.sampled_from(anchors), "offset": st.sampled_from(offsets)})
    simple = st.one_of(fixed, anchored)
    several = st.lists(simple, min_size=1, max_size=2)
    return st.one_of(simple, several.map(lambda times: {"max": times}), several.map(lambda times: {"min": times}))


def windows(anchors):
    """Mostly windows that end after they begin; anchors may turn some round."""
    start = times(anchors, days=(0, 20), offsets=["P0D", "P5D"])
    end = times(anchors, days=(20, 55), offsets=["P10D", "P30D"])
    return st.fixed_dictionaries({"start": start, "end": end})


def clauses(anchors):
    """One clause of any kind whose truth comes from events or values."""
    some_guards = st.lists(guards(), max_size=1)
    matches = {"pattern": patterns(), "window": windows(anchors), "guards": some_guards}
    rival = {"refuted_by": st.just({"type": [RIVAL]})}
    occurs = st.fixed_dictionaries(matches, optional=rival)
    count = st.fixed_dictionaries(
        matches | {"op": st.sampled_from([">=", ">", "<=", "<", "=="]), "n": st.integers(0, 3)},
        optional=rival,
    )
    total = st.fixed_dictionaries(matches | {"attr": st.just("usd"), "value": st.integers(1, 20)})
    state = st.fixed_dictionaries(
        {
            "initiates": patterns(),
            "terminates": patterns(),
            "at": times(anchors, days=(10, 50), offsets=["P5D", "P30D"]),
        },
        optional={"initial": st.booleans()},
    )
    series = st.fixed_dictionaries(
        {
            "series": st.just("PRICE"),
            "window": windows(anchors),
            "op": st.just(">="),
            "value": st.just(5),
            "consecutive": st.integers(1, 3),
        }
    )
    kinds = {
        "occurs": occurs, "never": occurs, "count": count, "sum": total, "state": state,
        "series": series,
    }  # fmt: skip
    return st.one_of(*(bodies.map(lambda body, k=k: {k: body}) for k, bodies in kinds.items()))


def formulas(anchors):
    leaf = clauses(anchors)
    several = st.lists(leaf, min_size=1, max_size=3)
    return st.one_of(
        leaf,
        several.map(lambda parts: {"all": parts}),
        several.map(lambda parts: {"any": parts}),
        leaf.map(lambda part: {"not": part}),
    )


@st.composite
def rules(draw):
    """A rule; its consequent may count from the condition or from a clause beside it."""
    first = draw(formulas(["publication"]))
    if draw(st.booleans()):
        consequent = draw(formulas(["publication", "condition"]))
        raw = {"rrl": "1", "condition": first, "consequent": consequent}
    else:
        second = draw(formulas(["publication", "clause:first"]))
        raw = {"rrl": "1", "consequent": {"any": [first | {"id": "first"}, second]}}
    return parse_rule(raw | {"policy": {"grace": draw(st.sampled_from(["P0D", "P2D"]))}})


@st.composite
def events(draw, number, types):
    """What truly happened, and the versions in which it became known, ever more exact."""
    happened = day(draw(st.integers(0, LAST_DAY))) + draw(st.sampled_from([timedelta(0), timedelta(hours=12)]))
    code = draw(st.sampled_from(CODES))
    true = Occurrence(
        id=f"e{number}", title="", earliest=happened, latest=happened,
        event_type=draw(st.sampled_from(types)), action_code=code,
        actors=(draw(st.sampled_from(ACTORS)),), topics=(draw(st.sampled_from(TOPICS)),),
        attributes={"usd": draw(st.integers(0, 10))}, tier="A",
        known_at=happened + draw(st.integers(0, MOST_LATE)) * DAY,
    )  # fmt: skip
    versions = [true]
    for _ in range(draw(st.integers(0, 2))):
        versions.insert(0, draw(coarser(versions[0])))
    delays = sorted(draw(st.lists(st.integers(0, 60), min_size=3, max_size=3)))
    return tuple(
        replace(version, known_at=true.known_at + (delay if index else 0) * DAY)
        for index, (version, delay) in enumerate(zip(versions, delays, strict=False))
    )


@st.composite
def coarser(draw, event):
    """A version that says less: wider dates, shallower codes, fields left out, a weaker source."""
    actor, code, topic = event.actors, event.action_code, event.topics
    return replace(
        event,
        earliest=event.earliest - draw(st.integers(0, 2)) * DAY,
        latest=event.latest + draw(st.integers(0, 2)) * DAY,
        actors=draw(st.sampled_from([actor, tuple(a.rpartition(".")[0] or a for a in actor), ()])),
        action_code=draw(st.sampled_from([code, code and (code[:-1] or None), None])),
        topics=draw(st.sampled_from([topic, tuple(t.partition("/")[0] for t in topic), ()])),
        attributes=draw(st.sampled_from([event.attributes, {}])),
        tier=draw(st.sampled_from([event.tier, "D"])),
        contested=draw(st.booleans()) and event.contested,
    )


@st.composite
def histories(draw):
    """Events in versions. Rivals only where nothing else happens, for outcomes exclude each other."""
    types = draw(st.sampled_from([TYPES, TYPES, (RIVAL,)]))
    return tuple(draw(events(number, types)) for number in range(draw(st.integers(1, 6))))


@st.composite
def prices(draw):
    """Daily values, each released two days later; a few of them over and over."""
    some = draw(st.lists(st.integers(0, 9), min_size=1, max_size=7))
    values = (some * LAST_DAY)[:LAST_DAY]
    return tuple(
        SeriesValue(
            id=f"p{number}", series="PRICE", valid_on=day(number), value=value,
            released_at=day(number + 2),
        )
        for number, value in enumerate(values)
    )  # fmt: skip


def known_on(number, *, history, values, lag):
    """What was known on a day. Coverage lags behind by at least how late an event can come in."""
    as_of = day(number)
    newest = [[version for version in versions if version.known_at <= as_of][-1:] for versions in history]
    return Knowledge(
        as_of=as_of,
        publication=START,
        occurrences=tuple(version for versions in newest for version in versions),
        observations=tuple(value for value in values if value.released_at <= as_of),
        complete_to={"wire": as_of - lag * DAY},
        memberships=MEMBERSHIPS,
    )

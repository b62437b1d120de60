"""Random rules of every kind: clauses, guards, rivals, anchors, dates, sources, conditions and questions."""

from hypothesis import strategies as st

from forecasts.rules.parsing import parse_rule
from tests.rules.histories import EDGES, ELECTION, LOSER, MILESTONE, WINNER, day, events, histories

GUARDS = ["followed_by", "not_followed_by", "preceded_by", "not_preceded_by"]
ALWAYS = ("publication", f"calendar:{MILESTONE}")


OWN = (
    {"coverage": ["official"]},
    {"coverage": ["wire", "official"]},
    {"coverage": ["official", "absent"], "coverage_mode": "any"},
    {"coverage": ["absent"]},
    {"grace": "P0D"},
    {"grace": "P9D"},
)


def comparisons():
    """A comparison of one amount, now and then in a unit."""
    ordered = {"attr": st.just("usd"), "op": st.sampled_from([">=", "<", "==", "!="]), "value": st.integers(0, 12)}
    listed = {"attr": st.just("usd"), "op": st.just("in"), "value": st.just([2, 5, 8])}
    unit = {"unit": st.just("usd")}
    return st.one_of(st.fixed_dictionaries(ordered, optional=unit), st.fixed_dictionaries(listed, optional=unit))


def dated(pattern):
    """A pattern, now and then by another date than when an event occurred."""
    bases = st.sampled_from(["occurred", "occurred", "announced", "effective"])
    return bases.map(lambda basis: pattern if basis == "occurred" else pattern | {"basis": basis})


def patterns():
    """A type with one more criterion, or none, at a random depth, by a random date."""
    types = st.sampled_from([["AID"], ["SANCTION"], ["AID", "SANCTION"]])
    more = st.one_of(
        st.just({}),
        st.sampled_from([["07"], ["162"], ["1622"], ["072", "1621"]]).map(lambda code: {"code": code}),
        st.sampled_from([["USA"], ["USA.GOV.POTUS"], ["USA.GOV.POTUS"], ["grp.NATO"]]).map(lambda who: {"actor": who}),
        st.sampled_from([["aid/military"], ["aid/economic"], ["peace"]]).map(lambda topic: {"topic_any": topic}),
        st.sampled_from(["A", "B", "D"]).map(lambda tier: {"min_tier": tier}),
        comparisons().map(lambda where: {"where": [where]}),
    )
    return st.builds(lambda kind, extra: {"type": kind} | extra, types, more).flatmap(dated)


def guards():
    return st.fixed_dictionaries(
        {"kind": st.sampled_from(GUARDS), "pattern": patterns(), "within": st.sampled_from(["P3D", "P10D"])},
        optional={"same": st.sampled_from([["actors"], ["topics"]])},
    )


def times(anchors, *, days, offsets):
    edges = [edge for edge in EDGES if days[0] <= edge <= days[1]]
    fixed = st.one_of(st.sampled_from(edges), st.integers(*days)).map(lambda number: day(number).isoformat())
    anchored = st.fixed_dictionaries({"anchor": st.sampled_from(anchors), "offset": st.sampled_from(offsets)})
    # What hangs on an anchor moves with it, so much is drawn to hang on one.
    simple = st.one_of(fixed, anchored, anchored, anchored)
    several = st.lists(simple, min_size=1, max_size=2)
    return st.one_of(simple, several.map(lambda times: {"max": times}), several.map(lambda times: {"min": times}))


def windows(anchors):
    """Mostly windows that end after they begin; anchors may turn some round."""
    start = times(anchors, days=(0, 20), offsets=["P0D", "P5D", "-P3D"])
    end = times(anchors, days=(20, 55), offsets=["P10D", "P30D"])
    return st.fixed_dictionaries({"start": start, "end": end})


def counted(matches):
    """The clauses that count what fits, by kind."""
    n = {"op": st.sampled_from([">=", ">", "<=", "<", "=="]), "n": st.integers(0, 3)}
    once = st.fixed_dictionaries(matches)
    return {"occurs": once, "never": once, "count": st.fixed_dictionaries(matches | n)}


def clauses(anchors):
    """One clause of any kind. Only elections have rivals, for those exclude each other."""
    window = windows(anchors)
    matches = {"pattern": patterns(), "window": window, "guards": st.lists(guards(), max_size=1)}
    won, lost = ({"type": [ELECTION], "recipient": [person]} for person in (WINNER, LOSER))
    sides = st.sampled_from([(won, lost), (lost, won)])
    rivals = sides.flatmap(lambda pair: st.builds(rivalling, dated(pair[0]), dated(pair[1])))
    compared = {"op": st.sampled_from([">=", "<", "=="]), "value": st.just(5)}
    series = {"series": st.just("PRICE"), "window": window, "max_gap": st.sampled_from(["P1D", "P5D"])} | compared
    total = {"attr": st.just("usd"), "value": st.integers(1, 20)}
    others = {
        "sum": st.fixed_dictionaries(matches | total, optional={"unit": st.just("usd")}),
        "state": st.fixed_dictionaries(
            {
                "initiates": patterns(),
                "terminates": patterns(),
                "at": times(anchors, days=(10, 50), offsets=["P5D", "P30D"]),
            },
            optional={"initial": st.booleans()},
        ),
        "series": st.fixed_dictionaries(series | {"consecutive": st.integers(1, 3)}),
        "judged": st.fixed_dictionaries({"question": st.just("Did it last?"), "window": window}),
    }
    refuted = [
        st.builds(lambda body, sides, k=kind: {k: body | sides}, bodies, rivals)
        for kind, bodies in counted({"window": window}).items()
    ]
    plain = [*counted(matches).items(), *counted(matches).items(), *others.items()]
    return st.one_of(*(bodies.map(lambda body, k=k: {k: body}) for k, bodies in plain), *refuted).flatmap(covered)


def rivalling(pattern, rival):
    return {"pattern": pattern, "refuted_by": rival}


def covered(clause):
    """A clause, now and then with sources or a grace of its own."""
    ((kind, body),) = clause.items()
    own = st.sampled_from(({}, {}, {}, *OWN)) if kind != "judged" else st.just({})
    return own.map(lambda more: {kind: body | more})


def formulas(anchors):
    leaf = clauses(anchors)
    several = st.lists(leaf, min_size=1, max_size=3)
    return st.one_of(
        leaf,
        leaf,
        several.map(lambda parts: {"all": parts}),
        several.map(lambda parts: {"any": parts}),
        leaf.map(lambda part: {"not": part}),
    )


@st.composite
def rules(draw):
    """A rule; its consequent may count from the condition or from a clause that stands elsewhere."""
    first = draw(formulas(ALWAYS)) | {"id": "first"}
    shape = draw(st.sampled_from(["plain", "beside", "condition", "condition", "within"]))
    if shape == "plain":
        raw = {"consequent": first}
    elif shape == "beside":
        raw = {"consequent": {"any": [first, draw(formulas((*ALWAYS, "clause:first", "clause:first")))]}}
    elif shape == "condition":
        raw = {"condition": first, "consequent": draw(formulas((*ALWAYS, "condition", "condition", "condition")))}
    else:
        either = {"any": [first, draw(clauses(ALWAYS))]}
        raw = {"condition": either, "consequent": draw(formulas((*ALWAYS, "condition", "clause:first")))}
    return parse_rule(raw | {"rrl": "1", "policy": {"grace": draw(st.sampled_from(["P0D", "P2D"]))}})


def patterns_in(raw):
    """Every pattern in a rule, as JSON has it: of clauses, guards, rivals and states."""
    if isinstance(raw, list):
        return [found for part in raw for found in patterns_in(part)]
    if not isinstance(raw, dict):
        return []
    here = [raw[name] for name in ("pattern", "initiates", "terminates", "refuted_by") if raw.get(name)]
    return here + [found for part in raw.values() for found in patterns_in(part)]


@st.composite
def free_cases(draw):
    """A rule, and a history of which much bears on it."""
    rule = draw(rules())
    raw = rule.model_dump(mode="json", by_alias=True, exclude_none=True)
    return rule, draw(histories(patterns=patterns_in(raw)))


@st.composite
def chained_cases(draw):
    """A rule whose window hangs on its condition at both ends, and events that fall on either side of those."""
    condition, outcome = {"type": ["AID"]}, {"type": ["SANCTION"]}
    start, length = draw(st.sampled_from([0, 5])), draw(st.sampled_from([10, 20]))
    ends = {
        name: {"anchor": "condition", "offset": f"P{days}D"}
        for name, days in (("start", start), ("end", start + length))
    }
    early = {"start": day(0).isoformat(), "end": day(25).isoformat()}
    kind = draw(st.sampled_from(["occurs", "never"]))
    raw = {
        "condition": {"occurs": {"pattern": condition, "window": early}},
        "consequent": {kind: {"pattern": outcome, "window": ends}},
    }
    begun, versions = draw(events(0, pattern=condition, days=range(5, 16)))
    beside = [begun + edge + by for edge in (start, start + length) for by in (-2, -1, 0, 1, 2)]
    follows = draw(events(1, pattern=outcome, days=beside))
    return parse_rule(raw | {"rrl": "1"}), draw(histories(first=[(begun, versions), follows]))


def cases():
    """Mostly rules of any shape; every fourth is one whose window moves as its condition is dated better."""
    return st.integers(0, 3).flatmap(lambda number: free_cases() if number else chained_cases())

"""Random rules of every kind: clauses, guards, rivals, anchors, conditions and questions."""

from hypothesis import strategies as st

from forecasts.rules.parsing import parse_rule
from tests.rules.histories import ELECTION, LOSER, MILESTONE, WINNER, day

GUARDS = ["followed_by", "not_followed_by", "preceded_by", "not_preceded_by"]
ALWAYS = ("publication", f"calendar:{MILESTONE}")


def patterns():
    """A type with one more criterion, or none, at a random depth."""
    types = st.sampled_from([["AID"], ["SANCTION"], ["AID", "SANCTION"]])
    more = st.one_of(
        st.just({}),
        st.sampled_from([["07"], ["162"], ["1622"], ["072", "1621"]]).map(lambda code: {"code": code}),
        st.sampled_from([["USA"], ["USA.GOV"], ["USA.GOV.POTUS"], ["grp.NATO"]]).map(lambda who: {"actor": who}),
        st.sampled_from([["aid"], ["aid/military"], ["peace"]]).map(lambda topic: {"topic_any": topic}),
        st.sampled_from(["A", "B", "D"]).map(lambda tier: {"min_tier": tier}),
        st.just({"where": [{"attr": "usd", "op": ">=", "value": 5}]}),
    )
    return st.builds(lambda kind, extra: {"type": kind} | extra, types, more)


def guards():
    return st.fixed_dictionaries(
        {"kind": st.sampled_from(GUARDS), "pattern": patterns(), "within": st.sampled_from(["P3D", "P10D"])},
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
    rivals = sides.map(lambda pair: {"pattern": pair[0], "refuted_by": pair[1]})
    series = {"series": st.just("PRICE"), "window": window, "op": st.just(">="), "value": st.just(5)}
    others = {
        "sum": st.fixed_dictionaries(matches | {"attr": st.just("usd"), "value": st.integers(1, 20)}),
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
    plain = counted(matches) | others
    return st.one_of(*(bodies.map(lambda body, k=k: {k: body}) for k, bodies in plain.items()), *refuted)


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
    """A rule; its consequent may count from the condition or from a clause that stands elsewhere."""
    first = draw(formulas(ALWAYS)) | {"id": "first"}
    shape = draw(st.sampled_from(["plain", "beside", "condition", "condition", "within"]))
    if shape == "plain":
        raw = {"consequent": first}
    elif shape == "beside":
        raw = {"consequent": {"any": [first, draw(formulas((*ALWAYS, "clause:first")))]}}
    elif shape == "condition":
        raw = {"condition": first, "consequent": draw(formulas((*ALWAYS, "condition")))}
    else:
        either = {"any": [first, draw(clauses(ALWAYS))]}
        raw = {"condition": either, "consequent": draw(formulas((*ALWAYS, "condition", "clause:first")))}
    return parse_rule(raw | {"rrl": "1", "policy": {"grace": draw(st.sampled_from(["P0D", "P2D"]))}})

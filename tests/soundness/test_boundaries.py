"""
The edges of a window, row by row.

The window runs from noon of 1 February to noon of 1 March; it includes its start and excludes its end. So an event
at the start is in and one a microsecond before is out; one at the deadline is out and one a microsecond before is in.
An event known only by the day of an edge may be on either side, and nothing is decided. All sources are complete.
A condition that came true lets the outcome (which did happen) say YES; one that did not annuls.
"""

import pytest

from forecasts.rules.evaluation import evaluate
from tests.rules.builders import at, make_day, make_event, make_knowledge, make_rule

pytestmark = pytest.mark.any_database

EDGES = {"start": "2025-02-01T12:00:00", "deadline": "2025-03-01T12:00:00"}
WINDOW = {"start": at(EDGES["start"]).isoformat(), "end": at(EDGES["deadline"]).isoformat()}
MET = {"occurs": {"pattern": {"type": ["CONSULT"]}, "window": {"start": "2025-01-01T00:00:00Z", "end": WINDOW["end"]}}}
BEFORE = {"start": "2025-02-01T11:59:59.999999", "deadline": "2025-03-01T11:59:59.999999"}
AFTER = {"start": "2025-02-01T12:00:00.000001", "deadline": "2025-03-01T12:00:00.000001"}

#  edge       event     | occurs: outcome, condition      | never: outcome, condition
TABLE = """
   start      before    | NO    ANNULLED                  | YES   YES
   start      at        | YES   YES                       | NO    ANNULLED
   start      after     | YES   YES                       | NO    ANNULLED
   start      same-day  | OPEN  OPEN_CONDITION            | OPEN  OPEN_CONDITION
   deadline   before    | YES   YES                       | NO    ANNULLED
   deadline   at        | NO    ANNULLED                  | YES   YES
   deadline   after     | NO    ANNULLED                  | YES   YES
   deadline   same-day  | OPEN  OPEN_CONDITION            | OPEN  OPEN_CONDITION
"""


def rows():
    for line in TABLE.strip().splitlines():
        where, occurs, never = (part.split() for part in line.split("|"))
        for kind, expected in (("occurs", occurs), ("never", never)):
            for part, verdict in zip(("outcome", "condition"), expected, strict=True):
                yield pytest.param(*where, kind, part, verdict, id="-".join((*where, kind, part)))


def event_at(edge, place):
    if place == "same-day":
        return make_day(EDGES[edge][:10])
    return make_event({"before": BEFORE, "at": EDGES, "after": AFTER}[place][edge])


def test_the_table_has_a_row_for_every_case():
    assert len(list(rows())) == 32


@pytest.mark.parametrize(("edge", "place", "kind", "part", "verdict"), list(rows()))
def test_an_event_at_the_edge_of_a_window_is_judged_as_the_table_says(edge, place, kind, part, verdict):
    clause = {kind: {"pattern": {"type": ["AID"]}, "window": WINDOW}}
    rule = make_rule(clause) if part == "outcome" else make_rule(MET, condition=clause)
    facts = (event_at(edge, place), make_event("2025-01-15", event_type="CONSULT"))

    outcome = evaluate(rule, make_knowledge("2025-06-01", *facts))

    assert outcome.status == verdict

"""A deadline is known in advance unless it hangs on what has yet to happen."""

from datetime import UTC, datetime

import pytest

from forecasts.rules import parse_rule
from forecasts.rules.schedule import scheduled_close

ISSUED = datetime(2024, 9, 5, tzinfo=UTC)
ELECTION = datetime(2024, 11, 5, tzinfo=UTC)
AID = {"type": ["AID"]}


def clause(end):
    return {"occurs": {"pattern": AID, "window": {"start": {"anchor": "publication"}, "end": end}}}


LAST_DAY = "2025-01-20T00:00:00Z"
ON_ELECTION = {"anchor": "calendar:us.election.2024"}
ON_CONDITION = {"anchor": "condition", "offset": "P30D"}


@pytest.mark.parametrize(
    ("outcome", "close"),
    [
        (clause(LAST_DAY), datetime(2025, 1, 20, tzinfo=UTC)),
        (clause(ON_ELECTION), ELECTION),
        (clause({"anchor": "publication", "offset": "P30D"}), datetime(2024, 10, 5, tzinfo=UTC)),
        ({"any": [clause(ON_ELECTION), clause(LAST_DAY)]}, datetime(2025, 1, 20, tzinfo=UTC)),
        ({"not": clause(ON_ELECTION)}, ELECTION),
        ({"state": {"initiates": AID, "terminates": {"type": ["SANCTION"]}, "at": LAST_DAY}}, datetime(2025, 1, 20, tzinfo=UTC)),
        (clause(ON_CONDITION), None),
        ({"all": [clause(LAST_DAY), clause(ON_CONDITION)]}, None),
        (clause({"min": [ON_CONDITION, LAST_DAY]}), datetime(2025, 1, 20, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_latest_end_of_the_outcomes_windows_is_the_scheduled_close(outcome, close):
    rule = parse_rule({"rrl": "1", "condition": clause(ON_ELECTION), "consequent": outcome})

    assert scheduled_close(rule, publication=ISSUED, milestones={"us.election.2024": ELECTION}) == close

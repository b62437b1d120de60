"""
A conditional prediction, case by case, through the database.

"If Trump wins by 1 March, then the United States sends military aid after that and by 1 March." Both windows end on
1 March; grace and the settlement lag of the source are two days, so silence is trusted from 3 March on, not a
microsecond sooner. Each fact is recorded on its day, and the sweep looks after each of them.

Why the table says what it says:
- A condition that did not come true annuls, but only once silence can be trusted; until then all is open. This is the
  same for one that came true after its deadline and for one whose report was withdrawn. What the outcome did changes
  nothing, for the claim was about a world that did not come to be.
- A condition that came true on 20 January starts the outcome's clock. Aid on 10 February is a YES at once. Aid on 10
  January came before the clock started, aid on 2 March after the deadline, and withdrawn aid never was: each is like
  no aid, open until silence can be trusted, then NO.
- Where a person found the condition too contested to judge, that word stands whatever comes later.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from forecasts.models import EventVersion, Score
from forecasts.selectors.resolutions import current_resolution
from forecasts.services.events import correct_event, draft_of, retract_event
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import record_verdict
from tests.builders import DEADLINE, PUBLISHED, cover, make_event, make_prediction, make_source, rule_that_it_occurs

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

#  condition  outcome           | before    at        after   3 March 2025
TABLE = """
   unmet      none              | OPEN      ANNULLED  ANNULLED
   unmet      in-window         | OPEN      ANNULLED  ANNULLED
   unmet      before-condition  | OPEN      ANNULLED  ANNULLED
   unmet      late              | OPEN      ANNULLED  ANNULLED
   unmet      retracted         | OPEN      ANNULLED  ANNULLED
   met        none              | OPEN      NO        NO
   met        in-window         | YES       YES       YES
   met        before-condition  | OPEN      NO        NO
   met        late              | OPEN      NO        NO
   met        retracted         | OPEN      NO        NO
   met-late   none              | OPEN      ANNULLED  ANNULLED
   met-late   in-window         | OPEN      ANNULLED  ANNULLED
   met-late   before-condition  | OPEN      ANNULLED  ANNULLED
   met-late   late              | OPEN      ANNULLED  ANNULLED
   met-late   retracted         | OPEN      ANNULLED  ANNULLED
   retracted  none              | OPEN      ANNULLED  ANNULLED
   retracted  in-window         | OPEN      ANNULLED  ANNULLED
   retracted  before-condition  | OPEN      ANNULLED  ANNULLED
   retracted  late              | OPEN      ANNULLED  ANNULLED
   retracted  retracted         | OPEN      ANNULLED  ANNULLED
   void       none              | ANNULLED  ANNULLED  ANNULLED
   void       in-window         | ANNULLED  ANNULLED  ANNULLED
   void       before-condition  | ANNULLED  ANNULLED  ANNULLED
   void       late              | ANNULLED  ANNULLED  ANNULLED
   void       retracted         | ANNULLED  ANNULLED  ANNULLED
"""


def on(month: int, day: int) -> datetime:
    return datetime(2025, month, day, tzinfo=UTC)


TIMES = {"before": on(3, 3) - timedelta(microseconds=1), "at": on(3, 3), "after": on(4, 1)}
WON = {"type": ["x-election-result"], "recipient": ["person.trump"]}
CONDITION = {"occurs": {"pattern": WON, "window": {"start": {"anchor": "publication"}, "end": DEADLINE}}}
HAPPENED = {
    "condition": {"met": on(1, 20), "met-late": on(3, 2), "retracted": on(1, 20), "void": on(1, 20)},
    "outcome": {"in-window": on(2, 10), "before-condition": on(1, 10), "late": on(3, 2), "retracted": on(2, 10)},
}
DOUBTED, DECIDED = on(2, 15), on(2, 16)


def rows():
    for line in TABLE.strip().splitlines():
        case, verdicts = (part.split() for part in line.split("|"))
        yield pytest.param(*case, dict(zip(TIMES, verdicts, strict=True)), id="-".join(case))


def conditional_rule():
    rule = rule_that_it_occurs(condition=CONDITION, policy={"grace": "P2D"})
    rule["consequent"]["occurs"]["window"]["start"] = {"anchor": "condition"}
    return rule


def record(part: str, moment: datetime) -> None:
    won = {"title": "Trump wins", "event_type": "x-election-result", "action_code": "", "topics": (), "actors": ()}
    fields = won | {"recipients": ("person.trump",)} if part == "condition" else {}
    make_event(on=moment, occurred_until=moment, precision="INSTANT", external_id=part, now=moment, **fields)


def withdraw(part: str) -> None:
    latest = EventVersion.objects.filter(event__external_id=part).latest("version")
    retract_event(event=latest.event, reason="It was a rumour.", known_at=DOUBTED, now=DOUBTED)


def contest() -> None:
    latest = EventVersion.objects.filter(event__external_id="condition").latest("version")
    draft = draft_of(latest, status=EventVersion.Status.CONTESTED, known_at=DOUBTED)
    correct_event(event=latest.event, draft=draft, reason="Courts disagree on it.", now=DOUBTED)


def facts(prediction, *, condition: str, outcome: str):
    """When each thing becomes known, and how it is recorded."""
    for part, case in (("condition", condition), ("outcome", outcome)):
        if case in HAPPENED[part]:
            moment = HAPPENED[part][case]
            yield moment, lambda part=part, moment=moment: record(part, moment)
        if case == "retracted":
            yield DOUBTED, lambda part=part: withdraw(part)
    if condition == "void":
        yield DOUBTED, contest
        yield DECIDED, lambda: give_up(prediction)


def give_up(prediction) -> None:
    """Decide, as a person, that the condition cannot be judged."""
    editor = get_user_model().objects.create(username="editor")
    reason = "Two courts disagree on who won."
    record_verdict(prediction_id=prediction.pk, verdict="ANNULLED", reason=reason, actor=editor, now=DECIDED)


def settle(prediction, *, now: datetime):
    cover(to=now, now=now)
    return settle_prediction(prediction_id=prediction.pk, now=now)


def verdict_at(prediction, *, now: datetime) -> str:
    """What a look comes to that is the first since the facts; the next one finds nothing of it."""
    with transaction.atomic():
        settle(prediction, now=now)
        again = settle(prediction, now=now)
        last = current_resolution(prediction=prediction)
        found = last.verdict if last and last.verdict else "OPEN"
        assert again is None
        assert Score.objects.current().exists() is (found in ("YES", "NO"))
        transaction.set_rollback(True)
    return found


def test_the_table_has_a_row_for_every_case():
    assert len(list(rows())) == 25


@pytest.mark.parametrize(("condition", "outcome", "verdicts"), list(rows()))
def test_a_conditional_prediction_comes_to_what_the_table_says(condition, outcome, verdicts):
    prediction = make_prediction(rule=conditional_rule(), condition="Trump wins by 1 March", now=PUBLISHED)
    make_source()
    for moment, happen in sorted(facts(prediction, condition=condition, outcome=outcome), key=lambda fact: fact[0]):
        happen()
        settle(prediction, now=moment)

    found = {when: verdict_at(prediction, now=now) for when, now in TIMES.items()}

    assert found == verdicts

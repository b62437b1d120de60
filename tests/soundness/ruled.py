"""Claims that rules decide, each by an event of its own that is reported, moved, withdrawn and put back."""

import random
from datetime import UTC, datetime, timedelta

from forecasts.models import Event, EventVersion, Prediction
from forecasts.services.events import correct_event, draft_of, retract_event
from forecasts.services.settlement import settle_predictions
from tests.builders import (
    NOW,
    PUBLISHED,
    cover,
    day,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    rule_that_it_occurs,
)
from tests.soundness.plain_scores import Word

ENDS, LAG = datetime(2025, 3, 1, tzinfo=UTC), timedelta(days=2)
# Before the claims, within their time twice, and after it.
DAYS = (datetime(2025, 1, 2, tzinfo=UTC), *(datetime(2025, month, 12, tzinfo=UTC) for month in (1, 2, 4)))


class Ruled:
    """Three such claims, which come true where the event falls between publication and March, and fail where none does."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.events: dict[str, Event] = {}
        cover()
        self.claims = [self._claim(f"aid/{name}") for name in ("one", "two", "three")]

    def _claim(self, topic: str) -> Prediction:
        return make_prediction(
            rule=rule_that_it_occurs(topic=topic), statement=f"It occurs: {topic}.", title=topic, topic=make_topic(topic), cluster_key=topic,
            holder=make_forecaster(self.chance.choice(["ada", "bob"])), issued_at=PUBLISHED, now=NOW,
        )  # fmt: skip

    def report(self, *, now: datetime) -> None:
        """Report an event, or what is known of it since."""
        topic = self.chance.choice(self.claims).title
        on = self.chance.choice(DAYS)
        if topic not in self.events:
            self.events[topic] = make_event(on=on, topics=(topic,), known_at=on + timedelta(days=1), now=now).event
            return
        last = self.events[topic].versions.latest("version")
        start, end = day(on.date())
        known_at = max(last.known_at, end) + timedelta(days=self.chance.choice([1, 9]))
        if last.status == "ACTIVE" and self.chance.randrange(2):
            retract_event(event=self.events[topic], reason="It was not so.", known_at=known_at, now=now)
            return
        draft = draft_of(last, known_at=known_at, occurred_from=start, occurred_until=end, status="ACTIVE")
        correct_event(event=self.events[topic], draft=draft, reason="Seen again.", now=now)

    def settle(self, *, now: datetime) -> None:
        """Bring what is on record up to date."""
        settle_predictions(prediction_ids=[one.pk for one in self.claims], now=now)

    def decide(self, prediction: Prediction, as_of: datetime) -> Word:
        """Return what its rule comes to on what was known at an instant; nothing of one without a rule."""
        if prediction.title not in {one.title for one in self.claims}:
            return Word()
        known = self._known(prediction.title, as_of)
        if known is not None and known.status == "ACTIVE" and PUBLISHED <= known.occurred_from < ENDS:
            return Word("YES", moments=(known.occurred_from, known.known_at), known_at=known.known_at)
        if as_of < ENDS + LAG:
            return Word()
        return Word("NO", moments=(ENDS, ENDS + LAG), known_at=ENDS + LAG)

    def _known(self, topic: str, as_of: datetime) -> EventVersion | None:
        if topic not in self.events:
            return None
        versions = self.events[topic].versions.order_by("version")
        known = [one for one in versions if one.known_at <= as_of]
        return known[-1] if known else None

"""Any slice of any history, with any knowledge time, is what its recorded rows come to one by one."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from django.contrib.auth.models import User

from forecasts.models import Article, Forecaster, Prediction
from forecasts.scoring.statistics import UNITS
from forecasts.selectors.coverage import Coverage
from forecasts.selectors.scorecards import scorecard
from forecasts.selectors.slices import Slice, Weighting, clashing
from forecasts.services import rebuilds
from forecasts.services.aggregates import record_aggregates
from forecasts.services.forecasts import Wording, record_forecast, record_lexicon, wording
from forecasts.services.rebuilds import check_scopes
from forecasts.services.refusal import Refused
from forecasts.services.scores import score_predictions
from forecasts.services.verdicts import dispute, record_verdict, reopen
from tests.builders import NOW, PUBLISHED, make_article, make_forecaster, make_prediction, make_topic
from tests.forecasting import settled
from tests.soundness.plain_scores import all_recorded, plainly
from tests.soundness.profiles import EFFORT
from tests.soundness.ruled import Ruled

pytestmark = pytest.mark.django_db

WHY = "The ministry's own statement settles it."
TOPICS = ("aid", "aid/military", "war")
KINDS = {"ada": "PERSON", "bob": "PERSON", "exchange": "MARKET", "crowd": "CROWD"}
WORDS = [
    {"phrase": "may", "low": "0.2", "point": "0.4", "high": "0.6", "hedge": "yes", "source": "a survey"},
    {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "source": "a survey"},
]
NAMES = [one.name for one in fields(Coverage) if one.compare]
# One history is enough of an agreement between databases.
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.any_database) for seed in range(1, 2 * EFFORT))]


def at(days: float) -> datetime:
    return PUBLISHED + timedelta(days=days)


class History:
    """Predictions, and what was said of them in an order that chance draws."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.now, self.moments = chance, NOW, [NOW]
        self.people = [User.objects.get_or_create(username=name)[0] for name in ("editor", "colleague")]
        for slug, kind in KINDS.items():
            make_forecaster(slug, kind=kind)
        record_lexicon(code="default_v1", title="Default", source="a survey", rows=WORDS, now=NOW)
        other = make_forecaster("the-other", kind=Forecaster.Kind.OUTLET)
        authors = [make_forecaster(slug) for slug in KINDS]
        self.articles = [
            make_article(authors=authors[:1]),
            make_article(canonical_url="https://example.org/b", outlet=other, authors=authors[:2]),
        ]
        # Enough on one topic for a base rate.
        settled(14, topic="war")
        self.predictions = [self._claim(number) for number in range(7)]
        self.ruled = Ruled(chance)
        self.predictions += self.ruled.claims

    def _claim(self, number: int) -> Prediction:
        draw = self.chance.choice
        closes = draw([at(40), at(60), at(60), None])
        basis = "NONE" if closes is None else draw(["STATED", "IMPLIED"])
        self._tick()
        claim = make_prediction(
            rules=[], statement=f"Claim {number}.", title=f"Claim {number}", cluster_key=draw(["one", "two", f"{number}"]),
            holder=make_forecaster(draw(["ada", "bob"])), topic=make_topic(draw(TOPICS)), article=draw([*self.articles]),
            condition=draw(["", "she wins"]), attribution=draw(["AUTHOR", "AUTHOR", "REPORTED"]), deadline_basis=basis,
            issued_at=draw([at(0), at(5)]), probability=draw(["0.7", None, "0.2"]), now=self.now,
        )  # fmt: skip
        Prediction.objects.filter(pk=claim.pk).update(scheduled_close_at=closes)
        return claim

    def _tick(self) -> None:
        self.now += timedelta(hours=1)
        self.moments.append(self.now)

    def step(self) -> None:
        """Something is said of one of them, if it can be, and what counts follows."""
        self._tick()
        prediction = Prediction.objects.get(pk=self.chance.choice(self.predictions).pk)
        does: Sequence[Callable[[Prediction], None]] = [
            *[self._say] * 3,
            *[self._decide] * 2,
            self._undo,
            *[lambda _: self.ruled.report(now=self.now)] * 3,
        ]
        with suppress(Refused):
            self.chance.choice(does)(prediction)
        if not self.chance.randrange(15):
            record_aggregates(now=self.now, since=None)
        self.ruled.settle(now=self.now)
        score_predictions(predictions=[one.pk for one in self.predictions], now=self.now)

    def _say(self, prediction: Prediction) -> None:
        draw = self.chance.choice
        given: Wording | None = draw([
            None, wording(phrase="may"), wording(phrase="likely"), *(wording(probability=p) for p in ("0", "0.35", "0.9", "1")),
        ])  # fmt: skip
        who = make_forecaster(slug := draw([*KINDS, "ada"]), kind=KINDS[slug])
        record_forecast(
            prediction=prediction, forecaster=who, wording=given, made_at=at(draw([1, 2, 5, 9, 20, 35, 55])),
            is_scored=draw([True, True, True, False]), now=self.now,
        )  # fmt: skip

    def _decide(self, prediction: Prediction) -> None:
        draw = self.chance.choice
        verdict = draw(["YES", "NO", "YES", "NO", "PARTLY", "ANNULLED", "AMBIGUOUS"])
        known = draw([at(10), at(30), at(70), None])
        record_verdict(
            prediction_id=prediction.pk, verdict=verdict, share="0.25" if verdict == "PARTLY" else None, reason=WHY,
            actor=draw(self.people), known_at=known, happened_at=draw([None, at(8)]) if known else None, now=self.now,
        )  # fmt: skip

    def _undo(self, prediction: Prediction) -> None:
        undo = self.chance.choice([reopen, dispute])
        undo(prediction_id=prediction.pk, reason=WHY, actor=self.chance.choice(self.people), now=self.now)


def any_slice(chance: random.Random, history: History) -> Slice:
    """A few filters together; what clashes is drawn again."""
    draw = chance.choice
    articles = [str(pk) for pk in Article.objects.values_list("pk", flat=True)]
    filters: dict[str, Sequence[object]] = {
        "forecaster": [*KINDS, *Forecaster.objects.filter(kind="AGGREGATE").values_list("slug", flat=True)],
        "article": articles, "outlet": ["the-example", "the-other"], "topic": TOPICS, "issued_from": [at(5)], "issued_to": [at(5)],
        "due_to": [at(50), at(60)], "lead_days_min": [0.0, 1.0, 25.0, 60.0], "lead_days_max": [9.0, 25.0, 68.0, 200.0],
        "conditional": [True, False], "attribution": ["AUTHOR", "REPORTED"], "retrospective": [True, False],
        "verbal": [True, False], "aggregates": [True],
    }  # fmt: skip
    asked = {name: draw(values) for name, values in filters.items() if chance.random() < draw([0.05, 0.2])}
    asked["weighting"] = draw([*Weighting])
    if asked["weighting"] is Weighting.AT_HORIZON:
        asked["horizon_days"] = draw([3.0, 5.0, 31.0, 51.0])
    when = draw(["", "", "as_of", "as_recorded", "as_recorded", "variant"])
    if when == "as_recorded":
        asked[when] = draw(history.moments) + draw([timedelta(0), timedelta(microseconds=-1)])
    elif when:
        asked["as_of"] = draw([at(4), at(10), at(30), at(70), history.now])
        asked["variant"] = "STRICT" if when == "variant" and chance.random() < 0.2 else "CENTRAL"
    chosen = Slice(**asked)
    return any_slice(chance, history) if clashing(chosen) else chosen


@pytest.mark.timeout(300 * EFFORT)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_scorecard_is_what_the_rows_come_to_one_by_one(seed, monkeypatch):
    chance = random.Random(seed)
    history = History(chance)
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)
    for _ in range(20):
        history.step()
    # From here on whoever has been scored is kept, and followed.
    rebuilds.rebuild_scopes()
    for _ in range(20):
        history.step()
    recorded = all_recorded()
    everybody = [Slice(forecaster=slug) for slug in Forecaster.objects.values_list("slug", flat=True)]
    by_then = [Slice(as_of=moment) for moment in (*map(at, (10, 20, 30, 45, 70, 100, 125)), history.now)]

    for chosen in [*everybody, *by_then, *(any_slice(chance, history) for _ in range(50))]:
        told, expected = scorecard(chosen), plainly(chosen, recorded=recorded, decide=history.ruled.decide)
        totals = told.sample.totals

        assert (Fraction(totals.weight, 10**6), totals.clusters) == (expected.weight, expected.clusters), chosen
        if expected.rows:
            for name in UNITS:
                assert totals.mean(name) == expected.mean(name), (name, chosen)
        assert {name: getattr(told.coverage, name) for name in NAMES} == {
            name: expected.coverage[name] for name in NAMES
        }, chosen
    assert check_scopes() == []

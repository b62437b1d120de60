"""What the path from events to figures costs, as ratios; the answers of both sides are compared, the times are printed."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from forecasts import rules
from forecasts.models import Prediction
from forecasts.scoring.rules import brier_score
from forecasts.selectors.resolutions import current_rules
from forecasts.selectors.verdicts import judge
from forecasts.services.settlement import settle_predictions
from tests.benchmarks.ratios import compare
from tests.builders import NOW, cover, make_event, make_prediction

pytestmark = pytest.mark.benchmark


@pytest.mark.django_db
def test_settling_against_evaluating_the_same_in_memory(capsys):
    for number in range(40):
        make_prediction(title=f"Claim {number}", statement=f"Claim {number}.")
    for number in range(20):
        make_event(title=f"Package {number}")
    cover()
    loaded = [
        judge(rule_version=rule, as_of=NOW) for p in Prediction.objects.all() for rule in current_rules(prediction=p)
    ]
    identifiers = list(Prediction.objects.values_list("pk", flat=True))
    settle_predictions(prediction_ids=identifiers, now=NOW)

    with capsys.disabled():
        compare(
            "settling 40 settled predictions with 20 events",
            ours=lambda: settle_predictions(prediction_ids=identifiers, now=NOW),
            limit=lambda: [rules.evaluate(one.rule, one.knowledge) for one in loaded],
            against="evaluating their rules in memory",
        )

    assert set(Prediction.objects.values_list("verdict", flat=True)) == {one.outcome.status.value for one in loaded}


def test_scoring_against_scikit_learn(capsys):
    generator = np.random.default_rng(7)
    fcst = generator.integers(0, 10_001, 1_000_000) / 10_000
    obs = (generator.random(1_000_000) < fcst).astype(float)

    with capsys.disabled():
        compare(
            "Brier scores of 1,000,000 forecasts",
            ours=lambda: brier_score(fcst, obs).mean(),
            limit=lambda: brier_score_loss(obs, fcst),
            against="scikit-learn's mean of them",
        )

    assert brier_score(fcst, obs).mean() == pytest.approx(brier_score_loss(obs, fcst), abs=1e-12)

"""The calls of a slice as a file, and what can be worked out from it with a pencil."""

import csv
import json
import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User

from forecasts.models import Forecast
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction
from tests.forecasting import settled

from .conftest import errors_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

KNOWN_AT = datetime(2025, 3, 1, tzinfo=UTC)
REASON = "The ministry's own statement settles it."


def claim(number: int, verdict: str, *, probability: str, cluster: str = ""):
    prediction = make_prediction(
        rules=[],
        statement=f"Claim {number}.",
        title=f"Claim {number}",
        probability=probability,
        cluster_key=cluster or f"event-{number}",
    )
    return prediction, verdict


def decide(prediction, verdict: str) -> None:
    editor, _ = User.objects.get_or_create(username="editor")
    record_verdict(
        prediction_id=prediction.pk, verdict=verdict, reason=REASON, actor=editor, known_at=KNOWN_AT, now=NOW
    )


@pytest.fixture(scope="class")
def record(made_once):
    """Twenty-four predictions on 22 events, two of them forecast again, four against a market."""
    market = make_forecaster("the-market", kind="MARKET")
    for number in range(24):
        cluster = "shared" if number < 3 else ""
        prediction, verdict = claim(
            number, "YES" if number % 3 else "NO", probability=f"0.{(number * 37) % 90 + 5:02d}", cluster=cluster
        )
        if number < 4:
            said = wording(probability="0.55")
            record_forecast(prediction=prediction, forecaster=market, wording=said, made_at=PUBLISHED, now=NOW)
        if number in (5, 6):
            again = wording(probability="0.9")
            made_at = PUBLISHED + timedelta(days=3)
            record_forecast(
                prediction=prediction, forecaster=prediction.holder, wording=again, made_at=made_at, now=NOW
            )
        decide(prediction, verdict)


def lines_of(reader, query: str) -> list[dict[str, str]]:
    answer = reader.get(f"accuracy/calls.csv?{query}")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def figures_of(reader, query: str) -> dict[str, dict]:
    return {one["name"]: one for one in reader.get(f"accuracy/?{query}").json()["scores"]}


def mean_and_error(lines, name: str) -> tuple[float, float]:
    """The weighted mean of a column and its cluster-robust error, as docs/scores.md gives them."""
    weights = [float(line["weight"]) for line in lines]
    values = [float(line[name]) for line in lines]
    n = math.fsum(weights)
    mean = math.fsum(weight * value for weight, value in zip(weights, values, strict=True)) / n
    residuals: dict[str, float] = defaultdict(float)
    for line, weight, value in zip(lines, weights, values, strict=True):
        residuals[line["cluster"]] += weight * (value - mean)
    g = len(residuals)
    return mean, math.sqrt(g / (g - 1) * math.fsum(one**2 for one in residuals.values())) / n


class TestARecord:
    @pytest.mark.parametrize("weighting", ["PER_PREDICTION", "FIRST", "LAST", "TIME_WEIGHTED"])
    @pytest.mark.parametrize("as_of", ["", "&as_of=2025-06-01T00:00:00Z"])
    def test_every_headline_can_be_worked_out_from_the_file(self, weighting, as_of, record, reader):
        query = f"forecaster=ada-byron&weighting={weighting}{as_of}"

        lines, figures = lines_of(reader, query), figures_of(reader, query)

        if weighting == "TIME_WEIGHTED":
            assert (lines, figures["BRIER"]["value"]) == ([], None)  # No end was scheduled.
            return
        assert len({line["cluster"] for line in lines}) == figures["BRIER"]["n_clusters"] == 22
        for name, column in (("BRIER", "brier"), ("LOG", "log"), ("POINTS_SAVED", "points_saved")):
            mean, error = mean_and_error(lines, column)
            assert figures[name]["value"] == pytest.approx(mean, abs=1e-8)
            low, high = (figures[name]["interval"][end] for end in ("low", "high"))
            assert low < mean < high
            if figures[name]["interval"]["method"] == "CLUSTER_T" and low > figures[name]["range"]["low"]:
                student = 2.0796138447  # 97.5% of Student's t with 21 degrees of freedom
                assert (high - mean, mean - low) == pytest.approx((student * error, student * error), rel=1e-6)

    def test_every_term_follows_from_the_others(self, record, reader):
        for line in lines_of(reader, "forecaster=ada-byron"):
            said, came, against = (float(line[name]) for name in ("probability", "outcome", "reference"))
            assert float(line["brier"]) == pytest.approx((said - came) ** 2)
            assert float(line["points_saved"]) == pytest.approx(100 * ((against - came) ** 2 - (said - came) ** 2))
            given = min(max(said if came else 1 - said, float(line["log_clip"])), 1 - float(line["log_clip"]))
            assert float(line["log"]) == pytest.approx(-math.log(given))
            assert (line["brier_version"], line["log_version"]) == ("brier-1", "log-clip-0.001-1")

    def test_what_a_call_is_compared_with_is_named(self, record, reader):
        kinds = [line["reference_kind"] for line in lines_of(reader, "forecaster=ada-byron")]

        assert (kinds.count("MARKET"), kinds.count("IGNORANCE")) == (4, 22)

    def test_json_lines_hold_the_same(self, record, reader):
        answer = reader.get("accuracy/calls.ndjson?forecaster=ada-byron")

        rows = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
        lines = lines_of(reader, "forecaster=ada-byron")
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        assert [row["forecast"] for row in rows] == [line["forecast"] for line in lines]
        assert rows[0]["brier"] == float(lines[0]["brier"])

    def test_more_calls_cost_no_more_queries(self, record, reader, django_assert_max_num_queries):
        # One is for the state of the records, where that has a name.
        with django_assert_max_num_queries(3):
            assert len(lines_of(reader, "forecaster=ada-byron")) == 26

    def test_a_forecast_tells_the_terms_of_its_scores(self, record, reader):
        forecast = Forecast.objects.get(prediction__title="Claim 1", forecaster__slug="ada-byron")

        told = reader.get(f"forecasts/{forecast.pk}/scores/").json()

        terms = told["terms"]
        assert (terms["probability"], terms["level"], terms["outcome"], terms["cluster"]) == (
            "0.4200",
            4200,
            1.0,
            "shared",
        )
        assert (terms["reference"], terms["reference_kind"], terms["weight"]) == (0.55, "MARKET", 1.0)
        assert terms["points_saved"] == pytest.approx(100 * (0.45**2 - 0.58**2))
        assert [(one["rule"], one["version"], one["clip"], one["is_current"]) for one in told["scores"]] == [
            ("BRIER", "brier-1", None, True),
            ("LOG", "log-clip-0.001-1", 0.001, True),
        ]
        assert told["scores"][0]["value"] == pytest.approx(0.58**2)


def test_a_title_that_is_a_formula_stays_text(reader):
    prediction = make_prediction(rules=[], title="=HYPERLINK(1)", statement="A.")
    decide(prediction, "YES")

    (line,) = lines_of(reader, "")

    assert line["title"] == "'=HYPERLINK(1)"


def test_an_unknown_filter_is_refused(reader):
    answer = reader.get("accuracy/calls.csv?topics=aid")

    assert answer.status_code == 400
    assert "There is no parameter “topics” here." in errors_of(answer)["topics"]


def test_a_base_rate_is_named_with_its_topic_and_how_many_claims_it_is_of(reader):
    settled(6)
    decide(make_prediction(rules=[], probability="0.2"), "NO")
    forecast = Forecast.objects.get(forecaster__slug="ada-byron")

    told = reader.get(f"forecasts/{forecast.pk}/scores/").json()["terms"]
    (line,) = lines_of(reader, "forecaster=ada-byron")

    named = ("reference", "reference_kind", "reference_cases", "reference_topic")
    assert [told[name] for name in named] == [0.3182, "BASE_RATE", 20, "aid/military"]
    assert [line[name] for name in named] == ["0.3182", "BASE_RATE", "20", "aid/military"]
    assert told["points_saved"] == float(line["points_saved"]) == pytest.approx(6.125124)


def test_scores_under_an_earlier_verdict_stay_told(reader):
    prediction = make_prediction(rules=[], probability="0.8")
    decide(prediction, "YES")
    decide(prediction, "NO")
    forecast = Forecast.objects.get()

    told = reader.get(f"forecasts/{forecast.pk}/scores/").json()

    assert [(one["rule"], one["verdict"], one["is_current"]) for one in told["scores"]] == [
        ("BRIER", "NO", True),
        ("LOG", "NO", True),
        ("BRIER", "YES", False),
        ("LOG", "YES", False),
    ]


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (None, "The prediction has no verdict yet."),
        ("ANNULLED", "The prediction is annulled: the condition was not met, or the question fell away."),
        ("AMBIGUOUS", "The prediction was found to be undecidable."),
    ],
)
def test_a_forecast_that_does_not_count_says_why(verdict, why, reader):
    prediction = make_prediction(rules=[], probability="0.8")
    if verdict:
        decide(prediction, verdict)

    told = reader.get(f"forecasts/{Forecast.objects.get().pk}/scores/").json()

    assert (told["terms"], told["missing_text"], told["scores"]) == (None, why, [])

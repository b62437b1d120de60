"""What the scorecard says of words, conditions and readings, over the API."""

import pytest
from django.contrib.auth.models import User

from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_prediction

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ROWS = [
    {"phrase": "may", "low": "0.2", "point": "0.4", "high": "0.6", "hedge": "yes", "source": ""},
    {"phrase": "likely", "low": "0.6", "point": "0.7", "high": "0.8", "spread": "0.1", "source": ""},
]


@pytest.fixture(scope="class")
def words(made_once):
    """Six likely and one that may: three happened, two did not, one condition was not met, and the hedge happened."""
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=ROWS, now=NOW)
    editor = User.objects.create(username="editor")
    for number, (phrase, verdict) in enumerate(
        [*[("likely", "YES")] * 3, *[("likely", "NO")] * 2, ("likely", "ANNULLED"), ("may", "YES")]
    ):
        prediction = make_prediction(
            rules=[], statement=f"If so, {number}.", condition="so", cluster_key=str(number), probability=None
        )
        record_forecast(
            prediction=prediction, forecaster=prediction.holder, wording=wording(phrase=phrase), made_at=PUBLISHED, now=NOW
        )  # fmt: skip
        reason = "The ministry's own statement settles it."
        record_verdict(prediction_id=prediction.pk, verdict=verdict, reason=reason, actor=editor, known_at=NOW, now=NOW)


class TestWords:
    def test_words_are_told_with_their_bounds_and_their_meaning(self, words, reader):
        found = reader.get("accuracy/?forecaster=ada-byron").json()["verbal"]

        assert (found["n"], found["n_clusters"], found["brier"]["missing_text"]) == (5, 5, None)
        assert found["brier"]["value"] == pytest.approx((3 * 0.09 + 2 * 0.49) / 5)
        assert (found["best"]["value"], found["worst"]["value"]) == (
            pytest.approx((3 * 0.04 + 2 * 0.36) / 5), pytest.approx((3 * 0.16 + 2 * 0.64) / 5),
        )  # fmt: skip
        assert found["reader_variance"]["value"] == pytest.approx(0.01)
        assert found["brier"]["interval"]["low"] < found["brier"]["value"] < found["brier"]["interval"]["high"]
        (line,) = found["phrases"]
        assert line["text"].startswith("When Ada Byron writes “likely”, it happened 3 of 5 times; readers hear 70%;")
        meaning = line["meaning"]
        assert meaning["interval"]["low"] < meaning["value"] < meaning["interval"]["high"]
        assert (meaning["n"], meaning["interval"]["method"]) == (5, "BETA_POSTERIOR")
        assert (found["auc"]["value"], found["auc"]["missing_text"]) == (
            None, "Shown from 50 independent events on; there are 5 so far.",
        )  # fmt: skip

    def test_hedges_stand_apart(self, words, reader):
        card = reader.get("accuracy/").json()

        hedges = card["verbal"]["hedges"]
        assert (hedges["n"], hedges["n_settled"], hedges["happened"], hedges["share"]["value"]) == (1, 1, 1.0, 1.0)
        assert hedges["brier"]["value"] == pytest.approx(0.36)
        assert (card["n"], card["coverage"]["hedged"]) == (5, 1)

    def test_conditions_are_told_with_their_share(self, words, reader):
        found = reader.get("accuracy/").json()["conditional"]

        assert (found["n"], found["resolved"], found["annulled"]) == (6, 5, 1)
        assert found["annulled_share"]["value"] == pytest.approx(1 / 6)
        assert found["annulled_share"]["interval"]["method"] == "WILSON"
        assert (found["fits"], found["largest_gap"]["value"], found["warning"]) == ([], None, "")

    def test_the_spread_over_lexicons_is_told(self, words, reader):
        found = reader.get("accuracy/").json()["spread"]

        (line,) = found["lexicons"]
        assert (line["name"], line["n_read"], line["difference"]["value"], line["is_outside"]) == (
            "default_v1",
            5,
            0.0,
            False,
        )
        assert (found["variants"], found["variants_missing"], found["tier"]) == ([], "", "PROVISIONAL")

    def test_the_parts_of_coverage_are_shares_that_add_up(self, words, reader):
        found = reader.get("accuracy/").json()["coverage"]

        assert sum(found["shares"].values()) == pytest.approx(1)
        assert sum(found[name] for name in found["shares"]) == found["predictions"] == 7

    @pytest.mark.parametrize(
        "query", ["as_of=2025-06-01T12:00:00Z", "as_recorded=2025-06-01T12:00:00Z", "variant=LENIENT"]
    )
    def test_every_way_of_asking_answers_with_details(self, words, reader, query):
        answer = reader.get(f"accuracy/?{query}")

        assert answer.status_code == 200
        assert answer.json()["verbal"].keys() >= {"phrases", "hedges"}


def test_nothing_at_all_has_no_numbers(reader, db):
    found = reader.get("accuracy/").json()

    assert (found["verbal"]["n"], found["verbal"]["brier"]["value"]) == (0, None)
    assert found["conditional"]["annulled_share"]["missing_text"] == "No prediction with a condition was decided yet."
    assert found["spread"]["brier"]["missing_text"] == "None resolved: nothing to score yet."
    assert set(found["coverage"]["shares"].values()) == {None}

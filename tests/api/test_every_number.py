"""Whatever the API says of accuracy, each number comes with all that it takes to read it."""

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from forecasts.scoring.measures import MEASURES, OTHER_MEASURES, POLICY_VERSION
from tests.forecasting import asked, contest, decide, make_lexicon, puts_in_words, says, season_in_words

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ADDRESSES = (
    "accuracy/?forecaster=ada&bands=true", "accuracy/?bands=true", "calibration/?bands=true", "leaderboard/",
    "leaderboard/adjusted/", "compare/?a=ada&b=bob", "compare/?a=ada",
)  # fmt: skip

COUNTS = {
    "n", "n_clusters", "n_phrases", "happened", "n_settled", "resolved", "annulled", "side_happened", "side_failed",
    "side_unknown", "n_read", "n_changed", "version", "n_ranged", "n_late",
}  # fmt: skip
READERS = {"point", "low", "high"}


def figures_in(answer: Any) -> Iterator[dict[str, Any]]:
    """Every number of an answer that has a value and a range, however deep it lies."""
    if isinstance(answer, dict):
        if {"name", "value", "range"} <= answer.keys():
            yield answer
        answer = list(answer.values())
    if isinstance(answer, list):
        for part in answer:
            yield from figures_in(part)


def bare_numbers_in(answer: Any, name: str = "") -> Iterator[str]:
    """The names of the numbers of an answer that stand outside of such figures."""
    if isinstance(answer, dict) and not {"name", "value", "range"} <= answer.keys():
        for key, value in answer.items():
            yield from bare_numbers_in(value, key)
    elif isinstance(answer, list):
        for part in answer:
            yield from bare_numbers_in(part, name)
    elif isinstance(answer, int | float) and not isinstance(answer, bool):
        yield name


def faults_of(one: dict[str, Any]) -> Iterator[str]:
    """What a number lacks."""
    if not (one["version"] and one["unit"] and one["n"] >= 0 and 0 <= one["n_clusters"] <= max(one["n"], 1)):
        yield "its version, its unit or its sample"
    if set(one["range"]) != {"low", "high"} or one["lower_is_better"] not in (True, False, None):
        yield "its range or its good end"
    if (one["value"] is None) is (one["missing_text"] is None):
        yield "either a value or the reason why there is none"
    if one["value"] is not None and (one["interval"] is None) is (one["interval_missing_text"] is None):
        yield "either an interval or the reason why there is none"
    if one["interval"] and not {"low", "high", "method", "level", "n_clusters"} <= one["interval"].keys():
        yield "what an interval says of itself"


@pytest.fixture(scope="class")
def season(made_once):
    season_in_words()


class TestASeasonInWords:
    def test_every_number_has_all_that_it_takes_to_read_it(self, reader, season):
        for address in ADDRESSES:
            answer = reader.get(address).json()

            found = list(figures_in(answer))
            assert found, address
            faults = {(one["name"], fault) for one in found for fault in faults_of(one)}
            assert faults == set(), address
            assert answer["policy_version"] == POLICY_VERSION, address
            assert {"as_of", "as_recorded", "weighting", "variant"} <= answer["slice"].keys(), address

    def test_a_scorecard_says_what_all_its_numbers_rest_on(self, reader, season):
        answer = reader.get("accuracy/?forecaster=ada&bands=true").json()

        assert {one["name"] for one in answer["scores"]} == set(MEASURES)
        assert {one["name"] for one in answer["other_scales"]} == {one.name for one in OTHER_MEASURES.values()}
        assert answer["lexicons"] == [{"code": "plain", "version": 1}]
        assert answer["coverage"]["resolved"] == answer["n"] == 32

    def test_the_parts_of_a_scorecard_are_made_of_such_numbers_alone(self, reader, season):
        answer = reader.get("accuracy/?forecaster=ada").json()

        parts = {name: answer[name] for name in ("verbal", "conditional", "spread", "deadlines")}
        assert set(bare_numbers_in(parts)) == COUNTS | READERS
        assert len(answer["verbal"]["phrases"]) == 2
        assert len(answer["spread"]["lexicons"]) == 3
        bold = next(line for line in answer["spread"]["lexicons"] if line["name"] == "bold")
        assert (bold["difference"]["n"], bold["difference"]["n_clusters"]) == (32, 32)
        assert bold["difference"]["interval"]["low"] > 0

    def test_every_number_of_the_answer_is_a_line_of_its_csv(self, reader, season):
        answer = reader.get("accuracy/?forecaster=ada&bands=true").json()

        file = reader.get("accuracy/figures.csv?forecaster=ada&bands=true")

        lines = list(csv.DictReader(StringIO(file.content.decode())))
        assert file["ETag"]
        of_answer = Counter((one["name"], one["value"], one["missing_text"]) for one in figures_in(answer))
        of_file = Counter(
            (line["name"], float(line["value"]) if line["value"] else None, line["missing_text"] or None)
            for line in lines
        )
        assert of_file == of_answer
        assert {line["part"] for line in lines} == {
            "scores", "other_scales", "verbal", "conditional", "spread", "deadlines",
        }  # fmt: skip
        for line in lines:
            assert bool(line["value"]) is not bool(line["missing_text"]), line
            assert not line["value"] or bool(line["low"]) is not bool(line["why_no_interval"]), line
            assert (line["policy_version"], line["lexicons"], line["resolved"]) == (POLICY_VERSION, "plain v1", "32")

    def test_a_leaderboard_says_how_ranks_hang_on_lexicons(self, reader, season):
        board = reader.get("leaderboard/").json()

        bold = next(one for one in board["lexicons"] if one["lexicon"] == "bold")
        assert bold == {"lexicon": "bold", "version": 1, "n_read": 32, "n_changed": 32, "beyond": ["ada", "bob"]}
        ada = next(line for line in board["ranked"] if line["forecaster"] == "ada")
        under = next(one for one in ada["read_through"] if one["lexicon"] == "bold")
        assert (ada["rank"], under["rank"], under["is_beyond"]) == (1, 2, True)
        assert (board["missing_reason"], board["missing_text"]) == (None, None)

    def test_a_leaderboard_as_csv_lists_everybody_with_rank_or_reason(self, reader, season):
        contest(99, cleo="0.7")

        lines = reader.get("leaderboard/forecasters.csv").content.decode().splitlines()

        names, *rows = [line.split(",") for line in lines]
        by_name = {row[0]: dict(zip(names, row, strict=False)) for row in rows}
        assert [row[0] for row in rows] == ["ada", "bob", "cleo"]
        assert (by_name["ada"]["rank"], by_name["ada"]["best_rank"], by_name["ada"]["n_clusters"]) == ("1", "1", "32")
        assert by_name["ada"]["policy_version"] == POLICY_VERSION
        assert (by_name["cleo"]["rank"], by_name["cleo"]["points_saved"]) == ("", "")
        assert by_name["cleo"]["why_unranked"].startswith("Ranked from 30 independent events on")


def test_a_file_of_calls_names_the_policy_in_every_line(reader):
    contest(1, ada="0.9")

    header, line = b"".join(reader.get("accuracy/calls.csv").streaming_content).decode().splitlines()

    assert "policy_version" in header
    assert POLICY_VERSION in line


def test_a_comparison_can_be_worked_out_again_from_its_csv(reader):
    contest(1, ada="0.9", bob="0.6")
    contest(2, "NO", ada="0.2", bob="0.5")
    contest(3, ada="0.1")

    lines = reader.get("compare/calls.csv?a=ada&b=bob").content.decode().splitlines()

    names, *rows = [line.split(",") for line in lines]
    calls = [dict(zip(names, row, strict=True)) for row in rows]
    found = reader.get("compare/?a=ada&b=bob").json()["scores"][0]
    assert [call["title"] for call in calls] == ["Claim 2", "Claim 1"]
    assert sum(float(call["difference"]) for call in calls) / len(calls) == pytest.approx(found["value"])


def test_the_newest_hundred_calls_are_listed_of_however_many(reader, django_assert_max_num_queries):
    make_lexicon("plain", likely="0.9")
    prediction = asked(1, probability=None)
    puts_in_words("zoe", prediction, "likely", lexicon="plain")
    for number in range(110):
        says("ada", prediction, f"0.{100 + number}", days=2 + number / 10)
    decide(prediction)

    with django_assert_max_num_queries(40):
        answer = reader.get("accuracy/?forecaster=ada&include=calls").json()

    calls = answer["included"]["calls"]
    assert (answer["n_calls"], len(calls)) == (110, 100)
    assert calls[0]["verdict"] == "YES"
    assert (calls[0]["probability"], calls[-1]["probability"]) == ("0.2090", "0.1100")

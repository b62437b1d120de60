"""Rows in numbers of what is recorded one after the other: whatever can be sent alone can be sent with thousands of others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forecasts.api.views.one_by_one import OneByOneEndpoint
from forecasts.models import ApiToken, Article, Lexicon, Milestone, Posting, Prediction, Resolution, RuleVersion, Score
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, make_event, make_prediction, rule_that_it_occurs

from .conftest import errors_of
from .rows import (
    LATER,
    READ_AT,
    ROWS,
    WHY,
    articles,
    claims,
    decide,
    disputes,
    lexicons,
    milestones,
    observations,
    predictions,
    verdicts,
)
from .test_bulk import fates, post_lines

pytestmark = pytest.mark.django_db


def ids(answer) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def problem_of(row: dict) -> dict[str, str]:
    return {error["field"]: error["message"] for error in row["problem"]["errors"]}


def test_every_address_for_rows_one_by_one_is_tried_here():
    offered = {kind.body_class for kind in every_kind(OneByOneEndpoint) if "body_class" in vars(kind)}

    assert len(offered) == len(ROWS)


def every_kind(kind: type) -> set[type]:
    return {kind} | {one for below in kind.__subclasses__() for one in every_kind(below)}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_rows_are_recorded_each_found_at_its_address_and_unchanged_when_sent_again(name, administrator):
    rows = ROWS[name]()

    first, again = (post_lines(administrator, f"bulk/{name}/", rows) for _ in range(2))

    assert (fates(first), fates(again)) == (["RECORDED"] * 3, ["UNCHANGED"] * 3)
    assert ids(again) == ids(first)
    for key in ids(first):
        assert administrator.get(f"{READ_AT.get(name, name)}/{key}/").status_code == 200


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_bad_row_stops_none_of_the_others_or_all_as_the_caller_says(name, administrator):
    good, other, bad = ROWS[name]()
    rows = [bad | {"colour": "red"}, good, other]

    all_of_them = administrator.post(f"bulk/{name}/?mode=all", rows)
    each = administrator.post(f"bulk/{name}/", rows)

    assert "There is no field “colour” here" in errors_of(all_of_them)["0.colour"]
    # What was refused together is recorded now, so nothing of it was kept.
    assert fates(each) == ["REFUSED", "RECORDED", "RECORDED"]
    (told,) = problem_of(each.json()["results"][0]).items()
    assert (told[0], each.json()["results"][0]["problem"]["type"]) == ("colour", "/api/v1/problems/invalid/")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_rows_in_numbers_need_the_scope_of_a_single_one(name, program_with):
    rows = ROWS[name]()

    assert program_with(ApiToken.Scope.READ).post(f"bulk/{name}/", rows).status_code == 403
    assert program_with(ApiToken.Scope.WEBHOOK_WRITE).post(f"bulk/{name}/", rows).status_code == 403


def test_what_is_sent_twice_in_one_body_is_recorded_once(logger):
    people = [{"slug": "bob", "name": "Bob"}, {"slug": "Bad Slug", "name": "x"}, {"slug": "bob", "name": "Bob"}]

    assert fates(logger.post("bulk/forecasters/", people)) == ["RECORDED", "REFUSED", "UNCHANGED"]


def test_predictions_are_logged_whole_or_told_which_part_is_wrong(logger):
    (claim, *_) = predictions()
    rows = [
        claim | {"wording": {"probability": "0.6"}},
        claim | {"statement": "Aid is doubled.", "wording": {"probability": "6"}},
        claim | {"statement": "Aid stops.", "rules": [{"rule": {"rrl": "9"}}]},
        claim,
    ]

    answer = logger.post("bulk/predictions/", rows)

    assert fates(answer) == ["RECORDED", "REFUSED", "REFUSED", "UNCHANGED"]
    told = [list(problem_of(row)) for row in answer.json()["results"][1:3]]
    assert told == [["wording.probability"], ["rules.0.rule"]]
    assert Prediction.objects.count() == 1


def test_another_value_for_the_same_release_is_refused(ingester):
    (value, *_) = observations()

    answer = ingester.post("bulk/observations/", [value, value | {"value": "2"}, value | {"source": "other"}])

    assert fates(answer) == ["RECORDED", "REFUSED", "REFUSED"]


def test_an_article_of_nobody_known_is_refused_with_the_name(logger):
    good, bad, _ = articles()

    answer = logger.post("bulk/articles/", [good, bad | {"authors": ["ada-byron", "nobody"]}])

    assert fates(answer) == ["RECORDED", "REFUSED"]
    assert "nobody" in problem_of(answer.json()["results"][1])["authors.1"]
    assert [author.slug for author in Article.objects.get().authors.all()] == ["ada-byron"]


def test_another_date_for_a_milestone_is_its_next_version(administrator):
    (vote, *_) = milestones()

    answer = administrator.post("bulk/milestones/", [vote, vote | {"occurs_at": "2025-05-01T00:00:00Z"}])

    assert (fates(answer), ids(answer)) == (["RECORDED"] * 2, ["vote.a"] * 2)
    assert list(Milestone.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_other_phrases_of_a_lexicon_are_its_next_version(administrator):
    (book, *_) = lexicons()
    twice = book | {"entries": book["entries"] * 2}

    answer = administrator.post(
        "bulk/lexicons/", [book, twice, book | {"entries": [book["entries"][0] | {"point": "0.8"}]}]
    )

    assert fates(answer) == ["RECORDED", "REFUSED", "RECORDED"]
    assert "comes twice" in problem_of(answer.json()["results"][1])["entries.1.phrase"]
    assert Lexicon.objects.count() == 2


def test_rules_in_numbers_are_next_versions_of_predictions_and_make_them_due(logger):
    prediction = make_prediction(probability=None, now=timezone.now())
    Prediction.objects.update(next_check_at=None)
    rows = [{"prediction": str(prediction.pk), "rule": rule_that_it_occurs(end=LATER)}]

    answer = logger.post("bulk/rules/", [*rows, {"prediction": str(prediction.pk), "rule": {"rrl": "9"}}])

    assert fates(answer) == ["RECORDED", "REFUSED"]
    version = RuleVersion.objects.get(pk=ids(answer)[0])
    assert (version.version, version.recorded_by.username) == (2, "editor")
    assert Prediction.objects.get().next_check_at is not None


def test_criteria_that_facts_bear_on_are_not_changed_in_numbers_without_the_scope_to_resolve(logger, program_with):
    prediction = make_prediction(probability=None)
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    rows = [{"prediction": str(prediction.pk), "rule": rule_that_it_occurs(end=LATER), "description": WHY}]
    both = program_with(ApiToken.Scope.PREDICTION_WRITE, ApiToken.Scope.RESOLVE)

    refused, recorded = (program.post("bulk/rules/", rows) for program in (logger, both))

    assert (fates(refused), fates(recorded)) == (["REFUSED"], ["RECORDED"])
    assert "only somebody who may resolve predictions" in problem_of(refused.json()["results"][0])["rule"]


def test_verdicts_in_numbers_are_scored_at_once(resolver):
    rows = verdicts()

    answer = resolver.post("bulk/verdicts/", list(reversed(rows)))

    assert fates(answer) == ["RECORDED"] * 3
    found = {str(one.pk): str(one.prediction_id) for one in Resolution.objects.all()}
    assert [found[key] for key in ids(answer)] == [row["prediction"] for row in reversed(rows)]
    assert Score.objects.filter(rule="BRIER").count() == 3


def test_a_verdict_that_a_later_row_replaces_keeps_scores_of_its_own(resolver):
    (row, other, _) = verdicts()
    rows = [
        row,
        other,
        row | {"verdict": "ANNULLED", "reason": "The question fell away."},
        row | {"reason": "So it was."},
    ]

    answer = resolver.post("bulk/verdicts/", rows)

    # Against the final YES another person has to confirm, so the third row is a proposal, which takes its scores back.
    assert fates(answer) == ["RECORDED"] * 4
    first, beside, proposed, last = (Resolution.objects.get(pk=key) for key in ids(answer))
    assert [one.number for one in (first, beside, proposed, last)] == [1, 1, 2, 3]
    assert Score.objects.filter(resolution__in=[first, beside, last]).count() == 6
    assert Posting.objects.net().count() == 2


def test_more_verdicts_cost_no_more_queries_for_their_scores(resolver):
    rows = [{"prediction": str(one.pk), "verdict": "YES", "reason": WHY} for one in claims(12)]
    counts = []
    for part in (rows[:2], rows[2:]):
        with CaptureQueriesContext(connection) as queries:
            assert fates(resolver.post("bulk/verdicts/", part)) == ["RECORDED"] * len(part)
        counts.append(sum("forecasts_posting" in query["sql"] for query in queries))

    assert counts[0] == counts[1] > 0


def test_nobody_resolves_their_own_predictions_in_numbers(program_with):
    program = program_with(ApiToken.Scope.RESOLVE, ApiToken.Scope.FORECAST_WRITE)

    answer = program.post("bulk/verdicts/", verdicts())

    assert fates(answer) == ["REFUSED"] * 3
    assert "Nobody resolves their own" in problem_of(answer.json()["results"][0])["verdict"]
    assert not Resolution.objects.exists()


def test_a_verdict_on_a_record_that_moved_on_is_told_apart_from_a_malformed_one(resolver):
    seen, short, _ = verdicts()
    decide(Prediction.objects.get(pk=seen["prediction"]))

    answer = resolver.post("bulk/verdicts/", [seen | {"expected_number": 0}, short | {"reason": "So."}])

    kinds = [row["problem"]["type"] for row in answer.json()["results"]]
    assert kinds == ["/api/v1/problems/changed/", "/api/v1/problems/invalid/"]
    assert "record changed since" in problem_of(answer.json()["results"][0])["verdict"]


def test_a_verdict_whose_sender_never_heard_the_answer_can_be_sent_again(resolver):
    rows = [row | {"expected_number": 0} for row in verdicts()]

    first, again = (resolver.post("bulk/verdicts/", rows) for _ in range(2))

    assert (fates(again), ids(again)) == (["UNCHANGED"] * 3, ids(first))
    assert Resolution.objects.count() == 3


def test_a_verdict_against_a_final_one_waits_for_somebody_else_however_it_is_sent(resolver):
    (row, *_) = verdicts()
    decide(Prediction.objects.get(pk=row["prediction"]))

    first, again = (resolver.post("bulk/verdicts/", [row]) for _ in range(2))

    assert (fates(first), fates(again)) == (["RECORDED"], ["UNCHANGED"])
    assert list(Resolution.objects.order_by("number").values_list("state", flat=True)) == ["FINAL", "PROPOSED"]


def test_a_dispute_for_another_reason_is_one_too_many(resolver):
    (row, *_) = disputes()

    answer = resolver.post("bulk/disputes/", [row, row | {"reason": "It was another ministry."}])

    assert fates(answer) == ["RECORDED", "REFUSED"]
    assert "It is disputed already" in problem_of(answer.json()["results"][1])["reason"]

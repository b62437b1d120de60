"""One way of breaking each invariant, as somebody could who owns the database, and what the doctor says of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from django.contrib.auth.models import User

from forecasts.models import (
    ApiToken,
    Article,
    Checkpoint,
    Evaluation,
    EventVersion,
    Evidence,
    Forecast,
    JobRun,
    KeptAnswer,
    LedgerEntry,
    LevelCell,
    Posting,
    Prediction,
    Resolution,
    RuleVersion,
    Score,
    Unsealing,
)
from forecasts.services.tokens import issue_token
from tests.builders import NOW
from tests.doctor.attacker import attack

LONG_AGO, LATER = NOW - timedelta(days=400), NOW + timedelta(days=400)


class Break(NamedTuple):
    """What is done to the database, and the words by which it is found."""

    do: Callable[[Prediction], None]
    told: str


def _disable_a_trigger(_: Prediction) -> None:
    attack(Evidence, "UPDATE {t} SET quote = 'other words'")


def _take_the_first_version_out(_: Prediction) -> None:
    attack(Evaluation, "UPDATE {t} SET number = number + 1")


def _delete_a_forecast(_: Prediction) -> None:
    forecast = _copy_of(Forecast.objects.filter(scores=None).first(), made_at=NOW - timedelta(days=1))
    attack(Forecast, "DELETE FROM {t} WHERE id = %s", forecast.pk)


def _copy_of(row, **other):
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.fields if not field.primary_key}
    return type(row).objects.create(**fields | other)


def _slip_a_score_in(_: Prediction) -> None:
    attack(Score, "UPDATE {t} SET id = id + 1000000")


def _soften_the_rule(_: Prediction) -> None:
    attack(RuleVersion, "UPDATE {t} SET rule = '{{}}'")


def _rename_an_event(_: Prediction) -> None:
    attack(EventVersion, "UPDATE {t} SET title = 'Nothing happened'")


def _edit_an_article(_: Prediction) -> None:
    attack(Article, "UPDATE {t} SET text = 'The ban stays.'")


def _reveal_something_else(_: Prediction) -> None:
    attack(Unsealing, "UPDATE {t} SET content = replace(content, '0.6', '0.9')")


def _say_it_was_sealed(prediction: Prediction) -> None:
    attack(Prediction, "UPDATE {t} SET sealed_at = issued_at WHERE id = %s", prediction.pk)


def _backdate_a_resolution(_: Prediction) -> None:
    attack(Resolution, "UPDATE {t} SET recorded_at = %s", LATER)


def _score_a_late_forecast(_: Prediction) -> None:
    attack(Forecast, "UPDATE {t} SET made_at = %s WHERE id = %s", NOW, Score.objects.first().forecast_id)


def _let_it_wait(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=LONG_AGO, attempts=0)


def _forget_it(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(next_check_at=None, checked_at=None)


def _decide_twice(prediction: Prediction) -> None:
    _strip(Resolution)
    _copy_of(prediction.resolutions.order_by("number").last(), id=uuid4(), number=1, supersedes_id=None)


def _strip(model) -> None:
    attack(model, "UPDATE {t} SET id = id")


def _change_the_verdict_beside_the_record(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(verdict="NO")


def _take_a_posting_out(_: Prediction) -> None:
    Prediction.objects.update(next_check_at=None)
    attack(Posting, "DELETE FROM {t}")


def _decide_the_same_again(prediction: Prediction) -> None:
    last = prediction.resolutions.order_by("number").last()
    _copy_of(last, id=uuid4(), number=last.number + 1, supersedes_id=last.pk)


def _dispute_before_there_is_a_verdict(prediction: Prediction) -> None:
    attack(Resolution, "UPDATE {t} SET state = 'DISPUTED' WHERE supersedes_id IS NULL")


def _score_what_was_annulled(_: Prediction) -> None:
    attack(Resolution, "UPDATE {t} SET verdict = 'ANNULLED'")


def _change_a_sum(_: Prediction) -> None:
    LevelCell.objects.update(hits=1)


def _look_before_the_event(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(checked_at=LONG_AGO, next_check_at=LATER)


def _record_evidence_twice(_: Prediction) -> None:
    _strip(Evidence)
    row = Evidence.objects.order_by("pk").first()
    fields = {field.attname: getattr(row, field.attname) for field in Evidence._meta.fields}
    Evidence(**fields | {"id": 987_654}).save(force_insert=True)


def _answer_a_key_twice(_: Prediction) -> None:
    account = User.objects.create(username="program")
    token, _text = issue_token(name="t", account=account, scopes=[ApiToken.Scope.READ], now=NOW)
    first = KeptAnswer.objects.create(token=token, key="k", recorded_at=NOW)
    _strip(KeptAnswer)
    _copy_of(first, id=uuid4())


def _say_more_than_certain(_: Prediction) -> None:
    attack(Forecast, "UPDATE {t} SET probability = 1.5")


def _link_to_a_script(_: Prediction) -> None:
    attack(Article, "UPDATE {t} SET canonical_url = 'javascript:alert(1)'")


def _end_a_text_early(_: Prediction) -> None:
    attack(Article, "UPDATE {t} SET note = 'before' || char(0) || 'after'")


def _write_half_a_character(_: Prediction) -> None:
    attack(EventVersion, 'UPDATE {t} SET attributes = \'{{"who": "\\ud800"}}\'')


def _let_a_job_stand_still(_: Prediction) -> None:
    JobRun.objects.create(name="sweep", first_run_at=LONG_AGO, started_at=LONG_AGO, succeeded_at=LONG_AGO)


def _give_a_time_a_zone(_: Prediction) -> None:
    attack(EventVersion, "UPDATE {t} SET known_at = '2025-02-03 00:00:00+05:00'")


def _shift_a_day(_: Prediction) -> None:
    attack(EventVersion, "UPDATE {t} SET occurred_until = %s", NOW + timedelta(hours=5))


def _decide_ones_own(prediction: Prediction) -> None:
    _by_a_person(prediction.holder)


def _by_a_person(forecaster) -> User:
    person = User.objects.create(username="insider")
    type(forecaster).objects.filter(pk=forecaster.pk).update(account=person)
    attack(Resolution, "UPDATE {t} SET actor_id = %s", person.pk)
    return person


def _overturn_alone(prediction: Prediction) -> None:
    person = User.objects.create(username="alone")
    _strip(Resolution)
    last = prediction.resolutions.order_by("number").last()
    said = {"state": "FINAL", "actor_id": person.pk}
    first = _copy_of(last, id=uuid4(), number=last.number + 1, supersedes_id=last.pk, verdict="YES", **said)
    _copy_of(first, id=uuid4(), number=first.number + 1, supersedes_id=first.pk, verdict="NO", **said)


def _forget_a_failure(prediction: Prediction) -> None:
    Prediction.objects.filter(pk=prediction.pk).update(last_error="ValueError: odd", attempts=0, next_check_at=None)


def _sharpen_a_forecast(_: Prediction) -> None:
    attack(Forecast, "UPDATE {t} SET probability = 0.9")


def _rename_an_entry(_: Prediction) -> None:
    attack(LedgerEntry, "UPDATE {t} SET kind = 'backfill'")


def _rewrite_the_root(_: Prediction) -> None:
    attack(Checkpoint, "UPDATE {t} SET root = 'no root'")


BREAKS = {
    "entries hold the records": Break(_sharpen_a_forecast, "forecast .* is not what entry 1 holds"),
    "every record is entered": Break(_slip_a_score_in, "score .* has no entry"),
    "checkpoints hold": Break(_rewrite_the_root, "Checkpoint 1: Its columns do not say what its note says"),
    "the chain is whole": Break(_rename_an_entry, "columns of entry 1 do not say what its header says"),
    "guards stand": Break(_disable_a_trigger, "trigger forecasts_evidence_no_.* is missing or disabled"),
    "versions count up": Break(_take_the_first_version_out, "evaluation of .*: 1 rows are numbered 2 to 2"),
    "feed and records agree": Break(_delete_a_forecast, "forecast .* was recorded and is gone"),
    "feed and records agree, inserted": Break(_slip_a_score_in, "score .* came past the feed of changes"),
    "rules are as recorded": Break(_soften_the_rule, "rule version .* does not have the text of its digest"),
    "events are as recorded": Break(_rename_an_event, "event version .* does not have the content of its digest"),
    "texts are as recorded": Break(_edit_an_article, "article .* does not have the text of its digest"),
    "what is revealed was sealed": Break(_reveal_something_else, "sealed .* was revealed as something else"),
    "what is revealed was sealed, or not": Break(_say_it_was_sealed, "prediction .* says it was sealed, and was not"),
    "clocks run forwards": Break(_backdate_a_resolution, "resolution .* says it was recorded 2026-07-06"),
    "scored in time": Break(_score_a_late_forecast, "score .* is of a forecast that was made too late"),
    "nothing is overdue": Break(_let_it_wait, "prediction .* is due since 2024-04-27"),
    "nothing is forgotten": Break(_forget_it, "prediction .* was never looked at and is not due"),
    "one verdict is in force": Break(_decide_twice, "prediction .* has 2 verdicts in force"),
    "predictions stand as decided": Break(
        _change_the_verdict_beside_the_record, r"stands at PROPOSED \(NO\), which its last resolution does not say"
    ),
    "what counts is scored": Break(_take_a_posting_out, "forecast .* has 0 postings"),
    "nothing is decided twice": Break(_decide_the_same_again, "resolution .* says again what the one before it says"),
    "verdicts take allowed steps": Break(
        _dispute_before_there_is_a_verdict, "resolution .* cannot be DISPUTED after what it supersedes"
    ),
    "only what was settled is scored": Break(_score_what_was_annulled, "score .* is of a verdict that is not scored"),
    "nothing counts without a verdict": Break(_score_what_was_annulled, "posting .* still counts"),
    "sums are those of their parts": Break(_change_a_sum, "ALL : the levels differ from the postings"),
    "no event is missed": Break(_look_before_the_event, "was not looked at since an event that may concern it"),
    "nothing is recorded twice": Break(_record_evidence_twice, "evidence with .* is recorded 2 times"),
    "a key has one answer": Break(_answer_a_key_twice, "the key k of token .* has 2 answers"),
    "probabilities are probabilities": Break(_say_more_than_certain, "forecast .* is no probability"),
    "addresses are of the web": Break(_link_to_a_script, "article .*: canonical_url is no web address"),
    "jobs run": Break(_let_a_job_stand_still, "job sweep: last succeeded 2024-04-27T12:00:00Z"),
    "days are days": Break(_shift_a_day, "event version .* is dated to the day and does not run from midnight"),
    "nobody decides their own": Break(_decide_ones_own, "resolution .* is by the forecaster"),
    "two people overturn": Break(_overturn_alone, "overturns a final verdict on the word of one person"),
    "failures are counted": Break(_forget_a_failure, "prediction .* has an error and no attempts"),
}
# PostgreSQL cannot be made to store these.
BREAKS_OF_SQLITE = {
    "texts are texts": Break(_end_a_text_early, "article .* holds a text that is none"),
    "texts are texts, escaped": Break(_write_half_a_character, "eventversion .* holds a text that is none"),
    "times are in utc": Break(_give_a_time_a_zone, "eventversion .* has a time that is not in UTC"),
}

"""Recording files of forecasts: what is new, what is told, and what a second run adds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from forecasts.feeds import read_forecasts
from forecasts.models import Forecast, Forecaster, Posting, Prediction, Resolution, Score, Topic
from forecasts.selectors.scorecards import Slice, scorecard
from forecasts.services import forecast_imports, import_reports
from forecasts.services.forecast_imports import import_forecasts, preview_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.import_reports import ImportStopped
from forecasts.services.rebuilds import check_scopes
from forecasts.services.sweeps import sweep
from forecasts.services.verdicts import reopen
from tests.builders import NOW, make_forecaster

pytestmark = pytest.mark.django_db

HEADER = "asker,statement,forecaster,probability,made_at,closes_at,cluster,verdict,share,known_at,condition"
YES = "YES,,2024-06-12T15:00:00Z"
OPEN = ",,"
TABLES = (Forecaster, Topic, Prediction, Forecast, Resolution, Score, Posting)


@pytest.fixture
def editor(db) -> User:
    return User.objects.create(username="editor")


def line(
    *,
    statement: str = "The bill passes.",
    by: str = "ada",
    probability: str = "0.7",
    on: str = "2024-03-01",
    outcome: str = YES,
    condition: str = "",
) -> str:
    return f"pollster,{statement},{by},{probability},{on}T09:00:00Z,2024-07-01T00:00:00Z,the bill,{outcome},{condition}"


def report(editor: User, *lines: str, run=import_forecasts, now: datetime = NOW):
    rows = read_forecasts(BytesIO("\n".join((HEADER, *lines)).encode()))
    return run(rows=rows, origin=Origin(actor=editor, topic="bills", now=now))


def counts(editor: User, *lines: str, **given) -> tuple[int, int, int]:
    found = report(editor, *lines, **given)
    return found.new, found.unchanged, found.refused


def stored() -> list[int]:
    return [model.objects.count() for model in TABLES]


def test_a_file_becomes_questions_forecasts_outcomes_and_scores(editor):
    found = report(
        editor,
        line(),
        line(by="bob", probability="0.4"),
        line(statement="The court stops it.", by="bob", probability="0.12345", outcome=OPEN),
    )

    assert (found.new, found.predictions, found.verdicts, found.rounded) == (3, 2, 1, 1)
    decided, waiting = (Prediction.objects.get(statement=one) for one in ("The bill passes.", "The court stops it."))
    assert (decided.holder.slug, decided.topic.path, decided.status, decided.verdict) == (
        "pollster",
        "bills",
        "FINAL",
        "YES",
    )
    assert (waiting.status, waiting.verdict, waiting.next_check_at) == ("OPEN", "", None)
    resolution = Resolution.objects.get()
    assert (resolution.reason_code, resolution.actor, resolution.state) == ("IMPORTED", editor, "FINAL")
    assert (resolution.known_at, resolution.is_retrospective) == (datetime(2024, 6, 12, 15, tzinfo=UTC), True)
    assert sorted(Score.objects.filter(rule="BRIER").values_list("value", flat=True)) == [
        Decimal("0.09"),
        Decimal("0.36"),
    ]
    assert Forecast.objects.get(prediction=waiting).basis == "Given as 0.12345."
    assert check_scopes() == []


def test_the_same_file_again_adds_nothing_whenever_it_comes(editor):
    lines = [line(), line(probability="0.9", on="2024-05-01"), line(by="bob"), line(statement="Another.", outcome=OPEN)]
    report(editor, *lines)
    before = stored()

    assert counts(editor, *lines, now=NOW + timedelta(days=400)) == (0, 4, 0)
    assert stored() == before


def test_a_preview_of_a_long_file_says_what_it_does_not_notice(editor, monkeypatch):
    monkeypatch.setattr("forecasts.services.forecast_imports.CHUNK", 1)
    again = line()

    seen, done = report(editor, again, again, run=preview_forecasts), report(editor, again, again)

    assert (seen.new, seen.unchanged, done.new, done.unchanged) == (2, 0, 1, 1)
    assert seen.caution.startswith("A preview looks at 2,000 rows at a time")
    assert done.caution == ""


def test_a_preview_says_the_same_and_records_nothing(editor):
    lines = [line(), line(by="bob"), line(by="eve", probability="2")]

    seen = report(editor, *lines, run=preview_forecasts)

    assert stored() == [0] * len(TABLES)
    assert seen == report(editor, *lines)


def test_a_bad_row_is_told_and_stops_none_of_the_others(editor):
    found = report(editor, line(probability="1.2"), line(by="Bob B."), line(on="2026-01-01"), line(by="eve"))

    assert (found.new, found.refused) == (1, 3)
    assert [(one.line, one.field) for one in found.problems] == [(2, "probability"), (3, "forecaster"), (4, "made_at")]


@pytest.mark.parametrize(
    ("outcome", "field", "message"),
    [
        ("YES,,", "known_at", "Say when the outcome could be known"),
        ("PARTLY,,2024-06-12T15:00:00Z", "share", "Say how much came true"),
        ("YES,0.5,2024-06-12T15:00:00Z", "share", "A share goes with PARTLY alone"),
        (",0.5,", "share", "not with an open question"),
        ("YES,,2031-06-12T15:00:00Z", "known_at", "is in the future"),
        ("MAYBE,,2024-06-12T15:00:00Z", "verdict", "“MAYBE” is none of YES, NO, PARTLY, ANNULLED, AMBIGUOUS."),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_at_its_column(editor, outcome, field, message):
    (problem,) = report(editor, line(outcome=outcome)).problems

    assert (problem.line, problem.field) == (2, field)
    assert message in problem.message
    assert not Prediction.objects.exists()


def test_outcomes_can_come_later(editor):
    report(editor, line(outcome=OPEN))

    found = report(editor, line())

    assert (found.new, found.verdicts, Forecast.objects.count()) == (1, 1, 1)
    assert Prediction.objects.get().verdict == "YES"
    assert Score.objects.count() == 2
    assert check_scopes() == []


def test_a_verdict_on_record_is_never_replaced(editor):
    report(editor, line())

    (problem,) = report(editor, line(outcome="NO,,2024-06-12T15:00:00Z")).problems

    assert "The verdict on record is YES." in problem.message
    assert Prediction.objects.get().verdict == "YES"


def test_one_file_does_not_say_two_things(editor):
    found = report(editor, line(), line(by="bob", outcome="PARTLY,0.5,2024-06-12T15:00:00Z"), line(probability="0.6"))

    assert (found.new, found.refused) == (1, 2)
    assert [one.field for one in found.problems] == ["verdict", "probability"]
    assert "the probability 0.7000 is recorded; it cannot be changed" in found.problems[1].message


def test_a_verdict_that_was_withdrawn_waits_for_a_person(editor):
    report(editor, line())
    reopen(prediction_id=Prediction.objects.get().pk, reason="Another bill was meant.", actor=editor, now=NOW)

    (problem,) = report(editor, line()).problems

    assert "The verdict was withdrawn" in problem.message


def test_another_condition_is_another_statement(editor):
    report(editor, line(condition="If it snows"))

    (problem,) = report(editor, line(by="bob")).problems

    assert (problem.field, problem.message) == (
        "condition",
        "This statement is recorded with the condition “If it snows”.",
    )


def test_nobody_imports_outcomes_of_their_own_forecasts(editor):
    Forecaster.objects.filter(pk=make_forecaster("ada").pk).update(account=editor)

    assert counts(editor, line(outcome=OPEN), line(), line(by="bob")) == (1, 0, 2)
    assert counts(editor, line(by="bob")) == (0, 0, 1)
    assert not Resolution.objects.exists()


def test_what_was_made_too_late_is_kept_and_earns_nothing(editor):
    report(editor, line(), line(on="2024-06-13", probability="1"))

    assert (Forecast.objects.count(), Posting.objects.count()) == (2, 1)
    assert scorecard(Slice()).summary.mean_brier == pytest.approx(0.09)


def test_a_withdrawal_ends_the_forecast_before(editor):
    """Of 122 days from 1 March 9:00 to 1 July, ada's forecast stood for 31."""
    report(editor, line(), line(on="2024-04-01", probability=""))

    (posting,) = Posting.objects.all()
    assert posting.horizon_weight == pytest.approx(31 / 121.625 * 1e6, abs=1)


def test_forecasts_on_questions_with_verdicts_share_the_weight_anew(editor):
    report(editor, line())

    report(editor, line(probability="0.9", on="2024-05-01"))

    assert sorted(Posting.objects.net().values_list("weight", flat=True)) == [500_000, 500_000]
    assert check_scopes() == []


def test_chunks_make_no_difference(editor, monkeypatch):
    lines = [
        line(by=f"p{number % 3}", on=f"2024-04-{number:02}", probability=f"0.{number:02}") for number in range(1, 12)
    ]
    monkeypatch.setattr(forecast_imports, "CHUNK", 2)

    assert counts(editor, *lines) == (11, 0, 0)
    assert counts(editor, *lines) == (0, 11, 0)
    assert Posting.objects.net().count() == 11
    assert {
        sum(Posting.objects.net().filter(forecast__forecaster__slug=f"p{n}").values_list("weight", flat=True))
        for n in range(3)
    } == {1_000_000}
    assert check_scopes() == []


def test_a_question_that_fills_many_chunks_is_scored_once_at_its_end(editor, monkeypatch):
    monkeypatch.setattr(forecast_imports, "CHUNK", 2)
    lines = [line(by=f"p{number}") for number in range(7)]

    report(editor, *lines, line(statement="Another.", by="p1"), line(statement="Another.", by="p2"))

    assert Posting.objects.count() == 9
    assert Posting.objects.filter(sign=-1).count() == 0
    assert check_scopes() == []


def test_an_import_that_breaks_off_within_a_question_leaves_it_to_the_sweep(editor, monkeypatch):
    monkeypatch.setattr(forecast_imports, "CHUNK", 2)
    monkeypatch.setattr(forecast_imports, "score_predictions", Mock(side_effect=[0, RuntimeError("the power fails")]))
    lines = [line(by=f"p{number}") for number in range(4)]
    with pytest.raises(RuntimeError, match="the power fails"):
        report(editor, *lines)
    assert (Forecast.objects.count(), Posting.objects.count()) == (2, 0)

    sweep(now=NOW)
    monkeypatch.undo()
    swept = Posting.objects.count()
    again = counts(editor, *lines)

    assert (swept, again) == (2, (2, 2, 0))
    assert Posting.objects.net().count() == 4
    assert check_scopes() == []


def test_more_rows_cost_no_more_queries(editor):
    def queries(n: int) -> int:
        lines = [line(statement=f"Claim {n} {number}.", by=f"p{number}") for number in range(n)]
        with CaptureQueriesContext(connection) as captured:
            report(editor, *lines)
        return len(captured)

    queries(1)
    assert queries(2) == queries(40)


def test_a_database_that_is_locked_is_tried_again(editor, monkeypatch):
    pauses = Mock()
    monkeypatch.setattr(import_reports.time, "sleep", pauses)
    scored = forecast_imports.score_predictions
    failures = iter([OperationalError("database is locked")] * 2)

    def score(**given):
        for failure in failures:
            raise failure
        return scored(**given)

    monkeypatch.setattr(forecast_imports, "score_predictions", score)

    assert counts(editor, line()) == (1, 0, 0)
    assert pauses.call_count == 2
    assert (Prediction.objects.count(), Score.objects.count()) == (1, 2)


def test_a_database_that_stays_locked_stops_the_import_and_says_where(editor, monkeypatch):
    monkeypatch.setattr(import_reports.time, "sleep", Mock())
    monkeypatch.setattr(forecast_imports, "score_predictions", Mock(side_effect=OperationalError("database is locked")))

    with pytest.raises(ImportStopped, match="Everything before line 2 is recorded"):
        counts(editor, line())

    assert stored() == [0] * len(TABLES)


def test_two_hundred_revisions_of_one_person_weigh_as_much_as_one(editor):
    first, late = datetime(2023, 9, 1, 9, tzinfo=UTC), "YES,,2024-06-12T15:00:00Z"
    lines = [
        line(on=f"{first + timedelta(days=n):%Y-%m-%d}", probability=f"0.{n % 90 + 10}", outcome=late)
        for n in range(200)
    ]
    assert counts(editor, *lines) == (200, 0, 0)

    card = scorecard(Slice(forecaster="ada"))

    assert (card.summary.n, card.summary.n_clusters) == (1, 1)
    assert Posting.objects.count() == 200


def test_own_forecasts_are_refused_after_an_imported_outcome_as_before_it(editor):
    Forecaster.objects.filter(pk=make_forecaster("ada").pk).update(account=editor)
    rival = User.objects.create(username="rival")

    (problem,) = report(editor, line(by="bob"), line(outcome=OPEN)).problems

    assert (problem.line, problem.field) == (3, "forecaster")
    assert problem.message == (
        "The outcome comes from you, and nobody resolves their own prediction: let somebody else import one of the two."
    )
    assert counts(editor, line(outcome=OPEN)) == (0, 0, 1)
    assert counts(rival, line(outcome=OPEN)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OperationalError("database is locked"), "The database is locked"),
        (IntegrityError("UNIQUE constraint failed: forecasts_forecaster.slug"), "Somebody recorded the same"),
    ],
)
def test_the_log_says_why_rows_are_tried_again(monkeypatch, caplog, error, told):
    monkeypatch.setattr(import_reports.time, "sleep", Mock())
    failures = iter([error])

    def record():
        for failure in failures:
            raise failure
        return "recorded"

    assert import_reports.patiently(record, line=7) == "recorded"
    assert f"{told}; the rows from line 7 are tried again" in caplog.text

"""Files of forecasts with outcomes: which format they have, and what each row says."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest

from forecasts.feeds import BadRow, FileRefused, ForecastRow, read_forecasts
from forecasts.feeds.cells import on_grid

GAMES = "season,date,team1,team2,prob1,prob1_outcome,prob2,prob2_outcome"
MATCHES = "season,league,date,team1,team2,prob1,prob1_outcome,probtie,probtie_outcome,prob2,prob2_outcome"
ROUNDS = (
    "round,source,question_id,question,market_open,market_close,freeze_datetime,forecast_probability,"
    "resolution_date,resolved,resolved_to,url,conditional_text"
)
EXPORT = (
    "Question ID,Question Title,Question Type,Post ID,Open Time,Scheduled Close Time,Resolution,Resolution Known Time,"
    "Forecaster ID,Forecaster Username,Is Bot,Start Time,End Time,Probability Yes,Median"
)
PLAIN = "asker,statement,forecaster,probability,made_at,verdict,share,known_at"


def read(*lines: str) -> list[ForecastRow | BadRow]:
    return list(read_forecasts(BytesIO("\n".join(lines).encode())))


def problems(*lines: str) -> list[tuple[int, str, str]]:
    return [
        (one.line, one.field, one.message) for row in read(*lines) if isinstance(row, BadRow) for one in row.problems
    ]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_game_is_one_forecast_that_the_first_team_wins():
    (row,) = read(GAMES, "2021,2022-01-30,Rams,49ers,0.6360927506,1,0.3639072494,0")

    assert (row.line, row.statement) == (2, "Rams to beat 49ers on 2022-01-30 (season 2021)")
    assert (row.probability, row.given) == (Decimal("0.6361"), "0.6360927506")
    assert (row.verdict, row.share) == ("YES", None)
    assert (row.made_at, row.known_at) == (day("2022-01-30"), day("2022-01-31"))
    assert (row.forecaster.slug, row.cluster) == ("fivethirtyeight", "game:2022-01-30:Rams:49ers")


def test_a_draw_without_a_probability_of_its_own_came_true_in_half():
    (row,) = read(GAMES, "2021,2021-11-14,Steelers,Lions,0.7401,0.5,0.2599,0.5")

    assert (row.verdict, row.share) == ("PARTLY", Decimal("0.5"))


def test_a_game_to_come_has_no_outcome():
    (row,) = read(GAMES, "2021,2022-01-30,Rams,49ers,0.6,,0.4,")

    assert (row.verdict, row.known_at) == ("", None)


def test_a_match_with_a_probability_of_a_draw_is_three_forecasts_on_one_event():
    rows = read(MATCHES, "2018,Cup,2018-06-14,Russia,Saudi Arabia,0.66,0,0.22,1,0.12,0")

    assert [row.statement.partition(" on ")[0] for row in rows] == [
        "Russia to beat Saudi Arabia",
        "Russia and Saudi Arabia to draw",
        "Saudi Arabia to beat Russia",
    ]
    assert [(row.probability, row.verdict) for row in rows] == [
        (Decimal("0.66"), "NO"),
        (Decimal("0.22"), "YES"),
        (Decimal("0.12"), "NO"),
    ]
    assert len({row.cluster for row in rows}) == 1


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ("2021,2022-01-30,Rams,49ers,0.6,1,0.5,0", "prob1", "With those of the other sides it makes 1.1, and not 1."),
        ("2021,2022-01-30,Rams,49ers,0.6,1,0.4,1", "prob1_outcome", "it makes 2, and not 1"),
        ("2021,2022-01-30,Rams,49ers,0.6,0.3,0.4,0.7", "prob1_outcome", "An outcome is one of 0, 0.5, 1."),
        ("2021,2022-01-30,Rams,49ers,0.6,1,,0", "prob1", "not given for every side"),
        ("2021,2022-01-30,Rams,49ers,0.6,1,0.4,", "prob1_outcome", "not given for every side"),
        ("2021,2022-01-30,Rams,Rams,0.6,1,0.4,0", "team2", "A team does not play itself."),
        ("2021,30/01/2022,Rams,49ers,0.6,1,0.4,0", "date", "“30/01/2022” is no date"),
        ("2021,,Rams,49ers,0.6,1,0.4,0", "date", "Say on which day"),
        ("2021,2022-01-30,Rams,,0.6,1,0.4,0", "team2", "This cell is empty."),
        ("2021,2022-01-30,Rams,49ers,60%,1,0.4,0", "prob1", "“60%” is no probability"),
        ("2021,2022-01-30,Rams,49ers,nan,1,0.4,0", "prob1", "“nan” is no probability"),
        ("2021,2022-01-30,Rams,49ers,60,1,0.4,0", "prob1", "60 lies outside 0 to 1. Percentages are divided by 100."),
        ("2021,2022-01-30,Rams,49ers,-0.1,1,1.1,0", "prob1", "“-0.1” is no probability"),
        ("2021,2022-01-30,Rams,49ers,0.6,1", "", "The row has 6 cells; the header names 8 columns."),
    ],
)
def test_a_game_that_cannot_be_is_told_and_the_next_one_is_read(row, field, message):
    lines = (GAMES, row, "2021,2022-01-31,Bears,Lions,0.5,1,0.5,0")

    assert any(line == 2 and name == field and message in told for line, name, told in problems(*lines))
    assert [one.line for one in read(*lines) if isinstance(one, ForecastRow)] == [3]


def test_a_price_is_no_outcome():
    line = "2025-10-26,{},7,Does it rain?,2025-01-01,2300-01-01T00:00:00Z,2025-10-16T00:00:00+00:00,0.3009,2026-01-01,{},{},https://x.example/7,False"
    resolved, priced = read(
        ROUNDS, line.format("infer", "True", "0.0"), line.format("manifold", "False", "0.3888905271")
    )

    assert (resolved.verdict, resolved.known_at) == ("NO", day("2026-01-01"))
    assert (priced.verdict, priced.share, priced.known_at) == ("", None, None)
    assert (resolved.forecaster.kind, priced.forecaster.kind) == ("CROWD", "MARKET")
    assert (priced.opens_at, priced.closes_at) == (day("2025-01-01"), None)


def test_whether_a_round_is_resolved_must_be_said():
    line = "2025-10-26,infer,7,Does it rain?,,,2025-10-16T00:00:00Z,0.3,2026-01-01,,1.0,,"

    assert [(field, told[:21]) for _, field, told in problems(ROUNDS, line)] == [("resolved", "Say True or False: wh")]


def exported(start: str, end: str, probability: str, *, user: str = "7,ada,False", **given: str) -> str:
    resolution = given.get("resolution", "yes,2024-03-01 12:00:00.5+00:00")
    kind = given.get("kind", "binary")
    return f"12,Does it rain?,{kind},3,2024-01-01T00:00:00Z,2024-06-01T00:00:00Z,{resolution},{user},{start},{end},{probability},"


def test_revisions_are_forecasts_and_an_end_without_a_next_one_withdraws():
    rows = read(
        EXPORT,
        exported("2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z", "0.5"),
        exported("2024-01-03T00:00:00Z", "2024-01-05T00:00:00Z", "0.8"),
        exported("2024-01-09T00:00:00Z", "", "0.9"),
        exported("2024-01-02T00:00:00Z", "2024-02-02T00:00:00Z", "0.4", user="8,bot,True"),
        exported("2024-01-02T00:00:00Z", "2024-06-01T00:00:00Z", "0.6", user=",recency_weighted,"),
    )

    assert [(row.forecaster.slug, row.made_at.day, row.probability) for row in rows] == [
        ("metaculus-7", 2, Decimal("0.5")),
        ("metaculus-7", 3, Decimal("0.8")),
        ("metaculus-7", 5, None),
        ("metaculus-7", 9, Decimal("0.9")),
        ("metaculus-8", 2, Decimal("0.4")),
        ("metaculus-8", 2, None),
        ("metaculus-recency-weighted", 2, Decimal("0.6")),
    ]
    assert {row.forecaster.kind for row in rows} == {"PERSON", "MODEL", "CROWD"}
    assert {(row.statement, row.cluster, row.verdict) for row in rows} == {
        ("Does it rain? [metaculus 12]", "metaculus:post 3", "YES")
    }
    assert rows[0].known_at == datetime(2024, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "numeric"}, "Question Type"),
        ({"resolution": "yes,"}, "Resolution Known Time"),
        ({"resolution": "12.5,2024-03-01T12:00:00Z"}, "Resolution"),
        ({"user": ",,"}, "Forecaster ID"),
    ],
)
def test_what_an_export_does_not_say_is_told(given, field):
    line = exported("2024-01-02T00:00:00Z", "", "0.5", **given)

    assert [name for _, name, _ in problems(EXPORT, line)] == [field]


def test_of_a_question_that_is_not_binary_no_more_is_told_than_that():
    line = exported("2024-01-02T00:00:00Z", "", "", kind="numeric", resolution="12.5,2024-03-01T12:00:00Z")

    assert [name for _, name, _ in problems(EXPORT, line)] == ["Question Type"]


def test_the_plain_format_says_everything_itself():
    rows = read(
        PLAIN,
        "pollster,It rains.,ada,0.7,2024-03-01T09:00:00Z,PARTLY,0.25,2024-03-02T00:00:00Z",
        "pollster,It rains.,ada,,2024-03-01T10:00:00Z,,,",
    )

    assert (rows[0].asker.slug, rows[0].probability, rows[0].share) == ("pollster", Decimal("0.7000"), Decimal("0.25"))
    assert (rows[0].given, rows[0].cluster, rows[0].title) == ("", "It rains.", "It rains.")
    assert rows[1].probability is None


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "The file is empty."),
        ("a,b", "The first line is no header of a format known here. Each needs these columns. matches: date, team1"),
        ("asker,statement,forecaster", "nearest to that of forecasts, and lacks probability, made_at."),
        (PLAIN.replace(",", ";"), "Semicolons separate its columns. Save it as CSV with commas between them"),
        (PLAIN.replace(",", "\t"), "Tabs separate its columns."),
        (f"{PLAIN},probability", "The header names probability twice."),
        (f"{PLAIN},weather", "The header names “weather”, which files of forecasts do not have. Known: asker"),
    ],
)
def test_a_header_of_no_format_refuses_the_file(header, message):
    with pytest.raises(FileRefused) as refused:
        read(header) if header else list(read_forecasts(BytesIO()))

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PLAIN.encode("utf-16"), "This file is in UTF-16: save it as CSV in UTF-8."),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "This file is in UTF-16: save it as CSV in UTF-8."),
        (b"PK\x03\x04\x14\x00", "This is a workbook or an archive, not CSV: save its sheet as CSV in UTF-8."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is a workbook, not CSV: save its sheet as CSV in UTF-8."),
        (b"\x1f\x8b\x08\x00", "This is compressed: send the CSV in it."),
        (b"%PDF-1.7\n", "This is a PDF, not CSV."),
    ],
)
def test_a_file_of_another_kind_is_told_by_its_first_bytes(content, message):
    with pytest.raises(FileRefused) as refused:
        list(read_forecasts(BytesIO(content)))

    assert str(refused.value) == message


def test_a_text_in_another_encoding_is_shown_with_its_byte():
    row = "pollster,Es regnet in Köln.,ada,0.7,2024-03-01T09:00:00Z,,,"

    (bad,) = read_forecasts(BytesIO(f"{PLAIN}\n{row}\n".encode("cp1252")))

    (problem,) = bad.problems
    assert (problem.line, problem.field) == (2, "statement")
    assert problem.message == (
        "“Es regnet in K�ln.” is not UTF-8, from its byte 0xF6 on. Save the file as UTF-8 and send it again."
    )


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ("0.12345", "0.1234"),
        ("0.12355", "0.1236"),
        ("0", "0"),
        ("1", "1"),
        ("0.00001", "0.0001"),
        ("0.99999", "0.9999"),
        ("1e-9", "0.0001"),
    ],
)
def test_rounding_makes_no_certainty(given, level):
    assert on_grid(Decimal(given)) == Decimal(level)


def test_text_that_no_database_stores_is_told():
    (row,) = read(PLAIN, "pollster,It\0rains.,ada,0.7,2024-03-01T09:00:00Z,,,")

    assert isinstance(row, BadRow)

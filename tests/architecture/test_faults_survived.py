"""The README's tables of what was survived are made from what the campaign wrote down, and from nothing else."""

import ast
import json
from pathlib import Path

import pytest

from tests.faults.listed import CASES as LISTED
from tests.faults.report import ROOT
from tests.faults.survived import CASES, FAULTS, README, NothingToTell, main, with_tables, written

KILLED = {
    "number": "F1", "fault": "worker killed", "times": 27, "database": "postgresql", "records": 1296, "lost": 0,
    "doubled": 0, "breaches": 0, "result": "all decided", "figures": {}, "profile": "campaign", "on": "2025-06-01",
    "commit": "0a1b2c3",
}  # fmt: skip
TRIED = {
    "number": "S5", "tried": "addresses that lead inside", "times": 40, "failed": 0, "database": "none", "on": "2025-06-01",
    "commit": "0a1b2c3",
}  # fmt: skip
PLACES = f"{FAULTS.begins}\nan older one\n{FAULTS.ends}\n\n{CASES.begins}\n{CASES.ends}\n"
HEAD = (
    "| | fault | times | on | records | lost | doubled | broken invariants | what became of it | date, commit |\n"
    "|---|---|---:|---|---:|---:|---:|---:|---|---|\n"
)


def lines(*told: dict) -> list[str]:
    return [json.dumps(KILLED | line) for line in told]


def test_each_report_is_a_row_and_the_last_row_adds_up():
    told = lines(
        {"number": "F10", "fault": "poison | bytes", "times": 6, "records": 5, "result": "the worker stayed"},
        {},
        {"number": "F2", "database": "sqlite", "times": 45, "records": 1350, "lost": 1, "doubled": 2, "breaches": 3},
        {"number": "C4", "records": 800, "times": 8},
    )

    assert written(FAULTS, told) == HEAD + (
        "| C4 | worker killed | 8 | PostgreSQL | 800 | 0 | 0 | 0 | all decided | 2025-06-01, 0a1b2c3 |\n"
        "| F1 | worker killed | 27 | PostgreSQL | 1,296 | 0 | 0 | 0 | all decided | 2025-06-01, 0a1b2c3 |\n"
        "| F2 | worker killed | 45 | SQLite | 1,350 | 1 | 2 | 3 | all decided | 2025-06-01, 0a1b2c3 |\n"
        "| F10 | poison \\| bytes | 6 | PostgreSQL | 5 | 0 | 0 | 0 | the worker stayed | 2025-06-01, 0a1b2c3 |\n"
        "|  | **all** | 86 |  | 3,451 | 1 | 2 | 3 |  |  |"
    )


def test_the_last_report_of_a_test_on_a_database_counts_and_smaller_runs_do_not():
    told = lines(
        {"times": 1}, {"times": 2, "on": "2025-06-02"}, {"times": 3, "database": "sqlite"}, {"times": 4, "profile": "push"}
    )  # fmt: skip

    assert written(FAULTS, told) == HEAD + (
        "| F1 | worker killed | 2 | PostgreSQL | 1,296 | 0 | 0 | 0 | all decided | 2025-06-02, 0a1b2c3 |\n"
        "| F1 | worker killed | 3 | SQLite | 1,296 | 0 | 0 | 0 | all decided | 2025-06-01, 0a1b2c3 |\n"
        "|  | **all** | 5 |  | 2,592 | 0 | 0 | 0 |  |  |"
    )


def test_the_tables_take_the_place_of_the_last_ones_and_leave_the_rest_of_the_page(tmp_path):
    report, readme = tmp_path / "reliability.jsonl", tmp_path / "README.md"
    told = [*lines({}), json.dumps(TRIED)]
    report.write_text("\n".join(told) + "\n")
    readme.write_text(f"# Ours\n\n{PLACES}\nMore.\n")

    main(report=report, readme=readme)
    once = readme.read_text()
    main(report=report, readme=readme)

    faults, cases = (f"{table.begins}\n{written(table, told)}\n{table.ends}" for table in (FAULTS, CASES))
    assert once == f"# Ours\n\n{faults}\n\n{cases}\n\nMore.\n" == readme.read_text()


def test_rows_of_which_the_report_tells_nothing_stay_and_add_up():
    before = written(FAULTS, lines({"number": "F10", "fault": "poison | bytes", "records": 5}, {"times": 1}))

    assert written(FAULTS, lines({"times": 2_000, "on": "2025-06-02"}), before=before) == HEAD + (
        "| F1 | worker killed | 2,000 | PostgreSQL | 1,296 | 0 | 0 | 0 | all decided | 2025-06-02, 0a1b2c3 |\n"
        "| F10 | poison \\| bytes | 27 | PostgreSQL | 5 | 0 | 0 | 0 | all decided | 2025-06-01, 0a1b2c3 |\n"
        "|  | **all** | 2,027 |  | 1,301 | 0 | 0 | 0 |  |  |"
    )


def test_without_a_campaign_or_a_place_nothing_is_written(tmp_path):
    with pytest.raises(NothingToTell, match="There is no report of a campaign: run `make campaign` first."):
        with_tables(PLACES, lines=lines({"profile": "push"}))
    with pytest.raises(NothingToTell, match="The page has no place for the table: put <!-- faults survived: begins"):
        with_tables("# Ours", lines=lines({}))
    with pytest.raises(NothingToTell, match="reliability.jsonl: run `make campaign` first."):
        main(report=tmp_path / "reliability.jsonl", readme=tmp_path / "README.md")


def test_cases_have_a_row_for_each_database_they_were_tried_on():
    told = [
        json.dumps(TRIED | more)
        for more in ({}, {"number": "C1", "database": "postgresql", "times": 1_200, "failed": 1})
    ]

    assert written(CASES, told + lines({})) == (
        "| | what is tried | times | on | otherwise than it should | date, commit |\n"
        "|---|---|---:|---|---:|---|\n"
        "| C1 | addresses that lead inside | 1,200 | PostgreSQL | 1 | 2025-06-01, 0a1b2c3 |\n"
        "| S5 | addresses that lead inside | 40 | no database | 0 | 2025-06-01, 0a1b2c3 |\n"
        "|  | **all** | 1,240 |  | 1 |  |"
    )


@pytest.mark.parametrize("table", [FAULTS, CASES], ids=lambda table: table.name)
def test_the_readme_has_a_place_for_the_table(table):
    page = README.read_text()

    assert (page.count(table.begins), page.count(table.ends)) == (1, 1)
    assert page.index(table.begins) < page.index(table.ends)


def names_in(path: Path) -> set[str]:
    """The tests of a file as pytest names them, without parameters."""
    tree = ast.parse((ROOT / path).read_text())
    groups = [("", tree.body)] + [(f"{one.name}::", one.body) for one in tree.body if isinstance(one, ast.ClassDef)]
    return {f"{path}::{group}{one.name}" for group, body in groups for one in body if isinstance(one, ast.FunctionDef)}


def test_every_case_names_tests_that_are_there():
    named = {test for case in LISTED for test in case.tests}
    there = set().union(*(names_in(Path(path)) for path in {test.partition("::")[0] for test in named}))

    assert named - there == set()
    assert len({case.number for case in LISTED}) == len(LISTED)

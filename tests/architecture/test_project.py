"""Tests that what is written down in two places says the same in both."""

import re

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command

from config.celery import app
from tests.architecture.source import ROOT


def test_every_setting_is_explained_in_the_example():
    source = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)) | {"ENV_FILE"}
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read == explained


def test_every_setting_is_explained_to_operators():
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    page = (ROOT / "docs" / "operations.md").read_text()

    assert {name for name in explained if f"`{name}`" not in page} == set()


def test_every_make_target_is_explained():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    declared = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    pages = (ROOT / "README.md").read_text() + (ROOT / "docs" / "operations.md").read_text()

    assert targets == declared
    assert {target for target in targets if f"make {target}" not in pages} == set()


def test_decisions_are_numbered_one_after_the_other_and_say_their_number():
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))

    numbers = [int(page.name.partition("-")[0]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    assert [
        page.name
        for page, number in zip(pages, numbers, strict=True)
        if not page.read_text().startswith(f"# {number}. ")
    ] == []


@pytest.mark.parametrize("suffix", ["", "-test", "-lint", "-ci"])
def test_every_requirement_is_in_its_lock(suffix):
    wanted = (ROOT / f"requirements{suffix}.in").read_text()
    locked = dict(
        re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / f"requirements{suffix}.txt").read_text(), re.MULTILINE)
    )

    for name, pin in re.findall(r"^([a-z][a-z0-9-]*)(?:\[[a-z,]+\])?(?:==([^\s;]+))?", wanted, re.MULTILINE):
        assert name in locked
        assert pin in ("", locked[name])


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_shared_tasks_are_bound_to_our_broker():
    assert current_app.conf.broker_url == app.conf.broker_url == settings.CELERY_BROKER_URL
    assert app.conf.broker_url.startswith("redis")


def test_every_scheduled_name_is_a_task():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= set(app.tasks)
    assert scheduled


def test_a_scheduled_message_outlives_three_intervals():
    repeated = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if hasattr(entry["schedule"], "run_every")]

    assert repeated
    for entry in repeated:
        assert entry["options"]["expires"] >= 3 * entry["schedule"].run_every.total_seconds()

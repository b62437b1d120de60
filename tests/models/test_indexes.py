"""Every index is written with every row, so each must be worth it."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db
# PostgreSQL's own for LIKE, of columns so few rows have that it does not matter.
FOR_LIKE = "_like"
# Who recorded a row is shown, and never looked for.
NEVER_LOOKED_FOR = {"recorded_by_id"}
MODELS = list(apps.get_app_config("forecasts").get_models())
TABLES = sorted(model._meta.db_table for model in MODELS)


def indexes_of(table):
    """The columns and the order of each whole index of a table, by its name."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%% WHERE %%'"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE tbl_name = %s AND sql LIKE '%% WHERE %%'",
            [table],
        )
        partial = {name for (name,) in cursor.fetchall()}
    return {
        name: list(zip(one["columns"], one.get("orders") or ["ASC"] * len(one["columns"]), strict=True))
        for name, one in found.items()
        if (one["index"] or one["unique"] or one["primary_key"]) and name not in partial and FOR_LIKE not in name
    }


@pytest.mark.parametrize("table", TABLES)
def test_no_index_is_the_beginning_of_another(table):
    indexes = indexes_of(table)

    spare = [
        (name, other)
        for name, columns in indexes.items()
        for other, more in indexes.items()
        if name != other and len(columns) < len(more) and more[: len(columns)] == columns
    ]

    assert spare == []


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.model_name)
def test_every_reference_is_found_from_its_other_end(model):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
    first = {one["columns"][0] for one in found if one["columns"] and not one["foreign_key"] and not one["check"]}
    references = {field.column for field in model._meta.local_fields if field.is_relation}

    assert references - first <= NEVER_LOOKED_FOR


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one._meta.model_name)
def test_every_index_that_a_model_names_is_in_the_database(model):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)

    assert {index.name for index in model._meta.indexes} <= found.keys()

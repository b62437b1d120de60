"""The language as editors read it is the schema that the API publishes."""

import pytest

from forecasts.admin.rule_reference import rule_language
from forecasts.rules import rule_json_schema

from .pages import add_page

pytestmark = pytest.mark.any_database


def part(name):
    return next(part for part in rule_language() if part.name == name)


def takes(name, key):
    return next(one for one in part(name).keys if one.name == key)


def test_every_key_of_the_published_schema_is_told():
    schema = rule_json_schema()
    published = {key for one in (schema, *schema["$defs"].values()) for key in one["properties"]}

    assert {key.name for part in rule_language() for key in part.keys} | {"id"} == published


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("rule", "consequent", "a formula"),
        ("rule", "rrl", "“1”"),
        ("formula", "occurs", "occurs"),
        ("formula", "all", "a list: a formula"),
        ("occurs", "window", "window"),
        ("window", "start", "date-time or anchored or latest of or earliest of"),
        ("guard", "within", "a length of time such as P30D"),
        ("count", "op", "“>=” or “>” or “<=” or “<” or “==”"),
    ],
)
def test_a_key_says_what_may_stand_there(name, key, expected):
    assert takes(name, key).takes == expected


def test_a_key_says_whether_it_has_to_be_there_and_what_counts_otherwise():
    assert (takes("rule", "variant").is_required, takes("rule", "variant").default) == (False, "central")
    assert takes("rule", "consequent").is_required


def test_the_form_of_a_prediction_shows_it_and_leads_to_the_schema(admin):
    page = admin.get(add_page("prediction")).content.decode()

    assert '<a href="/api/v1/schema/rules/">The JSON Schema</a>' in page
    assert "How many events of a pattern fall in a window." in page


def test_forms_without_a_rule_do_not_show_it(admin):
    assert "What may stand where" not in admin.get(add_page("event")).content.decode()

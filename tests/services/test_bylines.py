"""Names under an article become forecasters, each once."""

import pytest

from forecasts.models import Forecaster
from forecasts.services.bylines import forecasters_named
from forecasts.services.refusal import Refused
from tests.builders import NOW, make_forecaster

pytestmark = pytest.mark.django_db


def named(*names: str, kind: str = "PERSON") -> list[Forecaster]:
    return forecasters_named(names=names, kind=kind, field="authors", now=NOW)


def test_unknown_names_are_recorded_once_in_the_order_of_the_byline():
    first = named("Zoë  Young", "Ada Byron")
    again = named("Zoë Young", "ada byron")

    assert [(one.slug, one.name, one.kind) for one in first] == [
        ("zoe-young", "Zoë Young", "PERSON"), ("ada-byron", "Ada Byron", "PERSON"),
    ]  # fmt: skip
    assert again == first


def test_a_short_name_is_found_before_a_name():
    ada = make_forecaster("ada-byron", name="Ada Lovelace")

    assert named("ada-byron") == [ada]


def test_another_person_of_the_same_letters_gets_a_number():
    make_forecaster("zoe-young", name="Zoé Young")

    assert named("Zoe Young")[0].slug == "zoe-young-2"


def test_a_name_without_latin_letters_is_recorded_under_a_digest():
    (paper,) = named("Українська правда", kind="OUTLET")

    assert paper.slug.startswith("name-")
    assert (paper.name, paper.kind) == ("Українська правда", "OUTLET")


def test_namesakes_are_told_apart_by_their_short_names():
    make_forecaster("john-smith", name="John Smith")
    make_forecaster("john-smith-york", name="John Smith")

    with pytest.raises(Refused, match=r"Several forecasters are called “John Smith”.*john-smith, john-smith-york"):
        named("John Smith")
    assert named("john-smith-york")[0].slug == "john-smith-york"

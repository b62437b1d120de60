"""The newest calls as they are looked for at the end of the table, against all that were scored, sorted."""

import pytest
from django.contrib.auth.models import User

from forecasts.models import Forecaster
from forecasts.selectors import calls, newest
from forecasts.selectors.slices import Slice
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, make_article, make_forecaster, make_prediction, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]
WHY = "The ministry's own statement settles it."
SLICES = [
    Slice(),
    Slice(topic="aid"),
    Slice(topic="aid/military"),
    Slice(outlet="the-example"),
    Slice(forecaster="bob"),
    Slice(topic="a_d"),
]


@pytest.fixture(scope="class")
def record(made_once):
    editor = User.objects.create_user("editor")
    make_topic("aids")
    places = [("aid/military", "ada-byron"), ("aid", "bob"), ("aids", "mean"), ("aid/sea", "bob"), ("war", "mean")]
    for number, (topic, who) in enumerate(places * 2):
        holder = make_forecaster(who)
        fields = {"article": make_article(canonical_url=f"https://example.org/{number % 2}")}
        claim = make_prediction(
            statement=f"Claim {number}.",
            title=f"Claim {number}",
            topic=make_topic(topic),
            rules=[],
            holder=holder,
            **fields,
        )
        record_verdict(prediction_id=claim.pk, verdict="YES", reason=WHY, actor=editor, now=NOW)
        if number == 7:
            reopen(prediction_id=claim.pk, reason=WHY, actor=editor, now=NOW)
    Forecaster.objects.filter(slug="mean").update(kind=Forecaster.Kind.AGGREGATE)


class TestAFewVerdicts:
    @pytest.mark.parametrize("chosen", SLICES, ids=str)
    def test_they_are_those_that_a_search_through_all_finds(self, chosen, record):
        found = newest.among_the_last(chosen, most=100)

        keys = calls.counting_postings(chosen).values("pk")
        assert calls._told(found) == calls.recorded_calls(keys, chosen=chosen)
        assert bool(found) == (chosen.topic != "a_d")

    def test_as_many_are_given_as_are_asked_for_the_newest_first(self, record):
        every = newest.among_the_last(Slice(), most=100)

        assert newest.among_the_last(Slice(), most=2) == every[:2]

    def test_what_is_narrowed_otherwise_is_not_asked_so(self, record):
        assert newest.among_the_last(Slice(topic="aid", conditional=False), most=100) == []

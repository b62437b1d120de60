"""One page of every kind, with something on record for it to show."""

from django.urls import reverse

from forecasts.models import Event
from forecasts.pages.urls import urlpatterns
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.intake import RuleDraft
from forecasts.services.sweeps import sweep
from tests.builders import NOW, PUBLISHED, make_article, make_event, make_prediction, rule_that_it_occurs
from tests.everything import a_row_in_every_table, seal_something

# Whatever a scorecard is asked for: other times, other readings, other weights.
OF_SCORECARDS = (
    "?as_of=2026-03-05",
    "?as_recorded=2026-03-05&conditional=false",
    "?variant=STRICT",
    "?variant=LENIENT&sort=said",
    "?weighting=AT_HORIZON&horizon_days=7",
    "?weighting=TIME_WEIGHTED",
    "?part=readings",
    "?part=readings&as_of=2026-03-05",
    "?part=readings&as_recorded=2026-03-05",
    "?part=readings&variant=STRICT",
)
ASKED = {
    "search": ("?q=aid",),
    "compare": ("?a=ada-byron&b=the-example", "?a=ada-byron&b=the-example&as_of=2026-03-05"),
    "leaderboard": ("?topic=aid", "?topic=aid&as_of=2026-03-05"),
    "article": ("?verdict=YES",),
    "forecaster": OF_SCORECARDS,
    "topic": OF_SCORECARDS,
    "outlet": OF_SCORECARDS,
    "article-scorecard": OF_SCORECARDS,
}


def address_of_every_page() -> dict[str, str]:
    """The address of every page by its name in the URLconf, with something on record for it to show."""
    a_row_in_every_table()
    article = make_article()
    quoted = make_prediction(
        article=article,
        quote="The ban is likely to fall",
        statement="If the ban falls, aid is sent.",
        condition="the ban falls",
    )
    say_in_words(article)
    make_event(external_id="noon", owners=2, note="Announced at noon.")
    sweep(now=NOW)
    keys = {
        "commitment": seal_something().commitment, "article_id": article.pk, "prediction_id": quoted.pk, "event_id": Event.objects.first().pk, "path": "aid/military",
    }  # fmt: skip
    slugs = {"outlet": "the-example", "outlet-words": "the-example", "outlet-picture": "the-example"}
    found = {
        one.name: reverse(
            f"pages:{one.name}",
            kwargs={name: keys.get(name, slugs.get(one.name, "ada-byron")) for name in one.pattern.converters},
        )
        for one in urlpatterns
    }
    return found | {"oembed": f"{found['oembed']}?url=http://testserver{found['forecaster']}"}


def say_in_words(article) -> None:
    """A claim in words by a deadline that an editor set, with every reading of its rules; and one that only hedges."""
    entry = {"low": "0.2", "point": "0.4", "high": "0.6", "source": ""}
    rows = [{"phrase": "likely", **entry}, {"phrase": "may", "hedge": "yes", **entry}]
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=rows, now=NOW)
    readings = {"CENTRAL": "2025-03-01", "STRICT": "2025-02-01", "LENIENT": "2025-05-01"}
    rules = [RuleDraft(rule_that_it_occurs(end=f"{day}T00:00:00Z"), variant=name) for name, day in readings.items()]
    for phrase in ("likely", "may"):
        prediction = make_prediction(
            article=article, rules=rules, statement=f"It {phrase} comes.", probability=None, deadline_basis="IMPLIED"
        )
        record_forecast(
            prediction=prediction, forecaster=prediction.holder, wording=wording(phrase=phrase), made_at=PUBLISHED, now=NOW
        )  # fmt: skip

"""Answers can be held for as long as nothing was written that they show."""

from django.db import migrations

from ._written import begin_tracing, trace


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0023_checkpoints")]

    operations = [
        begin_tracing(),
        trace(
            "article", "articleauthor", "clustercell", "coverage", "entity", "entitymembership", "evaluation", "event",
            "eventkey", "eventmerge", "eventversion", "evidence", "forecast", "forecaster", "judgement", "levelcell",
            "lexicon", "lexiconentry", "milestone", "observation", "posting", "prediction", "predictioncounts",
            "resolution", "rulekey", "ruleversion", "scope", "score", "searchtext", "source", "topic", "uncounted",
            "witness",
        ),
    ]  # fmt: skip

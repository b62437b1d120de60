"""The examples of docs/scores/coverage.md, run."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from forecasts.models import Article
from forecasts.selectors.coverage import PARTS, Coverage, Facts, counts_of

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "scores" / "coverage.md").read_text(encoding="utf-8").split())
SETTLED = Facts("YES", "FINAL", "", False, False, "STATED", True, False, True)


def test_the_ten_predictions_of_the_page_add_up():
    groups = {
        SETTLED: 5,
        SETTLED._replace(is_counted=False): 1,
        SETTLED._replace(verdict="", is_counted=False): 2,
        SETTLED._replace(verdict="ANNULLED", is_conditional=True, is_counted=False): 1,
        SETTLED._replace(verdict="", is_asked=False, is_hedged=True, is_counted=False): 1,
    }

    found = Coverage.of(counts_of(Counter(groups)))

    told = (found.resolved, found.pending, found.annulled, found.excluded_leakage, found.hedged, found.predictions)
    assert told == (5, 2, 1, 1, 1, 10)
    assert "**5** resolved + **2** pending + **1** annulled + **1** excluded + **1** hedged = **10**" in PAGE


def test_an_article_of_january_is_in_time_for_february():
    article = Article(published_at=datetime(2025, 1, 1, tzinfo=UTC), published_precision="MONTH")

    assert article.published_before() == datetime(2025, 2, 1, tzinfo=UTC)
    assert "on **31 January**, but on what happened on **1 February** it does" in PAGE


def test_every_part_is_on_the_page():
    assert [name for name in PARTS if f"| `{name}` |" not in PAGE] == []

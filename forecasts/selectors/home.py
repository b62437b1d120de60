"""What the first page shows: what was decided, what waits, and where to read on."""

from dataclasses import dataclass

from forecasts.models import Article, Forecaster, Prediction, Resolution

from .articles import listed_articles, listed_forecasters
from .predictions import Claim, claims

N_RESOLVED, N_REVIEW, N_OPEN, N_ARTICLES, N_FORECASTERS = 8, 5, 6, 5, 8


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """The first few of each kind, and how many there are in all."""

    resolutions: tuple[Resolution, ...]
    n_review: int
    review: tuple[Claim, ...]
    n_open: int
    open: tuple[Claim, ...]
    articles: tuple[Article, ...]
    forecasters: tuple[Forecaster, ...]


def home_page() -> HomePage:
    """Return what the first page shows."""
    review = Prediction.objects.awaiting_a_person()
    waiting = Prediction.objects.filter(status=Prediction.Status.OPEN)
    latest = (
        Resolution.objects.current().exclude(verdict="").select_related("prediction__holder", "prediction__article")
    )
    return HomePage(
        resolutions=tuple(latest.order_by("-recorded_at", "-pk")[:N_RESOLVED]),
        n_review=review.count(),
        review=claims(review.order_by("issued_at", "pk")[:N_REVIEW]),
        n_open=waiting.count(),
        open=claims(waiting.order_by("next_check_at", "pk")[:N_OPEN]),
        articles=tuple(listed_articles()[:N_ARTICLES]),
        forecasters=tuple(listed_forecasters()[:N_FORECASTERS]),
    )

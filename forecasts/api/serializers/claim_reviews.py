"""A verdict as schema.org's ClaimReview, for search engines and fact checkers."""

from typing import Any

from forecasts.models import Forecaster, Resolution, Verdict

# Only what came out as yes, no or between them is rated. The scale says what share of the claim came true.
RATED = {Verdict.YES: "1", Verdict.NO: "0"}
NAMES = {
    Verdict.YES: "Came true",
    Verdict.NO: "Did not come true",
    Verdict.ANNULLED: "Not decided: its condition was not met, or its question is void",
    Verdict.AMBIGUOUS: "Cannot be decided",
}
PEOPLE, GROUPS = {Forecaster.Kind.PERSON}, {Forecaster.Kind.ORGANISATION, Forecaster.Kind.OUTLET}


def claim_review(resolution: Resolution, *, page: str, home: str, is_current: bool) -> dict[str, Any]:
    """
    The review in JSON-LD. A verdict that is not final, or is superseded, says so.

    Args:
        page: The address of the prediction's page.
        home: The address of the first page.
    """
    prediction = resolution.prediction
    review = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": f"{page}#resolution-{resolution.number}",
        "url": page,
        "datePublished": resolution.recorded_at.isoformat(),
        "creativeWorkStatus": resolution.get_state_display() if is_current else "Superseded",
        "claimReviewed": prediction.statement,
        "reviewBody": resolution.reason,
        "author": {"@type": "Organization", "name": "Aftercast", "url": home},
        "itemReviewed": _claim(resolution),
        "reviewRating": _rating(resolution),
    }
    return review | ({"citation": resolution.evidence_url} if resolution.evidence_url else {})


def _claim(resolution: Resolution) -> dict[str, Any]:
    prediction = resolution.prediction
    claim = {
        "@type": "Claim",
        "name": prediction.title,
        "datePublished": prediction.issued_at.isoformat(),
        "author": _somebody(prediction.holder),
    }
    article = prediction.article
    if article is None:
        return claim
    appearance = {
        "@type": "Article",
        "headline": article.title,
        "url": article.canonical_url,
        "datePublished": article.published_at.isoformat(),
        "publisher": _somebody(article.outlet),
    }
    return claim | {"appearance": appearance} | ({"text": prediction.quote} if prediction.quote else {})


def _somebody(forecaster: Forecaster) -> dict[str, str]:
    kind = "Person" if forecaster.kind in PEOPLE else "Organization" if forecaster.kind in GROUPS else "Thing"
    return {"@type": kind, "name": forecaster.name}


def _rating(resolution: Resolution) -> dict[str, Any]:
    verdict, share = Verdict(resolution.verdict), resolution.share
    value = f"{share.normalize():f}" if share is not None else RATED.get(verdict)
    name = NAMES.get(verdict) or verdict.label
    rating = {"@type": "Rating", "alternateName": name, "ratingExplanation": resolution.reason}
    return rating | ({"ratingValue": value, "bestRating": "1", "worstRating": "0"} if value is not None else {})

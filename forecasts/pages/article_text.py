"""An article's text with its claims numbered in the order in which they are quoted."""

from collections.abc import Hashable
from dataclasses import dataclass

from forecasts.models import Article, Prediction
from forecasts.selectors.predictions import Claim
from forecasts.texts.quotes import passages, positions

# What readers can choose to see; the code of a verdict, or one of two ways of having none.
CHOICES = {
    "YES": "Yes",
    "NO": "No",
    "PARTLY": "Partly",
    "ANNULLED": "Annulled",
    "AMBIGUOUS": "Ambiguous",
    "REVIEW": "Needs review",
    "OPEN": "Open",
}


@dataclass(frozen=True)
class NumberedClaim:
    """A claim with its number on the page and how it stands: a key of `CHOICES`."""

    number: int
    claim: Claim
    standing: str

    @property
    def prediction(self) -> Prediction:
        return self.claim.prediction

    @property
    def standing_name(self) -> str:
        """How it stands, in the words of the page."""
        return CHOICES[self.standing]


@dataclass(frozen=True)
class MarkedSegment:
    """A stretch of text, how the claims that quote it stand, and the claims whose quote ends here."""

    text: str
    standing: str
    ending: tuple[NumberedClaim, ...]


@dataclass(frozen=True)
class MarkedPassage:
    """A paragraph of marked segments; `after_gap` says that words were left out before it."""

    segments: tuple[MarkedSegment, ...]
    after_gap: bool


def standing(prediction: Prediction) -> str:
    """The verdict, or else whether a person is needed; a key of `CHOICES`."""
    if prediction.verdict:
        return str(prediction.verdict)
    return "REVIEW" if prediction.status == Prediction.Status.NEEDS_REVIEW else "OPEN"


def numbered(article: Article, claims: tuple[Claim, ...]) -> tuple[NumberedClaim, ...]:
    """The claims in the order in which the article makes them; those not found in its text come last."""
    places = positions(article.text, _quotes(claims))
    last = (len(article.text), 0)
    ordered = sorted(claims, key=lambda claim: places.get(claim.prediction.pk, last))
    return tuple(
        NumberedClaim(number, claim, standing(claim.prediction)) for number, claim in enumerate(ordered, start=1)
    )


def marked(article: Article, claims: tuple[NumberedClaim, ...]) -> tuple[MarkedPassage, ...]:
    """The article's text with what the claims quote marked by how they stand."""
    by_key: dict[Hashable, NumberedClaim] = {one.prediction.pk: one for one in claims}
    spans = positions(article.text, _quotes(tuple(one.claim for one in claims)))
    return tuple(
        MarkedPassage(
            tuple(
                MarkedSegment(
                    segment.text,
                    _joint(tuple(by_key[key] for key in segment.quotes)),
                    tuple(by_key[key] for key in segment.ending),
                )
                for segment in passage.segments
            ),
            passage.after_gap,
        )
        for passage in passages(article.text, spans)
    )


def _quotes(claims: tuple[Claim, ...]) -> dict[Hashable, str]:
    return {claim.prediction.pk: claim.prediction.quote for claim in claims}


def _joint(covering: tuple[NumberedClaim, ...]) -> str:
    """How a stretch is coloured: by the one standing that its claims share, else as mixed."""
    shared = {one.standing for one in covering}
    return shared.pop() if len(shared) == 1 else "MIXED" if shared else ""

from .access import ApiToken
from .articles import Article, ArticleAuthor, Forecaster, Topic
from .events import (
    Coverage,
    Entity,
    EntityMembership,
    Event,
    EventKey,
    EventMerge,
    EventVersion,
    Evidence,
    Milestone,
    Observation,
    Source,
    Tier,
)
from .forecasts import Forecast, Lexicon, LexiconEntry
from .judgements import Judgement
from .predictions import Prediction, RuleKey, RuleVersion, Verdict
from .resolutions import Evaluation, Resolution, Witness
from .scores import Score

__all__ = [
    "ApiToken",
    "Article",
    "ArticleAuthor",
    "Coverage",
    "Entity",
    "EntityMembership",
    "Evaluation",
    "Event",
    "EventKey",
    "EventMerge",
    "EventVersion",
    "Evidence",
    "Forecast",
    "Forecaster",
    "Judgement",
    "Lexicon",
    "LexiconEntry",
    "Milestone",
    "Observation",
    "Prediction",
    "Resolution",
    "RuleKey",
    "RuleVersion",
    "Score",
    "Source",
    "Tier",
    "Topic",
    "Verdict",
    "Witness",
]

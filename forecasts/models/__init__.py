from .access import ApiToken, KeptAnswer
from .among import Among
from .articles import Article, ArticleAuthor, Forecaster, Topic
from .changes import Change
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
from .jobs import JobRun
from .judgements import Judgement
from .ledger import Checkpoint, LedgerEntry, LedgerHead, LedgerSalts, RedactedSalt, Redaction, SigningKey
from .predictions import Prediction, RuleKey, RuleVersion, Verdict
from .resolutions import Evaluation, Resolution, Witness
from .rollups import WHOLE, ClusterCell, LevelCell, Posting, PredictionCounts, Scope, TopicOutcomes, Uncounted
from .scores import Score
from .sealed import Sealed, SealedContent, Unsealing
from .search import SearchText
from .uploads import Upload
from .webhooks import Delivery, Webhook

__all__ = [
    "WHOLE",
    "Among",
    "ApiToken",
    "Article",
    "ArticleAuthor",
    "Change",
    "Checkpoint",
    "ClusterCell",
    "Coverage",
    "Delivery",
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
    "JobRun",
    "Judgement",
    "KeptAnswer",
    "LedgerEntry",
    "LedgerHead",
    "LedgerSalts",
    "LevelCell",
    "Lexicon",
    "LexiconEntry",
    "Milestone",
    "Observation",
    "Posting",
    "Prediction",
    "PredictionCounts",
    "RedactedSalt",
    "Redaction",
    "Resolution",
    "RuleKey",
    "RuleVersion",
    "Scope",
    "Score",
    "Sealed",
    "SealedContent",
    "SearchText",
    "SigningKey",
    "Source",
    "Tier",
    "Topic",
    "TopicOutcomes",
    "Uncounted",
    "Unsealing",
    "Upload",
    "Verdict",
    "Webhook",
    "Witness",
]

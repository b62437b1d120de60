"""Looking again at verdicts that are final: what the rule says now may contradict them."""

from datetime import datetime, timedelta

import structlog

from forecasts.models import Prediction, Resolution
from forecasts.selectors.resolutions import TOO_LATE, contradicted

from .predictions import make_due

logger = structlog.get_logger(__name__)

LOOK_BACK = timedelta(days=90)


def recheck_finals(*, now: datetime, since: timedelta = LOOK_BACK) -> int:
    """
    Make due every prediction whose verdict became final lately; the next sweeps evaluate them again.

    A final verdict is never changed by that: where the rule now says otherwise, the prediction goes to review. What
    was found so before and not decided yet is counted in the log.

    Returns:
        How many were made due.
    """
    lately = Resolution.objects.current().filter(state=Resolution.State.FINAL, recorded_at__gte=now - since)
    finals = Prediction.objects.filter(status=Prediction.Status.FINAL, pk__in=lately.values("prediction"))
    due = make_due(predictions=finals.values("pk"), now=now)
    counts = {"put_to_a_person": contradicted().count(), "too_late": contradicted(TOO_LATE).count()}
    logger.info("final_verdicts_looked_at_again", due=due, **counts)
    return due

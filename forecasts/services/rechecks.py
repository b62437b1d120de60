"""Looking again at verdicts that are final: what the rule says now may contradict them."""

from datetime import datetime, timedelta

from forecasts.models import Prediction, Resolution

from .predictions import make_due

LOOK_BACK = timedelta(days=90)


def recheck_finals(*, now: datetime, since: timedelta = LOOK_BACK) -> int:
    """
    Make due every prediction whose verdict became final lately; the next sweeps evaluate them again.

    A final verdict is never changed by that: where the rule now says otherwise, the prediction goes to review.

    Returns:
        How many were made due.
    """
    lately = Resolution.objects.current().filter(state=Resolution.State.FINAL, recorded_at__gte=now - since)
    finals = Prediction.objects.filter(status=Prediction.Status.FINAL, pk__in=lately.values("prediction"))
    return make_due(predictions=finals.values("pk"), now=now)

"""How scoring works, with the reader's own calls scored."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forecasts.scoring.rules import brier_score, log_score

from .holding import held_for_good

MOST = 5
OUTCOMES = {"yes": 1.0, "no": 0.0}


@dataclass(frozen=True)
class Try:
    """One call as the reader typed it; its scores, or what is wrong with it; neither where it was left empty."""

    said: str
    happened: str
    brier: float | None = None
    log: float | None = None
    fault: str = ""


@require_safe
@held_for_good
def scoring(request: HttpRequest) -> HttpResponse:
    """The explanation; where the address holds calls, with their scores."""
    said, happened = request.GET.getlist("said")[:MOST], request.GET.getlist("happened")[:MOST]
    tries = [_tried(text, came) for text, came in zip(said, happened, strict=False)]
    scored = [one for one in tries if one.brier is not None]
    context = {
        "tries": [*tries, *[Try("", "yes")] * (MOST - len(tries))],
        "mean": sum(one.brier or 0.0 for one in scored) / len(scored) if scored else None,
        "mean_log": sum(one.log or 0.0 for one in scored) / len(scored) if scored else None,
        "n_scored": len(scored),
    }
    return render(request, "forecasts/scoring.html", context, status=400 if any(one.fault for one in tries) else 200)


def _tried(said: str, happened: str) -> Try:
    text = said.strip().replace(",", ".")
    if not text:
        return Try("", happened)
    try:
        probability = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        probability = -1.0
    if not 0 <= probability <= 1 or happened not in OUTCOMES:
        told = _("“%(said)s” is no probability with an outcome; give a number from 0 to 1, such as 0.7, or 70%%.")
        return Try(said[:20], happened, fault=told % {"said": said[:20]})
    obs = [OUTCOMES[happened]]
    return Try(said, happened, float(brier_score([probability], obs)[0]), float(log_score([probability], obs)[0]))

"""How the admin shows codes: verdicts as badges, reasons in words."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Prediction

REASONS = {
    "NO_RULE": _("It has no rule yet"),
    "CONTRADICTS_VERDICT": _("The rule now contradicts the recorded verdict"),
    "COVERAGE_GAP": _("The window has long been over, and its sources are still not covered that far"),
    "ANCHOR_FAILED": _("What the window counts from did not happen"),
    "TOO_LATE_TO_REOPEN": _("The rule contradicts the verdict, too late to reopen it"),
    "CONTRADICTION": _("Recorded events contradict each other"),
    "JUDGEMENT_NEEDED": _("The rule asks a person"),
    "POSSIBLE_MATCH": _("An event may or may not be what the rule means"),
    "AWAITING_COVERAGE": _("The window is over, but the sources are not covered that far"),
    "WINDOW_OPEN": _("The window is still open"),
    "ANCHOR_UNKNOWN": _("What the window counts from has not happened"),
    "WITNESS": _("An event decides it"),
    "REFUTED": _("A rival outcome refutes it"),
    "WINDOW_CLOSED": _("The window closed without it"),
    "JUDGED": _("A person decided it"),
    "IMPORTED": _("It came with its forecasts in a file"),
    "CONFIRMED": _("A person confirmed it"),
    "DISPUTED": _("A person disputed it"),
    "REOPENED": _("A person reopened it"),
    "CONDITION_REFUTED": _("The condition was refuted"),
    "CONDITION_NOT_MET": _("The condition was not met in time"),
}


def in_words(code: str) -> str:
    """A reason code as a phrase; the code itself where it has none."""
    return str(REASONS.get(code, code))


def badge(code: str, label: str) -> SafeString:
    """A coloured label; the words carry the meaning, the colour repeats it."""
    return format_html('<span class="badge badge-{}">{}</span>', code.lower().replace("_", "-"), label)


def verdict_badge(prediction: Prediction) -> SafeString:
    """The verdict, or that there is none."""
    return badge(prediction.verdict or "open", prediction.get_verdict_display() or gettext("Open"))


def waiting_for(prediction: Prediction) -> str:
    """Why a prediction waits for a person or is stuck; empty when it does neither."""
    reasons = [in_words(code) for code in prediction.review_reasons]
    if prediction.needs_confirmation:
        reasons.append(gettext("The proposed verdict waits for a confirmation"))
    if prediction.attempts >= Prediction.MAX_ATTEMPTS:
        reasons.append(gettext("Its checks fail: %(error)s") % {"error": prediction.last_error[:200]})
    return "; ".join(reasons)

"""
What stands on pages a hundred times: instants, and what became of a prediction, as HTML.

Filters of every template, written out: a template for each takes ten times as long.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from forecasts.models import Prediction, Resolution, Verdict

register = template.Library()

# By verdict: its class, its sign, its name.
VERDICTS: Mapping[str, tuple[str, str, str]] = {
    Verdict.YES: ("yes", "✓", gettext_noop("Yes")),
    Verdict.NO: ("no", "✗", gettext_noop("No")),
    Verdict.PARTLY: ("partly", "½", gettext_noop("Partly")),
    Verdict.ANNULLED: ("void", "∅", gettext_noop("Annulled")),
    Verdict.AMBIGUOUS: ("void", "≈", gettext_noop("Ambiguous")),
}
REVIEW, OPEN = ("review", "?", gettext_noop("Needs review")), ("open", "○", gettext_noop("Open"))
STATES: Mapping[str, str] = {
    Resolution.State.PROPOSED: gettext_noop("proposed"),
    Resolution.State.DISPUTED: gettext_noop("disputed"),
    Prediction.Status.NEEDS_REVIEW: gettext_noop("in doubt"),
}


@register.filter
def day(at: date) -> SafeString:
    """A day, or that of an instant, as a `time` element."""
    local = localtime(at) if isinstance(at, datetime) else at
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%d}", _told(local))


@register.filter
def moment(at: datetime) -> SafeString:
    """An instant as a `time` element: its day, and the time of day unless that is midnight, UTC."""
    local = localtime(at)
    time = f"{local:%H:%M:%S}"
    utc = "" if time == "00:00:00" else format_html(", {}&nbsp;{}", time[:5], _("UTC"))
    return format_html('<time datetime="{}">{}{}</time>', f"{local:%Y-%m-%d}T{time}Z", _told(local), utc)


def _told(at: date) -> str:
    return f"{at.day} {MONTHS_3[at.month].title()} {at.year}"


@register.filter
def badge(verdict: str, status: str) -> SafeString:
    """What a prediction came to, and how far that stands: its verdict and its status, each empty where there is none."""
    kind, sign, name = VERDICTS.get(verdict) or (REVIEW if status == Prediction.Status.NEEDS_REVIEW else OPEN)
    state = STATES.get(status, "")
    beside = format_html(' <span class="state">{}</span>', _(state) if state else "")
    return format_html(
        '<span class="standing"><span class="badge {}"><span aria-hidden="true">{}</span> {}</span>{}</span>',
        kind, sign, _(name), beside if verdict and status != Prediction.Status.FINAL else "",
    )  # fmt: skip

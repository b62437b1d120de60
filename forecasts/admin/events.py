"""What happened: events in versions, with their evidence."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Event, EventMerge, EventVersion
from forecasts.selectors.events import event_page, latest_versions, possible_duplicates

from .event_forms import CorrectionForm, EventForm, EvidenceForm, RetractionForm, called
from .event_merge_forms import MergeForm, UndoMergeForm
from .prediction_details import public_url
from .recording import RecordAdmin, Step
from .wording import badge

CORRECT, MERGE = "forecasts.add_eventversion", "forecasts.add_eventmerge"


def is_standing(event: Any) -> bool:
    """Whether the event, as this admin reads it, is not retracted."""
    return event.status != EventVersion.Status.RETRACTED


def is_merged(event: Any) -> bool:
    """Whether another event counts in its place."""
    return event.counts_elsewhere


def can_be_merged(event: Any) -> bool:
    """Whether the event counts by itself."""
    return is_standing(event) and not is_merged(event)


class TypeFilter(admin.SimpleListFilter):
    """Events by the type of their latest version."""

    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = EventVersion.objects.values_list("event_type", flat=True).distinct().order_by("event_type")
        return [(name, name) for name in used]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(event_type=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(RecordAdmin):
    form_class = EventForm
    change_form_template = "admin/forecasts/event.html"
    list_display = ("shown_title", "event_type", "occurred_from", "shown_status", "source", "recorded_at")
    list_filter = (TypeFilter, "source", "recorded_at")
    search_fields = ("external_id", "versions__title")
    ordering = ("-recorded_at", "-pk")
    fields = ("source", "external_id", "recorded_at")
    steps = (
        Step(slug="correct", label=_("Correct"), form_class=CorrectionForm, permission=CORRECT, is_offered=is_standing),
        Step(slug="retract", label=_("Retract"), form_class=RetractionForm, permission=CORRECT, is_offered=is_standing),
        Step(slug="evidence", label=_("Add evidence"), form_class=EvidenceForm, permission="forecasts.add_evidence"),
        Step(
            slug="merge",
            label=_("Merge into another"),
            form_class=MergeForm,
            permission=MERGE,
            is_offered=can_be_merged,
        ),
        Step(
            slug="unmerge", label=_("Undo the merge"), form_class=UndoMergeForm, permission=MERGE, is_offered=is_merged
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        newest = EventVersion.objects.filter(event=OuterRef("pk")).order_by("-version")
        fields = ("title", "event_type", "occurred_from", "status", "version")
        told = {name: Subquery(newest.values(name)[:1]) for name in fields}
        elsewhere = Exists(EventMerge.objects.standing().filter(merged=OuterRef("pk")))
        return super().get_queryset(request).select_related("source").annotate(**told, counts_elsewhere=elsewhere)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The event, called by what happened: its id is a digest where the source gave none."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.called = called(row)
        return row

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, row: Any) -> str:
        return row.title

    @admin.display(description=_("type"), ordering="event_type")
    def event_type(self, row: Any) -> str:
        return row.event_type

    @admin.display(description=_("happened"), ordering="occurred_from")
    def occurred_from(self, row: Any) -> str:
        return f"{row.occurred_from:%Y-%m-%d}"

    @admin.display(description=_("status"))
    def shown_status(self, row: Any) -> str:
        label = EventVersion.Status(row.status).label
        return badge(
            row.status,
            label
            if row.version == 1
            else gettext("%(label)s, version %(version)s") % {"label": label, "version": row.version},
        )

    def details(self, row: Any) -> dict[str, object]:
        page = event_page(event_id=row.pk)
        prefetch_related_objects(page.versions, "recorded_by")
        near = latest_versions().filter(event__in=possible_duplicates(version=page.latest))
        return {
            "page": page,
            "duplicates": near.select_related("event__source").order_by("occurred_from", "pk"),
            "public_url": public_url("event", row.pk),
        }

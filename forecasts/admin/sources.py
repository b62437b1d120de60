"""Feeds and their coverage, series, entities, milestones."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forecasts.models import Coverage, Entity, Milestone, Observation, Source

from .recording import RecordAdmin, Step
from .source_forms import CoverageForm, EntityForm, MembershipForm, MilestoneForm, ObservationForm, SourceForm


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    form_class = SourceForm
    change_form_template = "admin/forecasts/kept.html"
    list_display = ("name", "kind", "tier", "group", "complete_to", "settlement_lag")
    list_filter = ("kind", "tier", "group")
    search_fields = ("name", "slug")
    ordering = ("name", "pk")
    fields = ("name", "slug", "kind", "tier", "group", "settlement_lag", "url", "citation", "recorded_at")
    readonly_fields = ("slug", "kind", "tier", "group", "recorded_at")
    steps = (
        Step(slug="coverage", label=_("State coverage"), form_class=CoverageForm, permission="forecasts.add_coverage"),
    )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        newest = (
            Coverage.objects.filter(source=OuterRef("pk")).order_by("-recorded_at", "-pk").values("complete_to")[:1]
        )
        return super().get_queryset(request).annotate(complete_to=Subquery(newest))

    @admin.display(description=_("complete to"), ordering="complete_to", empty_value="never stated")
    def complete_to(self, row: Any):
        return row.complete_to

    def details(self, row: Any) -> dict[str, object]:
        stated = row.coverage.order_by("-recorded_at", "-pk")[:20]
        return {"linked_title": "Coverage", "linked": [(c, c.note) for c in stated]}


@admin.register(Observation)
class ObservationAdmin(RecordAdmin):
    form_class = ObservationForm
    list_display = ("series", "valid_on", "value", "unit", "released_at", "source")
    list_filter = ("series", "source")
    list_select_related = ("source",)
    search_fields = ("series",)
    ordering = ("series", "-valid_on", "-released_at", "pk")


@admin.register(Entity)
class EntityAdmin(RecordAdmin):
    form_class = EntityForm
    change_form_template = "admin/forecasts/kept.html"
    list_display = ("path", "label", "wikidata")
    search_fields = ("path", "label")
    ordering = ("path",)
    steps = (
        Step(
            slug="membership", label=_("It belongs to …"), form_class=MembershipForm,
            permission="forecasts.add_entitymembership",
        ),
    )  # fmt: skip

    def details(self, row: Any) -> dict[str, object]:
        groups = row.memberships.select_related("group").order_by("starts_at", "pk")
        members = row.members.select_related("member").order_by("starts_at", "pk")
        return {
            "linked_title": gettext("Memberships"),
            "linked": [
                (edge.group, gettext("it belongs to this%(between)s") % {"between": _between(edge)}) for edge in groups
            ]
            + [(edge.member, gettext("belongs to it%(between)s") % {"between": _between(edge)}) for edge in members],
        }


def _between(edge) -> str:
    since = gettext(" from %(day)s") % {"day": f"{edge.starts_at:%Y-%m-%d}"} if edge.starts_at else ""
    return since + (gettext(" to before %(day)s") % {"day": f"{edge.ends_at:%Y-%m-%d}"} if edge.ends_at else "")


@admin.register(Milestone)
class MilestoneAdmin(RecordAdmin):
    form_class = MilestoneForm
    list_display = ("key", "version", "label", "occurs_at")
    search_fields = ("key", "label")
    ordering = ("key", "-version")

"""
How the admin writes: a form that ends in one call of a service, and one page that shows it.

What a service refuses is told beside the field it is about. Nothing recorded can be changed or deleted here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, URLField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext

from forecasts import tasks
from forecasts.services.refusal import Refused

from .suggestions import SUGGESTIONS

# The field of a form that asks what it comes to, and the answer that is only the rule in words.
DRY_RUN, SENTENCE = "_dry_run", "sentence"


class RecordForm(forms.Form):
    """
    A form whose input one service records.

    `aliases` maps a service's name for a field to the form's. `subject` is the row that the form adds to.
    """

    aliases: ClassVar[Mapping[str, str]] = {}
    fieldsets: ClassVar[tuple] = ()
    can_preview = False

    def __init__(self, *args: Any, subject: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject

    def datalists(self) -> dict[str, Mapping[Any, str]]:
        """What fields offer while one types: values, each with what it means."""
        named = {field.widget.attrs.get("list") for field in self.fields.values()}
        return {name: SUGGESTIONS[name]() for name in sorted(named & SUGGESTIONS.keys())}

    def record(self, *, now: datetime, actor: Any) -> Model:
        """
        Hand the input to its service and return the row that the editor should see.

        Raises:
            Refused: The service did not record it.
        """
        raise NotImplementedError("Each form has a service of its own.")

    def preview(self, *, now: datetime) -> object:
        """What saving would come to, without saving; None where the input does not allow an answer."""
        return None

    def take_refusal(self, error: ValidationError) -> None:
        """Show each message beside its field; above the form where the form has no such field."""
        for name, found in error.message_dict.items():
            field = self.aliases.get(name, name)
            self.add_error(field if field in self.fields else None, found)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something an editor can add to a recorded row, with its own page."""

    slug: str
    label: Promise
    form_class: type[RecordForm]
    permission: str
    is_offered: Callable[[Any], bool] = lambda row: True


def already_recorded(field: str, row: Any, *, told: str) -> Refused:
    """The refusal of something that is recorded already, with a link to it."""
    return Refused({field: [format_html('{} <a href="{}">{}</a>.', told, row_url(row), gettext("Look at it"))]})


class KeptAdmin(admin.ModelAdmin):
    """Rows are shown, never changed and never deleted; not by a superuser either."""

    list_per_page = 50
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    show_full_result_count = False
    view_on_site = False
    steps: ClassVar[tuple[Step, ...]] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<path:object_id>/{step.slug}/",
                self.admin_site.admin_view(partial(self.step_view, step=step)),
                name=f"{name}_{step.slug}",
            )
            for step in self.steps
        ]
        return own + super().get_urls()

    def step_view(self, request: HttpRequest, object_id: str, *, step: Step) -> HttpResponse:
        """The page of one step: its form, and back to the row when it is done."""
        row = self.get_object(request, unquote(object_id))
        if not request.user.has_perm(step.permission) or not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None or not step.is_offered(row):
            raise Http404(gettext("“%(label)s” is not possible here.") % {"label": step.label})
        return record_page(request, owner=self, form_class=step.form_class, title=str(step.label), subject=row)

    def open_steps(self, request: HttpRequest, row: Model) -> list[dict[str, str]]:
        """The steps that this editor can take from this row, as links."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return [
            {"label": str(step.label), "url": reverse(f"{name}_{step.slug}", args=[row.pk])}
            for step in self.steps
            if request.user.has_perm(step.permission) and step.is_offered(row)
        ]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, read once in a request: its page and the steps from it are about the same one."""
        found = getattr(request, "rows_at_hand", None)
        if found is None:
            found = request.rows_at_hand = {}  # type: ignore[attr-defined]  # Handed on within a request.
        if object_id not in found:
            found[object_id] = super().get_object(request, object_id, from_field)
        return found[object_id]

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        shown = {"steps": self.open_steps(request, row), **self.details(row)} if row else {}
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def details(self, row: Any) -> dict[str, object]:
        """What the page of a row shows besides its fields."""
        return {}


class RecordAdmin(KeptAdmin):
    """Rows are added through a form that ends in a service."""

    form_class: type[RecordForm]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def add_view(self, request, form_url="", extra_context=None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return record_page(
            request,
            owner=self,
            form_class=self.form_class,
            title=gettext("Add %(name)s") % {"name": self.opts.verbose_name},
        )

    def response_post_save_add(self, request: HttpRequest, obj: Model) -> HttpResponseRedirect:
        return HttpResponseRedirect(row_url(obj))


def row_url(row: Model) -> str:
    """The address of a row in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def record_page(
    request: HttpRequest, *, owner: KeptAdmin, form_class: type[RecordForm], title: str, subject: Model | None = None
) -> HttpResponse:
    """Show a form; on a post record it through its service, or show what it would come to."""
    initial = {} if subject else _of_known_rows(form_class, owner.get_changeform_initial_data(request))
    form = form_class(request.POST if request.method == "POST" else None, subject=subject, initial=initial)
    previewed = None
    if DRY_RUN in request.POST:
        previewed = form.preview(now=timezone.now())
        if request.POST[DRY_RUN] == SENTENCE:
            context = {"preview": previewed, "form": form}
            return TemplateResponse(request, "admin/forecasts/sentence.html", context)
    elif request.method == "POST" and form.is_valid():
        recorded = _attempt(request, owner=owner, form=form, title=title)
        if recorded is not None:
            return _done(request, owner=owner, recorded=recorded, title=title, subject=subject)
    return _shown(request, owner=owner, form=form, title=title, preview=previewed)


def _of_known_rows(form_class: type[RecordForm], initial: Mapping[str, Any]) -> dict[str, Any]:
    """First values, without those that an address gives for a row that there is not."""
    return {name: value for name, value in initial.items() if _is_taken(form_class.base_fields.get(name), value)}


def _is_taken(field: forms.Field | None, value: Any) -> bool:
    if not isinstance(field, forms.ModelChoiceField) or isinstance(field, forms.ModelMultipleChoiceField):
        return True
    try:
        field.to_python(value)
    except ValidationError:
        return False
    return True


def _attempt(request: HttpRequest, *, owner: KeptAdmin, form: RecordForm, title: str) -> Model | None:
    """Record all of it with its line in the editor's log, or nothing."""
    try:
        with transaction.atomic():
            recorded = form.record(now=timezone.now(), actor=request.user)
            if form.subject is None:
                owner.log_addition(request, recorded, [{"added": {}}])
            else:
                owner.log_change(request, form.subject, title)
            tasks.hint()
    except Refused as error:
        form.take_refusal(error)
        return None
    return recorded


def _done(
    request: HttpRequest, *, owner: KeptAdmin, recorded: Model, title: str, subject: Model | None
) -> HttpResponse:
    if subject is None:
        return owner.response_add(request, recorded)
    owner.message_user(request, gettext("%(title)s: done.") % {"title": title}, messages.SUCCESS)
    return HttpResponseRedirect(row_url(subject))


def _shown(request: HttpRequest, *, owner: KeptAdmin, form: RecordForm, title: str, preview: object) -> HttpResponse:
    fieldsets = form.fieldsets or ((None, {"fields": [field.name for field in form.visible_fields()]}),)
    adminform = helpers.AdminForm(form, fieldsets, {}, model_admin=owner)  # type: ignore[arg-type]  # Any form will do.
    context = {
        **owner.admin_site.each_context(request),
        "title": title,
        "subtitle": str(form.subject) if form.subject else None,
        "adminform": adminform,
        "errors": helpers.AdminErrorList(form, []),  # type: ignore[arg-type]  # Any form will do.
        "inline_admin_formsets": [],
        "media": owner.media + adminform.media,
        "opts": owner.opts,
        "add": form.subject is None,
        "original": form.subject,
        "preview": preview,
        "dry_run": DRY_RUN,
        "sentence": SENTENCE,
        "has_view_permission": True,
    }
    return TemplateResponse(request, "admin/forecasts/record.html", context)

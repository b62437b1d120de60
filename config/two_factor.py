"""The second factor of whoever works in the admin: a code of an app, after the password."""

import base64
from collections.abc import Callable
from typing import Any

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_otp.plugins.otp_totp.models import TOTPDevice

WRONG = (
    "That is not the code your app shows now. Wait for the next one; after several wrong ones you have to wait longer."
)
# What somebody reaches who has yet to show a code.
FREE = ("admin:login", "admin:logout", "admin:jsi18n", "two-factor")


def device_of(user: Any) -> TOTPDevice | None:
    """The app that makes a person's codes; None as long as none is set up."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=True).first()


def code_field(**options: Any) -> forms.CharField:
    """A field for a code, which phones offer to fill in."""
    shown = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    return forms.CharField(label="Code", max_length=10, widget=shown, **options)


class LoginForm(AdminAuthenticationForm):
    """User name, password, and the code for whoever has set one up."""

    code = code_field(required=False)

    def confirm_login_allowed(self, user: Any) -> None:
        """
        Raises:
            ValidationError: The account may not enter the admin, or the code is wrong.
        """
        super().confirm_login_allowed(user)
        if device_of(user) is None:
            return
        user.otp_device = django_otp.match_token(user, self.cleaned_data.get("code", ""))
        if user.otp_device is None:
            raise ValidationError(f"This account has a second factor. {WRONG}", code="wrong_code")


class CodeForm(forms.Form):
    """A code alone."""

    code = code_field()


class TwoFactorMiddleware:
    """Lead staff to their second factor before anything else in the admin: to show it, or where it is required to set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_inside = request.path.startswith(reverse("admin:index"))
        if is_inside and request.path not in {reverse(name) for name in FREE} and _has_to_show_a_code(request.user):
            return redirect("two-factor")
        return self.get_response(request)


def _has_to_show_a_code(user: Any) -> bool:
    if not (user.is_authenticated and user.is_staff) or user.is_verified():
        return False
    return settings.REQUIRE_TWO_FACTOR or device_of(user) is not None


@never_cache
def two_factor(request: HttpRequest) -> HttpResponse:
    """Set up a second factor, or show its code."""
    user: Any = request.user
    device = device_of(user)
    if device is not None and user.is_verified():
        return _page(request, {"is_on": True})
    device = device or TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})[0]
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if django_otp.verify_token(user, device.persistent_id, form.cleaned_data["code"]):
            return _let_in(request, device)
        form.add_error("code", WRONG)
    return _page(request, {"form": form, "setup": None if device.confirmed else _setup(device)})


def _let_in(request: HttpRequest, device: TOTPDevice) -> HttpResponse:
    if not device.confirmed:
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        messages.success(request, "From now on you log in with a code of your app.")
    django_otp.login(request, device)
    return redirect("admin:index")


def _setup(device: TOTPDevice) -> dict[str, str]:
    """What an app is told: as a picture and as text."""
    picture = segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=2)
    return {"picture": picture, "secret": base64.b32encode(device.bin_key).decode()}


def _page(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Second factor", **shown}
    return TemplateResponse(request, "admin/two_factor.html", context)

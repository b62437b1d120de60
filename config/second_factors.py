"""The app of second factors, under a name that staff can read."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SecondFactors(AppConfig):
    """Codes of an authenticator, as django-otp keeps them."""

    name = "django_otp.plugins.otp_totp"
    default_auto_field = "django.db.models.AutoField"
    verbose_name = _("Second factors")

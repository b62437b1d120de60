"""The project as a Django app, so that its system checks run."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from config import checks


class ProjectConfig(AppConfig):
    """The project's settings, checks and addresses."""

    name = "config"

    def ready(self) -> None:
        """Register what `manage.py check --deploy` asks on top of Django's own questions."""
        register(checks.check_broker, Tags.security, deploy=True)
        register(checks.check_cache, Tags.security, deploy=True)
        register(checks.check_proxies, Tags.security, deploy=True)
        register(checks.check_two_factor, Tags.security, deploy=True)
        register(checks.check_guards, Tags.security, deploy=True)
        register(checks.check_role, Tags.security, deploy=True)

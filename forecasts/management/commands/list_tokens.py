"""Tell which tokens there are, and which of them still work."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.models import ApiToken


class Command(BaseCommand):
    help = "List the API tokens: first characters, name, account, scopes, state, last use."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for token in ApiToken.objects.select_related("account").order_by("recorded_at", "pk"):
            used = f"last used {token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never used"
            parts = (token.prefix, token.name, str(token.account), ",".join(token.scopes), token.state(now=now), used)
            self.stdout.write("\t".join(parts))

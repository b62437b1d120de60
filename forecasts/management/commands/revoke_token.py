"""Make a token worthless."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.models import ApiToken
from forecasts.services.tokens import revoke_token


class Command(BaseCommand):
    help = "Revoke an API token, named by its first eight characters; list_tokens shows them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="the first eight characters of the token")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(ApiToken.objects.filter(prefix=options["prefix"])[:2])
        if len(found) != 1:
            told = "Several tokens begin" if found else "No token begins"
            raise CommandError(f"{told} with “{options['prefix']}”. See manage.py list_tokens, or use the admin.")
        (token,) = found
        is_new = revoke_token(token=token, now=timezone.now())
        self.stdout.write(f"{token} is revoked." if is_new else f"{token} was revoked before.")

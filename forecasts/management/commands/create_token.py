"""Issue a token for a program and show it once."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from forecasts.models import ApiToken, Forecaster, Source
from forecasts.services.refusal import Refused
from forecasts.services.tokens import issue_token


class Command(BaseCommand):
    help = "Issue an API token. It is printed once and stored nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--account", required=True, help="user name of the account that answers for it")
        parser.add_argument(
            "--scope", action="append", default=[], choices=ApiToken.Scope.values, help="may be given several times"
        )
        parser.add_argument("--forecaster", help="slug of the forecaster it forecasts as, for forecast:write")
        parser.add_argument("--source", help="slug of the source it records for, for event:write")
        parser.add_argument("--days", type=int, default=365, help="valid for so many days (default: 365)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            token, text = issue_token(
                name=options["name"],
                account=_found(get_user_model(), username=options["account"]),
                scopes=options["scope"],
                forecaster=_named(Forecaster, options["forecaster"]),
                source=_named(Source, options["source"]),
                now=now,
                expires_at=_expiry(now, days=options["days"]),
            )
        except Refused as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.stderr.write(
            f"{token}, {', '.join(token.scopes)}, until {token.expires_at:%Y-%m-%d}. Keep it: it is shown once."
        )
        self.stdout.write(text)


def _named(model: Any, slug: str | None) -> Any:
    return _found(model, slug=slug) if slug else None


def _found(model: Any, **lookup: str) -> Any:
    found = model.objects.filter(**lookup).first()
    if found is None:
        raise CommandError(f"There is no {model._meta.verbose_name} “{next(iter(lookup.values()))}”.")
    return found


def _expiry(now: datetime, *, days: int) -> datetime:
    try:
        return now + timedelta(days=days)
    except OverflowError:
        raise CommandError(f"{days} days are too many.") from None

"""Pages show the entries of the ledger too."""

from django.db import migrations

from ._written import trace


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0032_retry_at")]

    operations = [trace("ledgerentry")]

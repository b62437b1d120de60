"""Pages show the entries of the ledger too."""

from django.db import migrations

from ._written import trace


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0033_base_rates")]

    operations = [trace("ledgerentry")]

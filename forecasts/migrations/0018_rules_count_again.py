"""A rule that is recorded may be another reading that figures are compared with."""

from django.db import migrations

from ._uncounted import count_again_after


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0017_kept_answers"),
    ]

    operations = [count_again_after("ruleversion", key="prediction_id")]

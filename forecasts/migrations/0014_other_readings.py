"""Finding the few predictions whose rules have another reading."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0013_prediction_counts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ruleversion",
            index=models.Index(
                condition=models.Q(("variant", "CENTRAL"), _negated=True),
                fields=["prediction"],
                name="rule_reads_otherwise",
            ),
        ),
    ]

"""Outcomes that came true in part."""

from django.db import migrations, models
from django.db.models import Q

from ._append_only import protect_anew

VERDICTS = [("YES", "Yes"), ("NO", "No"), ("PARTLY", "Partly"), ("ANNULLED", "Annulled"), ("AMBIGUOUS", "Ambiguous")]


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0008_postings"),
    ]

    operations = [
        migrations.AddField(
            model_name="resolution",
            name="share",
            field=models.DecimalField(
                decimal_places=4,
                help_text="How much came true, between 0 and 1, where it did in part; a tie is one half.",
                max_digits=5,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="prediction",
            name="verdict",
            field=models.CharField(blank=True, choices=VERDICTS, editable=False, max_length=9),
        ),
        migrations.AlterField(
            model_name="resolution",
            name="verdict",
            field=models.CharField(blank=True, choices=VERDICTS, help_text="Empty when reopened.", max_length=9),
        ),
        migrations.AlterField(
            model_name="score",
            name="outcome",
            field=models.DecimalField(
                decimal_places=4,
                help_text="1 where it happened, 0 where it did not, between them in part.",
                max_digits=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=Q(verdict="PARTLY", share__isnull=False, share__gt=0, share__lt=1)
                | ~Q(verdict="PARTLY") & Q(share=None),
                name="resolution_share_is_of_partly",
            ),
        ),
        protect_anew("resolution"),
    ]

"""Load the published tables of probability words that come with the project."""

import csv
from collections import defaultdict
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from forecasts.services.forecasts import record_lexicon

TABLE = Path(__file__).resolve().parents[2] / "data" / "lexicons" / "verbal_probabilities.csv"
TITLES = {
    "default_v1": "Aftercast default",
    "kent_1964": "Kent 1964",
    "icd_203": "ICD 203",
    "uk_phia": "UK PHIA yardstick",
    "ipcc_ar5": "IPCC AR5",
    "nato_ajp_2_1": "NATO AJP-2.1",
    "efsa_2018": "EFSA 2018",
    "mosteller_youtz_1990": "Mosteller & Youtz 1990",
    "vogel_2022_meta": "Vogel et al. 2022",
    "capphrase_2026": "CAPphrase 2026",
    "mauboussin_2018": "Mauboussin & Mauboussin 2018",
    "fagen_ulmschneider_2019": "Fagen-Ulmschneider 2019",
    "zonination_2015": "zonination 2015",
}


class Command(BaseCommand):
    help = "Load the lexicons that come with the project; a changed one becomes its next version."

    def handle(self, *args, **options) -> None:
        now, scales = timezone.now(), defaultdict(list)
        with TABLE.open(newline="", encoding="utf-8") as table:
            for row in csv.DictReader(table):
                scales[row["scale"]].append(row)
        for code, rows in scales.items():
            sources = "; ".join(dict.fromkeys(row["source"] for row in rows if code != "default_v1"))
            source = sources or "Chosen by the editors from the surveys named at each phrase."
            lexicon, is_new = record_lexicon(code=code, title=TITLES.get(code, code), source=source, rows=rows, now=now)
            self.stdout.write(f"{'loaded' if is_new else 'kept  '} {lexicon}: {len(rows)} phrases")

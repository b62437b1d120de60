"""
Sums are updated in place far more often than rows come: leave room for it in their pages.

Without room PostgreSQL puts each new version of a row into another page, and into every index, where whoever looks the row up
goes past all the versions before it until they are vacuumed away.
"""

from django.db import migrations

from ._by_hand import ByHand

ROOM = {"levelcell": 25, "clustercell": 50, "scope": 25, "predictioncounts": 70}


def make_room(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, percent in ROOM.items():
            schema_editor.execute(f"ALTER TABLE forecasts_{name} SET (fillfactor = {percent})", params=None)


def take_it_back(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ROOM:
            schema_editor.execute(f"ALTER TABLE forecasts_{name} RESET (fillfactor)", params=None)


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0029_redaction")]
    operations = [ByHand(make_room, take_it_back)]

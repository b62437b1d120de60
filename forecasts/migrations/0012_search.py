"""The words of predictions and articles, and an index over them that the database keeps."""

import re
import unicodedata


from django.db import migrations, models

from ._by_hand import ByHand


POSTGRESQL = (
    """
    ALTER TABLE forecasts_searchtext ADD COLUMN document tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, title), 'A') || setweight(to_tsvector('simple'::regconfig, body), 'B')
    ) STORED
    """,
    "CREATE INDEX search_text_words ON forecasts_searchtext USING gin (document)",
)
# The words are folded already; the index refers to the table and holds no text of its own.
SQLITE = (
    """
    CREATE VIRTUAL TABLE forecasts_searchindex USING fts5(
        title, body, content='forecasts_searchtext', content_rowid='id', tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER forecasts_searchtext_indexed AFTER INSERT ON forecasts_searchtext BEGIN
        INSERT INTO forecasts_searchindex (rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);
    END
    """,
    """
    CREATE TRIGGER forecasts_searchtext_unindexed AFTER DELETE ON forecasts_searchtext BEGIN
        INSERT INTO forecasts_searchindex (forecasts_searchindex, rowid, title, body)
        VALUES ('delete', OLD.id, OLD.title, OLD.body);
    END
    """,
)
MOST_BYTES = 300_000


def install(schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(schema_editor):
    # On PostgreSQL column and index go with the table.
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE forecasts_searchindex", params=None)


def keep_words_of_what_is_there(apps, schema_editor):
    said = {
        "article": ("text", "note"),
        "prediction": ("statement", "quote", "original_wording", "condition", "outcome", "note"),
    }
    texts = apps.get_model("forecasts", "SearchText").objects
    for kind, fields in said.items():
        rows = apps.get_model("forecasts", kind).objects.order_by("recorded_at", "pk")
        batch = []
        for pk, title, *parts in rows.values_list("pk", "title", *fields).iterator(chunk_size=500):
            body = _folded("\n".join(parts)).encode()[:MOST_BYTES].decode("utf-8", "ignore")
            batch.append(texts.model(kind=kind, subject=pk, title=_folded(title), body=body))
            if len(batch) == 500:
                texts.bulk_create(batch)
                batch = []
        texts.bulk_create(batch)


def _folded(text):
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0011_words_and_deadlines"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("prediction", "Prediction"), ("article", "Article")], max_length=10),
                ),
                ("subject", models.UUIDField()),
                ("title", models.TextField()),
                ("body", models.TextField(blank=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("subject", "kind"), name="search_text_once")],
            },
        ),
        ByHand(install, remove),
        migrations.RunPython(keep_words_of_what_is_there, migrations.RunPython.noop),
    ]

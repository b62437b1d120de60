"""The ledger, and receipts from it."""

from rest_framework import serializers


class LedgerSerializer(serializers.Serializer):
    """How far the ledger has come, and its last signed checkpoint."""

    size = serializers.IntegerField(help_text="How many entries it has.")
    keys = serializers.ListField(
        child=serializers.CharField(), help_text="The public keys that ever signed: name, number and key."
    )
    checkpoint = serializers.CharField(
        allow_null=True, help_text="A signed note (c2sp.org/signed-note): keep it byte for byte. None before the first."
    )


class HeadersSerializer(serializers.Serializer):
    """Headers of entries."""

    next_after = serializers.IntegerField(allow_null=True, help_text="Where to go on; none at the end.")
    headers = serializers.ListField(child=serializers.CharField(), help_text="Each byte for byte what is hashed.")


class ConsistencySerializer(serializers.Serializer):
    """That the ledger of one size continues that of a smaller one."""

    old_size = serializers.IntegerField()
    size = serializers.IntegerField()
    proof = serializers.ListField(child=serializers.CharField(), help_text="RFC 6962, section 2.1.2; in hexadecimal.")


class ReceiptSerializer(serializers.Serializer):
    """What shows that a record is in the ledger: `verify_ledger.py --receipt FILE KEY` checks it."""

    kind = serializers.CharField()
    key = serializers.CharField()
    seq = serializers.IntegerField(help_text="The number of its entry.")
    recorded_at = serializers.CharField(help_text="When the entry was, by the clock of the database.")
    header = serializers.CharField(help_text="Of the entry, byte for byte what is hashed.")
    hash = serializers.CharField(help_text="What the next entry refers to.")
    position = serializers.IntegerField(help_text="The place of the record among those of its entry, from 0.")
    body = serializers.CharField(help_text="The record, byte for byte what was committed to.")
    salt = serializers.CharField(help_text="Sixteen random bytes, in hexadecimal.")
    commitment = serializers.CharField(help_text='SHA-256 of "aftercast/commit/v1\\n", salt and body.')
    row_proof = serializers.ListField(
        child=serializers.CharField(), help_text="From the commitment to the `root` of the header (RFC 6962)."
    )
    checkpoint = serializers.CharField(allow_null=True, help_text="A signed note; none until one holds the entry.")
    size = serializers.IntegerField(allow_null=True, help_text="How many entries the checkpoint holds.")
    proof = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="From the header to the root of the checkpoint (RFC 6962).",
    )
    keys = serializers.ListField(
        child=serializers.CharField(), help_text="Ours. Compare them with ones that you got elsewhere."
    )

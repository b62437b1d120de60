"""Signed notes, against the example that Go's golang.org/x/mod/sumdb/note publishes, and checkpoints in that form."""

import base64

import pytest

from forecasts.ledger.notes import checkpoint_text, key_text, new_signer, read_signer, signed_note, signer_text
from forecasts.ledger.verifier import (
    Checkpoint,
    Tampered,
    is_signed,
    is_signed_by_hand,
    open_note,
    read_checkpoint,
    read_key,
)

SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    f"{TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = bytes(range(32))


def test_the_published_note_is_made_byte_for_byte():
    assert signed_note(TEXT, signers=[read_signer(SECRET)]) == SIGNED


def test_the_published_note_opens():
    assert open_note(SIGNED, keys=[read_key(PUBLIC)]) == TEXT


def test_the_published_key_is_the_public_side_of_the_secret_one():
    signer = read_signer(SECRET)

    assert key_text(signer.key) == PUBLIC
    assert signer_text(signer) == SECRET


FORGERIES = {
    "another word": (SIGNED.replace("cryptography", "cryptographY"), "signature by PeterNeumann is wrong"),
    "another bit": (SIGNED.replace("ZJkuBS9", "ZJkuBS8"), "signature by PeterNeumann is wrong"),
    "another key's number": (SIGNED.replace("x08go", "y08go"), "No key that is known"),
    "another name": (SIGNED.replace("PeterNeumann", "Peter"), "No key that is known"),
    "a line more": (SIGNED.replace("\n\n", "\nAnd more.\n\n"), "signature by PeterNeumann is wrong"),
    "no signature": (f"{TEXT}\n", "no signed note"),
    "no end of the line": (SIGNED[:-1], "no signed note"),
    "another dash": (SIGNED.replace("— ", "- "), "no line of a signature"),
    "Base64 in another way": (SIGNED.replace("AM=\n", "AN=\n"), "no line of a signature"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_note_that_was_changed_does_not_open(name):
    note, message = FORGERIES[name]

    with pytest.raises(Tampered, match=message):
        open_note(note, keys=[read_key(PUBLIC)])


def test_signatures_by_others_do_not_hinder():
    note = signed_note(TEXT, signers=[new_signer("witness.example"), read_signer(SECRET)])

    assert open_note(note, keys=[read_key(PUBLIC)]) == TEXT


@pytest.mark.parametrize(
    "text",
    ["", "PeterNeumann", PUBLIC.replace("c74f20a3", "c74f20a4"), PUBLIC.replace("+ARpc", "+AhpC"), PUBLIC[:-4]],
)
def test_a_malformed_key_is_refused(text):
    with pytest.raises(Tampered, match="no verifier key"):
        read_key(text)


@pytest.mark.parametrize("text", ["", PUBLIC, SECRET[:-4], SECRET.replace("+AYEK", "+AoEK")])
def test_a_malformed_secret_is_refused(text):
    with pytest.raises(ValueError, match="no signing key"):
        read_signer(text)


def test_a_secret_under_another_number_is_refused():
    with pytest.raises(ValueError, match="does not have the number c74f20a4"):
        read_signer(SECRET.replace("c74f20a3", "c74f20a4"))


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nline"])
def test_a_key_has_a_name_that_fits_into_a_line(name):
    with pytest.raises(ValueError, match="cannot name a key"):
        new_signer(name)


def test_a_checkpoint_says_what_it_was_made_of():
    made = Checkpoint("forecasts.example/ledger", 42, ROOT)

    assert read_checkpoint(checkpoint_text(made)) == made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"ledger\n042\n{base64.b64encode(ROOT).decode()}\n", "“042” is no size"),
        (f"ledger\n-1\n{base64.b64encode(ROOT).decode()}\n", "“-1” is no size"),
        (f"ledger\n１\n{base64.b64encode(ROOT).decode()}\n", "“１” is no size"),
        ("", "“” is no size"),
        ("ledger\n1\nAAAA\n", "three lines"),
        (f"ledger\n1\n{base64.b64encode(ROOT).decode()}\nmore\n", "three lines"),
    ],
)
def test_a_malformed_checkpoint_is_refused(text, message):
    with pytest.raises(Tampered, match=message):
        read_checkpoint(text)


# RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize("checked", [is_signed, is_signed_by_hand])
@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_the_standard_hold_with_and_without_a_library(checked, public, message, signature):
    public, message, signature = map(bytes.fromhex, (public, message, signature))

    assert checked(message, signature=signature, public=public)
    assert not checked(message + b"!", signature=signature, public=public)
    assert not checked(message, signature=signature[:-1] + b"\xff", public=public)
    assert not checked(message, signature=signature[:-1], public=public)
    assert not checked(message, signature=signature, public=bytes(31) + b"\xff")

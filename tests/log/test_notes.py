"""Signed notes and keys, as C2SP signed-note and tlog-cosignature have them."""

import base64
import hashlib
from contextlib import suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.log.notes import (
    MAX_NOTE,
    Algorithm,
    Cosigner,
    Note,
    NoteSigner,
    Signature,
    UnknownKey,
    VerifierKey,
    is_key_name,
    parse_key,
)
from tests.log.refusals import refusal

# The specification's own example.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
""".encode()
POEM = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
""".encode()

LOG = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
WITNESS = Cosigner("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"\2" * 32))
TEXT = "example.com/log\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
NOW = 1_679_315_147


def note(*signatures: Signature, text: str = TEXT) -> Note:
    return Note(text, signatures)


# --- keys ----------------------------------------------------------------------------------------------------------


def test_keys_to_the_byte() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    assert (key.name, key.key_id.hex(), key.algorithm) == ("example.com/foo", "530d903a", Algorithm.ED25519)
    assert key.encode() == EXAMPLE_KEY
    witness = WITNESS.verifier
    assert witness.key_id == hashlib.sha256(b"witness.example/w1\n\4" + witness.public_key).digest()[:4]
    assert VerifierKey.parse(witness.encode()) == witness
    assert witness.key_id != VerifierKey(witness.name, witness.public_key).key_id


def vkey(name: str, material: bytes, key_id: str | None = None) -> str:
    own = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + material).hexdigest()[:8]
    return f"{name}+{key_id or own}+{base64.b64encode(material).decode()}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key.malformed"),
        ("example.com/foo", "key.malformed"),
        ("example.com/foo+530d903a", "key.malformed"),
        (EXAMPLE_KEY + "\n", "key.malformed"),
        (EXAMPLE_KEY[:-1], "key.malformed"),
        (EXAMPLE_KEY.replace("+Aek", "+ Aek"), "key.malformed"),
        (EXAMPLE_KEY.replace("530d903a", "530D903A"), "key.id-differs"),
        (EXAMPLE_KEY.replace("530d903a", "530d903b"), "key.id-differs"),
        (EXAMPLE_KEY.replace("/foo", "/fool"), "key.id-differs"),
        (vkey("a b", b"\1" + bytes(32)), "key.name"),
        (vkey("", b"\1" + bytes(32)), "key.name"),
        (vkey("a\u00a0b", b"\1" + bytes(32)), "key.name"),
        (vkey("a\0b", b"\1" + bytes(32)), "key.name"),
        (vkey("a\ud800b", b"\1" + bytes(32)), "key.name"),
        (vkey("a", b"\1" + bytes(31)), "key.invalid"),
        (vkey("a", b"\4" + bytes(33)), "key.invalid"),
        (vkey("a", b"\1" + bytes(32)), "key.invalid"),
        (vkey("a", b"\2" + bytes(32)), "key.unknown-algorithm"),
        (vkey("a", b"\6" + bytes(1312)), "key.invalid"),
        (vkey("a", b"\xff"), "key.unknown-algorithm"),
        ("a+00000000+", "key.malformed"),
    ],
)
def test_what_is_not_a_key(text: str, code: str) -> None:
    assert refusal(VerifierKey.parse, text) == code


NAMES = [
    "poc.sigsum.org/nisse",
    "sigsum.org/v1/tree/c9e525b98f412ede185ff2ac5abf70920a2e63a6ae31c88b1138b85de328706b",
    "operator@witness.example",
    "@",
    "é",
    "見証人.example/log",
    "a\u200bb",  # Unicode does not count a zero-width space as white space
    "a\x7fb",
    "—",
    "#",
    "none",
    "a:b?c=d&e#f%20",
    "n" * 65,
    "é" * 5000,
]
NO_NAMES = [
    "",
    " ",
    "a b",
    "a+b",
    "+",
    "a\tb",
    "a\n",
    "a\rb",
    "\u00a0",
    "a\u2028b",
    "\u3000a",
    "a\x85",
    "a\x1fb",
    "\udfff",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_their_whole_range(name: str) -> None:
    signer = NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert VerifierKey.parse(signer.verifier.encode()) == signer.verifier
    assert Note.parse(note(signer.sign(TEXT)).encode()).signed_by(signer.verifier)


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name(name: str) -> None:
    assert not is_key_name(name)
    with pytest.raises(Refused, match="not a valid key name"):
        VerifierKey(name, LOG.verifier.public_key)


@given(st.text())
def test_every_name_is_refused_or_signs(name: str) -> None:
    if not is_key_name(name):
        with pytest.raises(Refused, match="not a valid key name"):
            VerifierKey(name, LOG.verifier.public_key)
        return
    signer = NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert VerifierKey.parse(signer.verifier.encode()) == signer.verifier
    assert Note.parse(note(signer.sign(TEXT)).encode()).signed_by(signer.verifier)


@pytest.mark.parametrize("algorithm", [0, 2, 3, 5, 7, 0xFA, 0xFF])
@given(st.binary(max_size=200), st.binary(min_size=4, max_size=4))
def test_a_key_of_an_unknown_type_is_read_and_written_back(algorithm: int, data: bytes, key_id: bytes) -> None:
    """Its key id is taken as it is: that of 0x02, for one, is not computed as the others are."""
    text = vkey("a", bytes([algorithm]) + data, key_id.hex())
    key = parse_key(text)
    assert key == UnknownKey("a", key_id, algorithm, data)
    assert key.encode() == text
    assert refusal(VerifierKey.parse, text) == "key.unknown-algorithm"


def test_what_is_not_a_key_of_an_unknown_type() -> None:
    assert refusal(parse_key, vkey("a", b"\2", "0000000")) == "key.malformed"
    assert refusal(parse_key, vkey("a", b"\2", "ABCDEF01")) == "key.malformed"
    assert refusal(parse_key, vkey("a b", b"\2")) == "key.name"
    assert parse_key(LOG.verifier.encode()) == LOG.verifier


# --- notes ---------------------------------------------------------------------------------------------------------


def test_the_specifications_examples() -> None:
    parsed = Note.parse(EXAMPLE)
    assert parsed.text == "This is an example message.\n"
    assert parsed.signed_by(VerifierKey.parse(EXAMPLE_KEY))
    poem = Note.parse(POEM)
    assert poem.text.endswith("di sole:\n\ned è subito sera.\n")
    assert not poem.signed_by(VerifierKey.parse(EXAMPLE_KEY))
    assert (parsed.encode(), poem.encode()) == (EXAMPLE, POEM)


@given(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(10)), *map(chr, range(11, 32))])
    )
)
def test_any_text_is_signed_and_read_back(text: str) -> None:
    text += "\n"
    signed = note(LOG.sign(text), text=text)
    again = Note.parse(signed.encode())
    assert again == signed
    assert again.signed_by(LOG.verifier)


def test_unknown_keys_are_ignored() -> None:
    """Sharing the name or the key id with a known key, but not both, makes no signature of its."""
    by_id = Signature("someone.example", LOG.verifier.key_id, bytes(64))
    signed = note(OTHER.sign(TEXT), by_id, Signature("x", b"1234", b"5"), LOG.sign(TEXT))
    assert Note.parse(signed.encode()).signed_by(LOG.verifier)
    assert not note(OTHER.sign(TEXT), by_id).signed_by(LOG.verifier)


def test_a_known_keys_failing_signature_refuses_the_note() -> None:
    for data in (bytes(64), b"1", LOG.sign("other\n").data, LOG.sign(TEXT).data + b"\0", OTHER.sign(TEXT).data):
        forged = Signature(LOG.name, LOG.verifier.key_id, data)
        assert refusal(note(forged).signed_by, LOG.verifier) == "note.signature-fails"


def test_a_key_may_sign_more_than_once() -> None:
    """C2SP forbids no repeated line, and whoever gathers cosignatures adds them; all must hold."""
    twice = note(LOG.sign(TEXT), LOG.sign(TEXT))
    assert Note.parse(twice.encode()).signed_by(LOG.verifier)
    assert not twice.signed_by(OTHER.verifier)
    failing = Signature(LOG.name, LOG.verifier.key_id, bytes(64))
    for one_fails in (note(LOG.sign(TEXT), failing), note(failing, LOG.sign(TEXT))):
        assert refusal(one_fails.signed_by, LOG.verifier) == "note.signature-fails"


def test_another_text_refuses_the_note() -> None:
    assert refusal(note(LOG.sign(TEXT), text=TEXT.replace("3", "4")).signed_by, LOG.verifier) == "note.signature-fails"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "note.without-signatures"),
        (b"\n\n", "note.without-signatures"),
        (b"text\n", "note.without-signatures"),
        (EXAMPLE.split(b"\n\n")[0] + b"\n\n", "note.without-signatures"),
        (EXAMPLE[:-1], "note.truncated"),
        (EXAMPLE + b"\n", "note.without-signatures"),
        (EXAMPLE + b"x\n", "note.signature-malformed"),
        (EXAMPLE + b"\nx\n", "note.signature-malformed"),
        (EXAMPLE.replace("—".encode(), b"-"), "note.signature-malformed"),
        (EXAMPLE.replace("— ".encode(), "—".encode()), "note.signature-malformed"),
        (EXAMPLE.replace(b"foo U", b"foo  U"), "note.signature-malformed"),
        (EXAMPLE.replace(b"/foo", b"/f+o"), "note.signature-malformed"),
        (EXAMPLE.replace(b"/foo", "/f\u2003o".encode()), "note.signature-malformed"),
        (EXAMPLE.replace(b"QM=", b"QM"), "note.signature-malformed"),
        (EXAMPLE.replace(b"QM=", b"QN="), "note.signature-malformed"),
        (EXAMPLE.replace(b"QM=", b"QM=="), "note.signature-malformed"),
        (EXAMPLE.replace(b"Uw2", b"Uw-"), "note.signature-malformed"),
        ("a\n\n— b MTIzNA==\n".encode(), "note.signature-malformed"),  # a key id, and nothing after it
        (EXAMPLE.replace(b"This", b"Th\ris"), "note.control-character"),
        (EXAMPLE.replace(b"This", b"Th\tis"), "note.control-character"),
        (EXAMPLE.replace(b"\n", b"\r\n"), "note.control-character"),
        (EXAMPLE.replace(b"This", b"Th\0is"), "note.control-character"),
        (EXAMPLE.replace(b"This", b"Th\xffis"), "note.not-utf8"),
        (EXAMPLE.replace(b"This", b"Th\xed\xa0\x80is"), "note.not-utf8"),
        (bytes(MAX_NOTE + 1), "note.too-large"),
    ],
)
def test_what_is_not_a_note(data: bytes, code: str) -> None:
    assert refusal(Note.parse, data) == code


def test_at_most_32_signatures() -> None:
    line = Signature("x", b"1234", b"5")
    assert len(Note.parse(note(*[line] * 32).encode()).signatures) == 32
    with pytest.raises(Refused) as refused:
        Note.parse(note(*[line] * 33).encode())
    assert refused.value.finding.code.name == "note.too-many-signatures"
    assert refused.value.finding.code.outcome is Outcome.UNDETERMINED


@given(st.integers(0, len(EXAMPLE) - 1), st.binary(min_size=1, max_size=1))
def test_no_changed_byte_leaves_the_note_signed(at: int, byte: bytes) -> None:
    changed = EXAMPLE[:at] + byte + EXAMPLE[at + 1 :]
    if changed == EXAMPLE:
        return
    with suppress(Refused):
        assert not Note.parse(changed).signed_by(VerifierKey.parse(EXAMPLE_KEY))


# --- cosignatures --------------------------------------------------------------------------------------------------


def test_a_witness_says_when() -> None:
    signed = Note.parse(note(LOG.sign(TEXT), WITNESS.sign(TEXT, NOW)).encode())
    assert signed.cosigned_at(WITNESS.verifier) == NOW
    assert signed.signed_by(WITNESS.verifier)
    assert signed.signed_by(LOG.verifier)
    assert note(LOG.sign(TEXT)).cosigned_at(WITNESS.verifier) is None
    assert signed.cosigned_at(LOG.verifier) is None


def test_of_several_cosignatures_the_earliest_tells_the_time() -> None:
    signed = note(WITNESS.sign(TEXT, NOW + 9), WITNESS.sign(TEXT, NOW), WITNESS.sign(TEXT, NOW))
    assert signed.cosigned_at(WITNESS.verifier) == NOW
    failing = replace(WITNESS.sign(TEXT, NOW - 1), data=WITNESS.sign("other\n", NOW - 1).data)
    spoilt = note(WITNESS.sign(TEXT, NOW), failing)
    assert refusal(spoilt.cosigned_at, WITNESS.verifier) == "note.signature-fails"


def test_a_cosignature_to_the_byte() -> None:
    signature = WITNESS.sign(TEXT, NOW)
    assert signature.data[:8] == NOW.to_bytes(8, "big")
    WITNESS.private_key.public_key().verify(signature.data[8:], f"cosignature/v1\ntime {NOW}\n{TEXT}".encode())


def test_another_time_or_kind_refuses_the_note() -> None:
    honest = WITNESS.sign(TEXT, NOW)
    plain = NoteSigner(WITNESS.name, WITNESS.private_key).sign(TEXT)
    for data in (
        (NOW - 1).to_bytes(8, "big") + honest.data[8:],
        honest.data[:8] + bytes(64),
        honest.data[:-1],
        honest.data + b"\0",
        honest.data[:4],
        plain.data,
        WITNESS.sign(TEXT, 2**63).data,
    ):
        forged = note(Signature(honest.name, honest.key_id, data))
        assert refusal(forged.cosigned_at, WITNESS.verifier) == "note.signature-fails"
        assert refusal(forged.signed_by, WITNESS.verifier) == "note.signature-fails"


def test_a_plain_signature_is_no_cosignature() -> None:
    """The same key under both types: neither signature counts for the other."""
    plain = NoteSigner(WITNESS.name, WITNESS.private_key)
    assert not note(plain.sign(TEXT)).signed_by(WITNESS.verifier)
    assert not note(WITNESS.sign(TEXT, NOW)).signed_by(plain.verifier)

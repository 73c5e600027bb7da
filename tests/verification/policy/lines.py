"""A policy that is read, and lines of it that are changed: what the tests of the language share."""

from __future__ import annotations

import base64
import hashlib

import pytest

from carbonseal.findings import Outcome, Refused
from carbonseal.log.notes import Cosigner, NoteSigner
from carbonseal.passport.multibase import encode_key
from carbonseal.verification.policy import parse_policy
from tests.world import key

HASH = "0x" + "ab" * 32
PINS = f"genesis={HASH} registry=0x{'22' * 20} code={HASH} publisher=0x{'11' * 20}"


def public(name: str) -> str:
    return encode_key(key(name).public_key().public_bytes_raw())


def log(name: str) -> str:
    return NoteSigner(name, key(name)).verifier.encode()


def unknown_key(name: str) -> str:
    """A verifier key of a signature type that nobody has defined."""
    material = b"\x7f" + bytes(range(40))
    key_id = hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(material).decode()}"


def witness(name: str, key_name: str | None = None) -> str:
    return Cosigner(name, key(key_name or name)).verifier.encode()


LINES = [
    "carbonseal-policy v1",
    f"log {log('log.example')} https://log.example",
    f"witness w1 {witness('one.example')}",
    f"witness w2 {witness('two.example')} https://two.example",
    "group ws any w1 w2",
    "quorum ws",
    f"signer maker issuer did:web:maker.example {public('maker')} from=2026-01-01T00:00:00Z until=2027-01-01T00:00:00Z",
    f"ledger chain eip155:1 {PINS}",
    f"ledger other tlog:other.example key={log('other.example')}",
    "group both all chain other",
    "require anchors by=both",
    "require time by=chain",
    "require status within=60d",
    "require over-allocation",
]


def policy(*changes: tuple[int, str]) -> str:
    """The lines above with some replaced, by their number in the file."""
    lines = list(LINES)
    for number, line in changes:
        lines[number - 1 : number] = [line]
    return "\n".join(lines) + "\n"


def refused(text: str | bytes, code: str, line: int | None = None, column: int | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_policy(text)
    finding = caught.value.finding
    assert finding.code.name == code, str(finding)
    assert finding.code.outcome in (Outcome.REJECTED, Outcome.UNDETERMINED)
    assert finding.message
    if line is not None:
        assert finding.place[:2] == ("policy", f"line {line}, column {column}"), str(finding)
    return caught.value

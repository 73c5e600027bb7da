"""Entries: every kind to the byte, and what is not one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Outcome, Refused
from carbonseal.ledger import Statement
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.entries import (
    Entry,
    EvidenceDigest,
    ForeignAnchor,
    Genesis,
    Heartbeat,
    RecordEntry,
    decode,
)
from tests.log.refusals import refusal

HASH = bytes(range(32))
GENESIS = Genesis("example.com/log", {"eip155:1": "0xab", "tlog:other.example/log": "cd"})
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("entry", "raw"),
    [
        (RecordEntry(HASH), b"\1" + HASH),
        (ForeignAnchor(Statement(HASH, 258, HASH[::-1])), b"\3" + HASH + bytes(6) + b"\1\2" + HASH[::-1]),
        (EvidenceDigest(HASH), b"\5" + HASH),
        (Heartbeat(1_700_000_000), b"\6\0\0\0\0\x65\x53\xf1\0"),
        (
            GENESIS,
            b'\0{"origin":"example.com/log","publishers":{"eip155:1":"0xab","tlog:other.example/log":"cd"},"version":1}',
        ),
        (
            Genesis("b", {}, Checkpoint("a", 3, bytes(32))),
            b'\0{"origin":"b","predecessor":"a\\n3\\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\\n","publishers":{},"version":1}',
        ),
    ],
)
def test_entries_to_the_byte(entry: Entry, raw: bytes) -> None:
    assert entry.encode() == raw
    assert decode(raw) == entry
    assert raw[0] == entry.kind


def test_what_makes_an_anchor_due() -> None:
    assert {kind.kind for kind in (Genesis, RecordEntry, Heartbeat) if kind.makes_due} == {0, 1, 6}
    assert not ForeignAnchor.makes_due
    assert not EvidenceDigest.makes_due


@given(names, st.dictionaries(names, names, max_size=4), st.none() | st.tuples(names, st.integers(0, 2**63 - 1)))
def test_every_genesis_reads_back(origin: str, publishers: dict[str, str], head: tuple[str, int] | None) -> None:
    genesis = Genesis(origin, publishers, Checkpoint(*head, HASH) if head else None)
    assert decode(genesis.encode()) == genesis


@pytest.mark.parametrize("kind", [2, 4])
def test_reserved_kinds_are_not_guessed_at(kind: int) -> None:
    assert refusal(decode, bytes([kind]) + HASH) == "entry.reserved-kind"


@pytest.mark.parametrize("kind", [7, 8, 127, 255, ord("{")])
def test_unknown_kinds_are_undetermined(kind: int) -> None:
    with pytest.raises(Refused) as refused:
        decode(bytes([kind]) + HASH)
    assert refused.value.finding.code.name == "entry.unknown-kind"
    assert refused.value.finding.code.outcome is Outcome.UNDETERMINED


def test_nothing_is_no_entry() -> None:
    assert refusal(decode, b"") == "entry.empty"


@pytest.mark.parametrize(("kind", "length"), [(1, 32), (3, 72), (5, 32), (6, 8)])
def test_other_lengths_are_refused(kind: int, length: int) -> None:
    for wrong in (0, length - 1, length + 1, 2 * length):
        assert refusal(decode, bytes([kind]) + b"\1" * wrong) == "entry.wrong-length"


def test_a_foreign_anchor_of_size_zero_is_refused() -> None:
    assert refusal(decode, b"\3" + HASH + bytes(8) + HASH) == "entry.anchors-nothing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "genesis.not-json"),
        (b"{", "genesis.not-json"),
        (b"\xff", "genesis.not-json"),
        (b"[" * 60_000, "genesis.not-json"),
        (b'{"origin":"a","publishers":{},"version":NaN}', "genesis.not-json"),
        (b"[]", "genesis.malformed"),
        (b"{}", "genesis.malformed"),
        (b'{"origin":"a","publishers":{}}', "genesis.malformed"),
        (b'{"origin":"a","version":1}', "genesis.malformed"),
        (b'{"origin":1,"publishers":{},"version":1}', "genesis.malformed"),
        (b'{"origin":"","publishers":{},"version":1}', "genesis.malformed"),
        (b'{"origin":"a b","publishers":{},"version":1}', "genesis.malformed"),
        (b'{"origin":"a","publishers":{"x":1},"version":1}', "genesis.malformed"),
        (b'{"origin":"a","publishers":{"x":""},"version":1}', "genesis.malformed"),
        (b'{"origin":"a","publishers":[],"version":1}', "genesis.malformed"),
        (b'{"more":1,"origin":"a","publishers":{},"version":1}', "genesis.malformed"),
        (b'{"origin":"a","predecessor":null,"publishers":{},"version":1}', "genesis.malformed"),
        (b'{"origin":"a","predecessor":"a\\n03\\n","publishers":{},"version":1}', "checkpoint.truncated"),
        (b'{"origin":"a","publishers":{},"version":"1"}', "genesis.malformed"),
        (b'{"origin":"a","publishers":{},"version":false}', "genesis.malformed"),
        (b'{"origin":"a","publishers":{},"version":2}', "genesis.unknown-version"),
        (b'{"origin":"a","publishers":{},"version":true}', "genesis.not-canonical"),
        (b'{"origin":"a","publishers":{},"version":1.0}', "genesis.not-canonical"),
        (b'{"version":1,"origin":"a","publishers":{}}', "genesis.not-canonical"),
        (b'{"origin":"a", "publishers":{},"version":1}', "genesis.not-canonical"),
        (b'{"origin":"\\u0061","publishers":{},"version":1}', "genesis.not-canonical"),
        (b'{"origin":"b","origin":"a","publishers":{},"version":1}', "genesis.not-canonical"),
        (b'{"origin":"a","publishers":{},"version":1}\n', "genesis.not-canonical"),
    ],
)
def test_what_is_not_a_genesis(text: bytes, code: str) -> None:
    assert refusal(decode, b"\0" + text) == code


def test_a_genesis_fits_a_bundle() -> None:
    assert refusal(Genesis("a", {"x": "y" * 65_535}).encode) == "entry.too-long"
    assert refusal(decode, b"\0" + json.dumps({"origin": "a" * 65_536}).encode()) == "entry.too-long"


@given(st.binary(max_size=100))
def test_what_is_read_is_written_the_same(raw: bytes) -> None:
    try:
        entry = decode(raw)
    except Refused:
        return
    assert entry.encode() == raw

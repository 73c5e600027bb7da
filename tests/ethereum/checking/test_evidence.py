"""Offline verification of storage proofs as deep as mainnet's: what holds, and how each attack is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from eth_utils import keccak, to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Code, Outcome, Refused
from carbonseal.ledger import Checked, Evidence, Proved, Statement, TrustItem
from carbonseal_adapters.ethereum.checking import codes, rlp
from carbonseal_adapters.ethereum.checking.evidence import MAX_EVIDENCE, VERIFIER, Pins, StorageEvidence
from carbonseal_devnet.ethereum.evidence import synthesise, trie_around
from tests.programs.effort import examples

NAME = "eip155:1337"
STATEMENT = Statement(b"\x01" * 32, 42, b"\x02" * 32)
MADE = synthesise(STATEMENT)
PARTS = StorageEvidence.decode(MADE.evidence.data)


def pinned(name: str, options: Mapping[str, str]) -> Pins:
    pins = VERIFIER.pin(name, options)
    assert isinstance(pins, Pins)
    return pins


PINS = pinned(NAME, MADE.options)
TRUST = MADE.trust(NAME)


def check(
    evidence: Evidence = MADE.evidence,
    statement: Statement = STATEMENT,
    pins: Pins = PINS,
    trust: list[TrustItem] = TRUST,
) -> Checked:
    return VERIFIER.check(evidence, statement, pins, trust)


def code_of(
    evidence: Evidence = MADE.evidence,
    statement: Statement = STATEMENT,
    pins: Pins = PINS,
    trust: list[TrustItem] = TRUST,
) -> Code:
    checked = check(evidence, statement, pins, trust)
    assert checked.proved is None
    (finding,) = checked.findings
    assert finding.message
    assert str(finding)
    return finding.code


def block(number: int, digest: bytes, ledger: str = NAME) -> TrustItem:
    return TrustItem(ledger, "block", {"number": number, "hash": "0x" + digest.hex()}, "test", "2026-01-01T00:00:00Z")


GENESIS = block(0, PINS.genesis)


def test_sound_evidence_proves() -> None:
    checked = check()
    identities = frozenset({f"block0:{MADE.options['genesis']}"})
    assert checked.proved == Proved("0x" + "11" * 20, MADE.timestamp, tuple(TRUST), identities)
    assert [finding.code for finding in checked.findings] == [codes.ANCHORED]
    assert 6_000 < len(MADE.evidence.data) < 8_000  # mainnet's size


def test_a_digest_with_leading_zeros_proves() -> None:
    statement = next(s for s in (Statement(bytes(32), n, bytes(32)) for n in range(1, 5000)) if s.digest()[0] == 0)
    made = synthesise(statement)
    assert check(made.evidence, statement, trust=made.trust(NAME)).proved


def test_a_shallow_trie_proves() -> None:
    made = synthesise(STATEMENT, account_nodes=1, storage_nodes=1)
    assert check(made.evidence, trust=made.trust(NAME)).proved


# --- attacks -------------------------------------------------------------------------------------------------------


def test_another_checkpoint() -> None:
    other_root = replace(STATEMENT, root=b"\x03" * 32)
    assert code_of(statement=other_root) is codes.OTHER_DIGEST
    other_size = {code_of(statement=replace(STATEMENT, size=size)) for size in range(43, 80)}
    assert other_size <= {codes.PROOF_STRAYS, codes.NODE_EXTRA}
    assert code_of(statement=replace(STATEMENT, log_id=b"\x09" * 32)) in {codes.PROOF_STRAYS, codes.NODE_EXTRA}


def test_an_anchor_that_does_not_exist() -> None:
    other = replace(STATEMENT, size=43)
    made = synthesise(STATEMENT, storage_nodes=1)
    assert code_of(made.evidence, other, trust=made.trust(NAME)) is codes.ANCHOR_ABSENT


def test_a_registry_that_does_not_exist() -> None:
    made = synthesise(STATEMENT, account_nodes=1)
    moved = replace(StorageEvidence.decode(made.evidence.data), registry=b"\x44" * 20).encode()
    pins = replace(PINS, registry=b"\x44" * 20)
    assert code_of(moved, pins=pins, trust=made.trust(NAME)) is codes.ACCOUNT_ABSENT


def test_another_chain_or_a_reorg() -> None:
    assert code_of(trust=[block(MADE.number, b"\x99" * 32), GENESIS]) is codes.BLOCK_DIFFERS
    assert code_of(trust=[]) is codes.BLOCK_NOT_PINNED
    assert code_of(trust=MADE.trust("eip155:1")) is codes.BLOCK_NOT_PINNED
    assert code_of(trust=[replace(TRUST[0], kind="header"), GENESIS]) is codes.BLOCK_NOT_PINNED
    numbers: tuple[object, ...] = (None, [], "23000000")
    for number in numbers:
        other = {"number": number, "hash": TRUST[0].value["hash"]}
        assert code_of(trust=[replace(TRUST[0], value=other), TRUST[1]]) is codes.BLOCK_NOT_PINNED
    stranger = replace(block(0, b"\x99" * 32), source=TRUST[0].source)
    assert code_of(trust=[*TRUST, stranger]) is codes.TRUST_OTHER_CHAIN


def test_trust_that_contradicts_itself() -> None:
    assert code_of(trust=[*TRUST, GENESIS, block(MADE.number, b"\x99" * 32)]) is codes.TRUST_CONTRADICTS
    two = [*TRUST, *(replace(item, source="another endpoint") for item in TRUST)]
    proved = check(trust=two).proved
    assert proved is not None
    assert proved.trusted == (two[0], two[2], two[1], two[3])


@pytest.mark.parametrize(
    "value",
    [
        {"number": MADE.number},
        {"number": False, "hash": "0x" + MADE.hash.hex()},
        {"number": float(MADE.number), "hash": "0x" + MADE.hash.hex()},
        {"number": MADE.number, "hash": MADE.number},
        {"number": MADE.number, "hash": MADE.hash.hex()},
        {"number": MADE.number, "hash": "0x" + MADE.hash.hex(), "more": 1},
    ],
)
def test_malformed_trust(value: dict[str, bool | str | float]) -> None:
    assert code_of(trust=[replace(TRUST[0], value=value)]) is codes.TRUST_MALFORMED


def test_a_look_alike_contract() -> None:
    elsewhere = synthesise(STATEMENT, registry=b"\x55" * 20)
    assert code_of(elsewhere.evidence, trust=elsewhere.trust(NAME)) is codes.REGISTRY_DIFFERS
    disguised = replace(StorageEvidence.decode(elsewhere.evidence.data), registry=PINS.registry).encode()
    assert code_of(disguised, trust=elsewhere.trust(NAME)).name in {
        "ethereum.proof-strays",
        "ethereum.node-extra",
        "ethereum.account-absent",
    }
    assert code_of(pins=replace(PINS, code=b"\x66" * 32)) is codes.CODE_DIFFERS


def test_an_unlisted_publisher() -> None:
    assert code_of(pins=replace(PINS, publishers=frozenset({b"\x77" * 20}))) is codes.PUBLISHER_NOT_LISTED
    other = replace(STATEMENT, root=b"\x03" * 32)
    assert code_of(statement=other, pins=replace(PINS, publishers=frozenset())) is codes.PUBLISHER_NOT_LISTED
    listed = replace(PINS, publishers=frozenset({b"\x77" * 20, PARTS.publisher}))
    assert check(pins=listed).proved
    claimed = replace(PARTS, publisher=b"\x77" * 20).encode()
    assert code_of(claimed, pins=listed).name in {"ethereum.proof-strays", "ethereum.node-extra"}


def test_spoiled_proofs() -> None:
    account, storage = PARTS.account_proof, PARTS.storage_proof
    changes: list[tuple[dict[str, Any], Code]] = [
        ({"account_proof": account[:-1]}, codes.NODE_MISSING),
        ({"account_proof": (*account, account[-1])}, codes.NODE_EXTRA),
        ({"account_proof": account[::-1]}, codes.NODE_HASH),
        ({"storage_proof": ()}, codes.NODE_MISSING),
        ({"storage_proof": (*storage, b"")}, codes.NODE_EXTRA),
        ({"storage_proof": (storage[1], storage[0], *storage[2:])}, codes.NODE_HASH),
        ({"account_proof": storage, "storage_proof": account}, codes.NODE_HASH),
        ({"header": PARTS.header[:-1]}, codes.RLP_MALFORMED),
        ({"header": PARTS.header + b"\0"}, codes.RLP_MALFORMED),
        ({"header": rlp.encode([b"", b""])}, codes.HEADER_MALFORMED),
        ({"header": rlp.encode(b"header")}, codes.HEADER_MALFORMED),
        ({"header": rlp.encode([b""] * 16)}, codes.HEADER_MALFORMED),
        ({"header": rlp.encode([b"\xaa" * 32] * 16)}, codes.HEADER_MALFORMED),
    ]
    for change, code in changes:
        assert code_of(replace(PARTS, **change).encode()) is code


def test_what_the_registry_could_never_hold() -> None:
    """Behind a block that the verifier pinned by mistake, say."""

    def built(account: Callable[[bytes], bytes], value: tuple[bytes, tuple[bytes, ...]] | None = None) -> Code:
        storage = trie_around(b"none", b"v", 1) if value is None else value
        root, proof = trie_around(PARTS.registry, account(storage[0]), 1)
        fields = rlp.decode(PARTS.header)
        assert isinstance(fields, list)
        fields[3] = root
        header = rlp.encode(fields)
        evidence = replace(PARTS, header=header, account_proof=proof, storage_proof=storage[1]).encode()
        return code_of(evidence, trust=[block(MADE.number, keccak(header)), GENESIS])

    assert built(lambda _: rlp.encode([b"", b"", b""])) is codes.ACCOUNT_MALFORMED
    assert built(lambda _: rlp.encode(b"account")) is codes.ACCOUNT_MALFORMED
    assert built(lambda _: rlp.encode([b"", b"", b"\x01", PINS.code])) is codes.ACCOUNT_MALFORMED
    assert built(lambda root: rlp.encode([b"", b"", root, b"\x01" * 32])) is codes.CODE_DIFFERS

    def account(root: bytes) -> bytes:
        return rlp.encode([b"\x01", b"", root, PINS.code])

    from carbonseal_adapters.ethereum.checking.registry import slot

    place = slot(PARTS.publisher, STATEMENT)
    for value in (rlp.encode(b"\0" + b"\x01" * 31), rlp.encode(b"\x01" * 33), rlp.encode([b"\x01"]), rlp.encode(b"")):
        assert built(account, trie_around(place, value, 1)) is codes.VALUE_MALFORMED
    assert built(account, trie_around(place, b"\xa0", 1)) is codes.RLP_MALFORMED


def test_malformed_evidence() -> None:
    for data, code in [
        (b"", codes.RLP_MALFORMED),
        (MADE.evidence.data[:-1], codes.RLP_MALFORMED),
        (MADE.evidence.data + b"\0", codes.RLP_MALFORMED),
        (b"\xb8\x01\xaa", codes.RLP_NOT_CANONICAL),
        (rlp.encode(b"evidence"), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b""] * 4), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b""] * 5), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b"\x01" * 20, b"\x01" * 20, [], [], []]), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b"\x01" * 20, b"\x01" * 20, b"", [[b""]], []]), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b"\x01" * 20, b"\x01" * 20, b"", [], b""]), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b"\x01" * 20, b"\x01" * 20, b"", [b""] * 66, []]), codes.EVIDENCE_MALFORMED),
        (bytes(MAX_EVIDENCE + 1), codes.EVIDENCE_TOO_LARGE),
    ]:
        assert code_of(Evidence("ethereum-storage", 1, data)) is code


def test_unknown_kinds_and_versions_count_for_nothing() -> None:
    for evidence in (Evidence("ethereum-storage", 2, MADE.evidence.data), Evidence("tlog-proof", 1, b"")):
        assert code_of(evidence) is codes.EVIDENCE_UNKNOWN


@settings(max_examples=examples(100))
@given(st.integers(0, len(MADE.evidence.data) - 1), st.integers(1, 255))
def test_no_changed_byte_proves(position: int, change: int) -> None:
    data = bytearray(MADE.evidence.data)
    data[position] ^= change
    checked = check(Evidence("ethereum-storage", 1, bytes(data)))
    assert checked.proved is None
    assert all(finding.code.outcome in {Outcome.NOTED, Outcome.REJECTED} for finding in checked.findings)


def test_no_position_may_change() -> None:
    for position in range(len(MADE.evidence.data)):
        data = bytearray(MADE.evidence.data)
        data[position] ^= 1 << position % 8
        assert check(Evidence("ethereum-storage", 1, bytes(data))).proved is None


@given(st.binary(max_size=200))
def test_junk_never_proves_or_raises(data: bytes) -> None:
    assert check(Evidence("ethereum-storage", 1, data)).proved is None


# --- the policy's line ---------------------------------------------------------------------------------------------


def pin_code(name: str = NAME, /, **changes: str | None) -> Code:
    options = {key: value for key, value in {**MADE.options, **changes}.items() if value is not None}
    with pytest.raises(Refused) as refused:
        VERIFIER.pin(name, options)
    return refused.value.finding.code


def test_the_line_pins_everything() -> None:
    publishers = "0x" + "ab" * 20 + "," + to_checksum_address("0x" + "cd" * 20)
    pins = pinned("eip155:1", {**MADE.options, "publisher": publishers})
    assert pins.chain_id == 1
    assert pins.publishers == {b"\xab" * 20, b"\xcd" * 20}


def test_every_slip_in_the_line_has_a_code() -> None:
    for option in MADE.options:
        assert pin_code(**{option: None}) is codes.OPTION_MISSING
    assert pin_code(confirmations="3") is codes.OPTION_UNKNOWN
    for name in ("eip155:", "eip155:01", "eip155:0", "eip155:-1", "eip155:1 ", "eip155:1\n", "eip155:١", "tlog:a"):
        assert pin_code(name) is codes.NAME_MALFORMED
    for value in ("", "0x", "ab" * 32, "0x" + "AB" * 32, "0x" + "ab" * 31, "0x" + "ab" * 32 + "\n"):
        assert pin_code(genesis=value) is codes.HASH_MALFORMED
        assert pin_code(code=value) is codes.HASH_MALFORMED
    for value in ("", "0x", "ab" * 20, "0X" + "ab" * 20, "0x" + "ab" * 21, "0x" + "ab" * 20 + "\n"):
        assert pin_code(registry=value) is codes.ADDRESS_MALFORMED
        assert pin_code(publisher=value) is codes.ADDRESS_MALFORMED
    address = "0x" + "ab" * 20
    assert pin_code(publisher=address + ",") is codes.ADDRESS_MALFORMED
    assert pin_code(publisher=address + ", " + address) is codes.ADDRESS_MALFORMED
    assert pin_code(publisher=address + "," + to_checksum_address(address)) is codes.PUBLISHER_REPEATED
    right = to_checksum_address(address)
    wrong = right[:2] + right[2:].swapcase()
    assert pin_code(registry=wrong) is codes.ADDRESS_CHECKSUM


def test_codes_are_named_once() -> None:
    names = [code.name for code in codes.CODES]
    assert len(set(names)) == len(names) > 30
    assert all(name.startswith("ethereum.") for name in names)


def test_checking_needs_the_base_install_only() -> None:
    program = (
        "import sys, carbonseal_adapters.ethereum.checking.evidence;"
        "print(sorted({'web3', 'eth_utils', 'rlp', 'trie', 'aiohttp', 'asyncio', 'eth_account'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"

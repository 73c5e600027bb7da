"""Evidence of anchors in EAS, offline: what proves, what does not, and the policy's line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Code, Outcome, Refused, Verdict
from carbonseal.ledger import (
    Checked,
    Evidence,
    Proved,
    Statement,
    TrustItem,
)
from carbonseal_adapters.ethereum.checking import codes, eas, rlp
from carbonseal_adapters.ethereum.checking.eas import EasEvidence
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER, Pins
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_devnet.ethereum.evidence import mainnet_header, synthesise, trie_around
from tests.programs.effort import examples
from tests.world import BLOCK_TIME, CHAIN, World

WHEN = "2026-01-01T00:00:00Z"

NAME = "eip155:1"
STATEMENT = Statement(b"\x01" * 32, 42, b"\x02" * 32)
EAS, CODE, SLOT = b"\x22" * 20, b"\x33" * 32, 2
NUMBER, STAMPED, MINED = 23_000_000, 1_795_000_000, 1_795_200_000
OPTIONS = {
    "contract": "eas",
    "genesis": "0x" + "44" * 32,
    "eas": "0x" + EAS.hex(),
    "code": "0x" + CODE.hex(),
    "slot": str(SLOT),
    "publisher": "any",
}


def pinned(options: dict[str, str]) -> eas.EasPins:
    pins = VERIFIER.pin(NAME, options)
    assert isinstance(pins, eas.EasPins)
    return pins


PINS = pinned(OPTIONS)


WORD = rlp.number(STAMPED)


def made(
    statement: Statement = STATEMENT,
    word: rlp.Item = WORD,
    slot: int = SLOT,
    code: bytes = CODE,
    nodes: tuple[int, int] = (8, 4),
    ledger: str = NAME,
) -> tuple[Evidence, list[TrustItem]]:
    """Evidence from a state in which EAS holds this word, and the trust that pins its block."""
    storage_root, storage = trie_around(eas.slot_of(statement.digest(), slot), rlp.encode(word), nodes[1])
    state_root, account = trie_around(EAS, rlp.encode([b"\x01", b"", storage_root, code]), nodes[0])
    header = mainnet_header(state_root, NUMBER, MINED)
    blocks = {NUMBER: "0x" + keccak256(header).hex(), 0: OPTIONS["genesis"]}
    values = [{"number": number, "hash": digest} for number, digest in blocks.items()]
    trust = [TrustItem(ledger, "block", value, "made up", WHEN) for value in values]
    return EasEvidence(EAS, header, account, storage).encode(), trust


SOUND, TRUST = made()
PARTS = EasEvidence.decode(SOUND.data)


def check(
    evidence: Evidence = SOUND,
    statement: Statement = STATEMENT,
    pins: eas.EasPins | Pins = PINS,
    trust: list[TrustItem] = TRUST,
) -> Checked:
    return VERIFIER.check(evidence, statement, pins, trust)


def code_of(
    evidence: Evidence = SOUND,
    statement: Statement = STATEMENT,
    pins: eas.EasPins | Pins = PINS,
    trust: list[TrustItem] = TRUST,
) -> Code:
    checked = check(evidence, statement, pins, trust)
    assert checked.proved is None
    (finding,) = checked.findings
    assert str(finding)
    return finding.code


def test_sound_evidence_proves_the_time_that_eas_stored() -> None:
    checked = check()
    assert checked.proved == Proved("any", STAMPED, tuple(TRUST), frozenset({f"block0:{OPTIONS['genesis']}"}))
    assert [finding.code for finding in checked.findings] == [codes.TIMESTAMPED]
    in_the_block_itself, trust = made(word=rlp.number(MINED))
    proved = check(in_the_block_itself, trust=trust).proved
    assert proved is not None
    assert proved.time == MINED


def test_another_checkpoint_was_not_timestamped() -> None:
    evidence, trust = made(nodes=(1, 1))
    for other in (
        replace(STATEMENT, root=b"\x03" * 32),
        replace(STATEMENT, size=43),
        replace(STATEMENT, log_id=b"\x09" * 32),
    ):
        assert code_of(evidence, other, trust=trust) is codes.SLOT_DIFFERS
        assert code_of(statement=other) is codes.SLOT_DIFFERS


def test_another_variable_of_the_contract() -> None:
    """Whatever else EAS stores under somebody's 32 bytes, say its revocations, is not a timestamp."""
    evidence, trust = made(slot=SLOT + 1, nodes=(1, 1))
    assert code_of(evidence, trust=trust) is codes.SLOT_DIFFERS


@settings(max_examples=25)  # each makes two tries
@given(st.integers(0, 999), st.integers(0, 999), st.integers(1, 9), st.integers(1, 9))
def test_a_pin_of_another_version_of_eas_accuses_nobody(slot: int, pin: int, account: int, storage: int) -> None:
    """Evidence names no slot, so a policy that pins another one cannot tell it from evidence that is wrong."""
    evidence, trust = made(slot=slot, nodes=(account, storage))
    checked = check(evidence, pins=pinned({**OPTIONS, "slot": str(pin)}), trust=trust)
    assert (checked.proved is not None) == (slot == pin)
    assert slot == pin or [one.code for one in checked.findings] == [codes.SLOT_DIFFERS]
    assert codes.SLOT_DIFFERS.outcome is Outcome.NOTED


def test_what_eas_could_never_hold() -> None:
    words: tuple[tuple[rlp.Item, Code], ...] = (
        (rlp.number(MINED + 1), codes.TIMESTAMP_LATER),
        (b"\xff" * 32, codes.TIMESTAMP_LATER),
        (STATEMENT.digest(), codes.TIMESTAMP_LATER),
        (b"\0" + rlp.number(STAMPED), codes.VALUE_MALFORMED),
        (b"", codes.VALUE_MALFORMED),
        (b"\x01" * 33, codes.VALUE_MALFORMED),
        ([b"\x01"], codes.VALUE_MALFORMED),
    )
    for word, code in words:
        evidence, trust = made(word=word)
        assert code_of(evidence, trust=trust) is code, word


def test_another_contract_chain_or_block() -> None:
    assert code_of(replace(PARTS, eas=b"\x55" * 20).encode()) is codes.REGISTRY_DIFFERS
    assert code_of(pins=replace(PINS, code=b"\x66" * 32)) is codes.CODE_DIFFERS
    evidence, trust = made(nodes=(1, 1))
    moved = replace(EasEvidence.decode(evidence.data), eas=b"\x55" * 20).encode()
    assert code_of(moved, pins=replace(PINS, eas=b"\x55" * 20), trust=trust) is codes.ACCOUNT_ABSENT
    assert code_of(trust=[]) is codes.BLOCK_NOT_PINNED
    lie = replace(TRUST[0], value={**TRUST[0].value, "hash": "0x" + "99" * 32})
    assert code_of(trust=[lie, TRUST[1]]) is codes.BLOCK_DIFFERS


def test_evidence_of_a_registry_and_of_eas_are_not_taken_for_each_other() -> None:
    registry = synthesise(STATEMENT)
    assert code_of(registry.evidence) is codes.CONTRACT_NOT_PINNED
    assert code_of(pins=VERIFIER.pin(NAME, registry.options)) is codes.CONTRACT_NOT_PINNED
    for disguised in (Evidence(SOUND.type, 1, registry.evidence.data), Evidence("ethereum-storage", 1, SOUND.data)):
        pins = PINS if disguised.type == SOUND.type else VERIFIER.pin(NAME, registry.options)
        assert code_of(disguised, pins=pins) is codes.EVIDENCE_MALFORMED
    assert code_of(replace(SOUND, version=2)) is codes.EVIDENCE_UNKNOWN


def test_spoiled_proofs() -> None:
    account, storage = PARTS.account_proof, PARTS.storage_proof
    for change, code in (
        ({"account_proof": account[:-1]}, codes.NODE_MISSING),
        ({"account_proof": (*account, account[-1])}, codes.NODE_EXTRA),
        ({"storage_proof": ()}, codes.SLOT_DIFFERS),
        ({"storage_proof": (*storage, b"")}, codes.SLOT_DIFFERS),
        ({"account_proof": storage, "storage_proof": account}, codes.NODE_HASH),
        ({"header": PARTS.header + b"\0"}, codes.RLP_MALFORMED),
    ):
        assert code_of(replace(PARTS, **change).encode()) is code
    for data, code in (
        (b"", codes.RLP_MALFORMED),
        (SOUND.data + b"\0", codes.RLP_MALFORMED),
        (rlp.encode([b""] * 4), codes.EVIDENCE_MALFORMED),
        (rlp.encode([b"\x01" * 20, b"", [b""] * 66, []]), codes.EVIDENCE_MALFORMED),
    ):
        assert code_of(Evidence("ethereum-eas", 1, data)) is code


@settings(max_examples=examples(100))
@given(st.integers(0, len(SOUND.data) - 1), st.integers(1, 255))
def test_no_changed_byte_proves(position: int, change: int) -> None:
    data = bytearray(SOUND.data)
    data[position] ^= change
    checked = check(Evidence("ethereum-eas", 1, bytes(data)))
    assert checked.proved is None
    assert all(finding.code.outcome in {Outcome.NOTED, Outcome.REJECTED} for finding in checked.findings)


# --- the policy's line -----------------------------------------------------------------------------------------------


def pin_code(**changes: str | None) -> Code:
    options = {key: value for key, value in {**OPTIONS, **changes}.items() if value is not None}
    with pytest.raises(Refused) as refused:
        VERIFIER.pin(NAME, options)
    return refused.value.finding.code


def test_every_slip_in_the_line_has_a_code() -> None:
    for option in set(OPTIONS) - {"contract"}:
        assert pin_code(**{option: None}) is codes.OPTION_MISSING
    assert pin_code(registry="0x" + "11" * 20) is codes.OPTION_UNKNOWN
    assert pin_code(contract=None) is codes.OPTION_UNKNOWN  # then it is a registry's line
    for contract in ("", "EAS", "registry"):
        assert pin_code(contract=contract) is codes.CONTRACT_UNKNOWN
    for publisher in ("", "Any", "0x" + "11" * 20):
        assert pin_code(publisher=publisher) is codes.PUBLISHER_UNKNOWABLE
    for slot in ("", "-1", "02", "0x2", "1000", "٢", "2 "):
        assert pin_code(slot=slot) is codes.SLOT_MALFORMED
    assert pin_code(eas="0x12") is codes.ADDRESS_MALFORMED
    assert pin_code(code="0x12") is codes.HASH_MALFORMED
    assert pin_code(genesis="0x12") is codes.HASH_MALFORMED


def test_a_registrys_line_cannot_leave_the_publisher_open() -> None:
    with pytest.raises(Refused) as refused:
        VERIFIER.pin(NAME, {**synthesise(STATEMENT).options, "publisher": "any"})
    assert refused.value.finding.code is codes.ADDRESS_MALFORMED


class WorldWithEas(World):
    """The small world, with EAS on its chain instead of a registry."""

    def on_chain(self, statement: Statement) -> Evidence:
        stamped = int(BLOCK_TIME.timestamp())
        evidence, trust = made(statement, rlp.number(stamped), nodes=(3, 2), ledger=CHAIN)
        self.options = OPTIONS
        self.trusted += [item for item in trust if item not in self.trusted]
        return evidence


def test_a_passport_with_an_anchor_in_eas_is_verified() -> None:
    world = WorldWithEas()
    passport = world.passport()
    report = world.verify(passport)
    assert report.verdict is Verdict.VERIFIED
    assert report.existed_by == BLOCK_TIME
    pins = " ".join(f"{key}={value}" for key, value in synthesise(STATEMENT).options.items())
    assert world.verify(passport, chain=f"ledger chain {CHAIN} {pins}").verdict is Verdict.UNDETERMINED

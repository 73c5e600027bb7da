"""Anchors in EAS: on a double and on EAS's own code; evidence offline; and whoever is quicker than the node."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonseal.findings import Code, Outcome, Refused, Verdict
from carbonseal.ledger import (
    Attempt,
    AttemptStatus,
    Checked,
    Evidence,
    Observation,
    Proved,
    Statement,
    TransientError,
    TrustItem,
)
from carbonseal.log.checkpoints import Checkpoint
from carbonseal.log.notes import Note
from carbonseal.node.config import LedgerConfig
from carbonseal.node.node import Node
from carbonseal.passport.seals import Seal
from carbonseal_adapters.conformance import CHECKS, Check, Stranger, Subject
from carbonseal_adapters.ethereum.checking import codes, eas, rlp
from carbonseal_adapters.ethereum.checking.eas import EasEvidence
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER, Pins
from carbonseal_adapters.ethereum.checking.trie import keccak256
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.ledger import EthereumLedger, connect
from carbonseal_devnet.ethereum.evidence import mainnet_header, synthesise, trie_around
from carbonseal_devnet.ethereum.network import Network
from tests import nodes
from tests.ethereum import calls, eas_contracts, networks
from tests.world import BLOCK_TIME, CHAIN, World

WHEN = "2026-01-01T00:00:00Z"

# --- offline ---------------------------------------------------------------------------------------------------------

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
        assert code_of(evidence, other, trust=trust) is codes.ANCHOR_ABSENT
        assert code_of(statement=other) in {codes.PROOF_STRAYS, codes.NODE_EXTRA}


def test_another_variable_of_the_contract() -> None:
    """Whatever else EAS stores under somebody's 32 bytes, say its revocations, is no timestamp."""
    evidence, trust = made(slot=SLOT + 1, nodes=(1, 1))
    assert code_of(evidence, trust=trust) is codes.ANCHOR_ABSENT


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
        ({"storage_proof": ()}, codes.NODE_MISSING),
        ({"storage_proof": (*storage, b"")}, codes.NODE_EXTRA),
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


@settings(max_examples=300)
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


# --- sending ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=eas_contracts.KINDS)
def contract(request: pytest.FixtureRequest, carbonseal_chain: Network) -> eas_contracts.Eas:
    return eas_contracts.deployed(carbonseal_chain, request.param)


@asynccontextmanager
async def connected(
    chain: Network, at: eas_contracts.Eas, account: int = 5, **options: Any
) -> AsyncIterator[EthereumLedger]:
    options = {"contract": "eas", "eas": at.address, "slot": str(at.slot), "key": "env:KEY", **options}
    ledger = await connect(chain.uri, options, lambda _: chain.key(account))
    try:
        yield ledger
    finally:
        await ledger.close()


def policy_options(chain: Network, contract: eas_contracts.Eas) -> dict[str, str]:
    code = bytes.fromhex(chain.ask("eth_getCode", contract.address, "latest")[2:])
    pinned = {"genesis": chain.deployment.genesis, "eas": contract.address, "code": "0x" + keccak256(code).hex()}
    return {"contract": "eas", "slot": str(contract.slot), "publisher": "any", **pinned}


def verified(chain: Network, contract: eas_contracts.Eas, evidence: Evidence, statement: Statement) -> Checked:
    pins = VERIFIER.pin(chain.ledger, policy_options(chain, contract))
    return VERIFIER.check(evidence, statement, pins, gather(chain.ledger, [evidence], chain.endpoint, WHEN))


async def until_final(chain: Network, ledger: EthereumLedger, attempts: list[Attempt]) -> Observation:
    for _ in range(10):
        seen = await ledger.follow(attempts)
        if seen.status is AttemptStatus.FINAL:
            return seen
        await networks.command(chain, "evm_mine")
    raise AssertionError(seen)


def stamp(chain: Network, contract: eas_contracts.Eas, statement: Statement, account: int = 6) -> dict[str, Any]:
    """What anybody can do."""
    return calls.transact(chain, contract.address, eas.call_timestamp(statement), account)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conforms(check: Check, contract: eas_contracts.Eas, carbonseal_chain: Network) -> None:
    chain, sizes = carbonseal_chain, itertools.count(1)
    options = {"contract": "eas", "eas": contract.address, "slot": str(contract.slot), "key": "env:KEY"}

    async def progress() -> None:
        await networks.command(chain, "evm_mine")

    subject = Subject(
        connect=lambda: connect(chain.uri, options, lambda _: chain.key(5)),
        anchor=lambda: networks.anchor(next(sizes), f"eas {contract} {check.__name__}"),
        contradiction=lambda anchor: replace(anchor, statement=replace(anchor.statement, root=b"\x66" * 32)),
        progress=progress,
        verifier=VERIFIER,
        options=policy_options(chain, contract),
        publisher="any",
        trust=lambda evidence: gather(chain.ledger, [evidence], chain.endpoint, WHEN),
        stranger=Stranger(
            lambda: connect(chain.uri, options, lambda _: chain.key(6)), policy_options(chain, contract), "any"
        ),
    )
    asyncio.run(check(subject))


def test_a_second_root_is_taken_and_nothing_tells_the_latest(
    contract: eas_contracts.Eas, carbonseal_chain: Network
) -> None:
    """What whoever relies on EAS goes without."""

    async def scenario() -> None:
        async with connected(carbonseal_chain, contract) as ledger:
            for root in ("root", "another root"):
                said = networks.anchor(7, f"two roots {contract}", root)
                attempt = await ledger.prepare(said, [])
                await ledger.send(attempt)
                seen = await until_final(carbonseal_chain, ledger, [attempt])
                assert verified(carbonseal_chain, contract, await ledger.evidence(attempt, seen), said.statement).proved
            assert await ledger.latest(said.statement.log_id) is None

    asyncio.run(scenario())


def test_the_time_is_that_of_the_first_whoever_it_was(contract: eas_contracts.Eas, carbonseal_chain: Network) -> None:
    """Somebody else has timestamped the digest long ago: there is nothing to send, and the older time is proved."""
    chain, said = carbonseal_chain, networks.anchor(8, f"older {contract}")
    receipt = stamp(chain, contract, said.statement)
    first = chain.ask("eth_getBlockByNumber", receipt["blockNumber"], False)
    assert stamp(chain, contract, said.statement)["status"] == "0x0"  # AlreadyTimestamped

    async def scenario() -> Evidence:
        await networks.command(chain, "evm_mine")
        async with connected(chain, contract) as ledger:
            attempt = await ledger.prepare(said, [])
            await ledger.send(attempt)
            return await ledger.evidence(attempt, await until_final(chain, ledger, [attempt]))

    nonce = chain.ask("eth_getTransactionCount", chain.publisher(5), "latest")
    evidence = asyncio.run(scenario())
    proved = verified(chain, contract, evidence, said.statement).proved
    assert proved is not None
    assert proved.time == int(first["timestamp"], 16)
    assert chain.ask("eth_getTransactionCount", chain.publisher(5), "latest") == nonce


@pytest.fixture
def fresh(carbonseal_fresh_chain: Network) -> tuple[Network, eas_contracts.Eas]:
    return carbonseal_fresh_chain, eas_contracts.deployed(carbonseal_fresh_chain, "double")


def test_a_front_runner_makes_the_transaction_revert_and_the_anchor_stands(
    fresh: tuple[Network, eas_contracts.Eas],
) -> None:
    chain, contract = fresh
    said = networks.anchor(1, "front-run")

    async def scenario() -> Evidence:
        async with connected(chain, contract) as ledger:
            attempt = await ledger.prepare(said, [])
            await asyncio.to_thread(stamp, chain, contract, said.statement)
            await ledger.send(attempt)
            seen = await until_final(chain, ledger, [attempt])
            assert seen.attempt == attempt.id
            receipt = await networks.command(chain, "eth_getTransactionReceipt", attempt.id)
            assert receipt["status"] == "0x0"
            following = await ledger.prepare(networks.anchor(2, "front-run"), [])
            await ledger.send(following)  # no nonce is left out
            await until_final(chain, ledger, [following])
            return await ledger.evidence(attempt, seen)

    assert verified(chain, contract, asyncio.run(scenario()), said.statement).proved


def test_a_revert_without_an_anchor_is_no_success(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    """The front-runner was reorged out, and the node's own transaction had reverted before it."""
    chain, contract = fresh
    said = networks.anchor(1, "both fall")

    async def scenario() -> Evidence:
        await networks.command(chain, "evm_mine")
        async with connected(chain, contract, confirmations="3") as ledger:
            attempt = await ledger.prepare(said, [])
            await asyncio.to_thread(stamp, chain, contract, said.statement)
            await ledger.send(attempt)
            assert (await ledger.follow([attempt])).status is AttemptStatus.INCLUDED
            await networks.command(chain, "dev_reorg", 2, "drop")
            seen = await ledger.follow([attempt])
            assert seen.status in {AttemptStatus.MISSING, AttemptStatus.PENDING}
            await ledger.send(attempt)
            seen = await until_final(chain, ledger, [attempt])
            receipt = await networks.command(chain, "eth_getTransactionReceipt", attempt.id)
            assert receipt["status"] == "0x1"
            return await ledger.evidence(attempt, seen)

    assert verified(chain, contract, asyncio.run(scenario()), said.statement).proved


def test_somebody_is_quicker_while_the_node_prepares(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    """The call reverts where nothing stood a moment ago: that is a reason to look again, not to give up for ever."""
    chain, contract = fresh
    said = networks.anchor(1, "quicker")

    async def scenario() -> Evidence:
        async with connected(chain, contract) as ledger:
            estimate = ledger._chain.gas

            async def beaten(data: bytes) -> int:
                await asyncio.to_thread(stamp, chain, contract, said.statement)
                return await estimate(data)

            with pytest.MonkeyPatch.context() as patch, pytest.raises(TransientError):
                patch.setattr(ledger._chain, "gas", beaten)
                await ledger.prepare(said, [])
            await networks.command(chain, "evm_mine")
            attempt = await ledger.prepare(said, [])
            await ledger.send(attempt)
            return await ledger.evidence(attempt, await until_final(chain, ledger, [attempt]))

    assert verified(chain, contract, asyncio.run(scenario()), said.statement).proved


def test_a_node_anchors_in_eas(fresh: tuple[Network, eas_contracts.Eas], tmp_path: Path) -> None:
    """From node.toml to evidence that a verifier takes."""
    chain, contract = fresh
    directory = tmp_path / "eas"
    (directory / "keys").mkdir(parents=True)
    (directory / "keys/chain.key").write_text(chain.key(5).hex())
    (directory / "keys/chain.key").chmod(0o600)
    options = {"contract": "eas", "eas": contract.address, "slot": str(contract.slot), "key": "file:keys/chain.key"}
    ledger = LedgerConfig(chain.ledger, chain.uri, "any", 3600, options)
    own = nodes.log_config(origin="eas.example/log")
    nodes.make_node(directory, nodes.settings(own, ledgers=(ledger,)))

    async def scenario() -> Seal:
        async with Node.open(directory) as node:
            receipt = await node.submit(b'{"kilograms":"12.50"}', "json/1")
            await node.sequence()
            await node.anchor()
            await node.wait_for_anchors(300)
            return node.seal(receipt.commitment)

    (head,) = asyncio.run(scenario()).heads
    (anchored,) = head.anchors
    said = Checkpoint.parse(Note.parse(head.checkpoint).text).statement()
    proved = verified(chain, contract, anchored.evidence, said).proved
    assert proved is not None
    assert proved.publisher == "any"


def test_options_are_read_strictly(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    chain, contract = fresh

    def refusal(**changes: Any) -> Code:
        async def scenario() -> None:
            async with connected(chain, contract, **changes):
                raise AssertionError("it was taken")

        with pytest.raises(Refused) as refused:
            asyncio.run(scenario())
        return refused.value.finding.code

    assert refusal(contract="registry") is codes.CONTRACT_UNKNOWN
    assert refusal(registry=chain.deployment.registry) is codes.OPTION_UNKNOWN
    assert refusal(slot="two") is codes.SLOT_MALFORMED
    assert refusal(eas="0x12") is codes.ADDRESS_MALFORMED
    assert refusal(eas=chain.publisher(0)) is codes.CONTRACT_ABSENT


def test_a_slot_that_is_none_gives_no_evidence(fresh: tuple[Network, eas_contracts.Eas]) -> None:
    """The node checks its own evidence: a slip in node.toml shows at the first anchor, not at the verifier's."""
    chain, contract = fresh

    async def scenario() -> None:
        async with connected(chain, replace(contract, slot=contract.slot + 1)) as ledger:
            attempt = await ledger.prepare(networks.anchor(1, "slot"), [])
            await ledger.send(attempt)
            seen = await until_final(chain, ledger, [attempt])
            with pytest.raises(TransientError, match="anchor-absent"):
                await ledger.evidence(attempt, seen)

    asyncio.run(scenario())


def test_gas(contract: eas_contracts.Eas, carbonseal_chain: Network) -> None:
    receipt = stamp(carbonseal_chain, contract, networks.statement(9, f"gas {contract}"))
    gas = int(receipt["gasUsed"], 16)
    print(f"gas: a timestamp in EAS (slot {contract.slot}) {gas:,}")
    assert gas <= 46_500

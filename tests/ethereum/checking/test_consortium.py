"""Chains of consortia (Besu's QBFT and IBFT 2, GoQuorum's IBFT): a block's hash leaves out the seals in its header."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.ledger import AttemptStatus, Evidence
from carbonseal_adapters.ethereum.checking import rlp
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.checking.headers import BFT, FIELDS, write_header
from carbonseal_adapters.ethereum.checking.keccak import keccak256
from carbonseal_adapters.ethereum.gathering.trust import gather
from carbonseal_adapters.ethereum.sending.ledger import connect
from carbonseal_devnet.ethereum.network import Network
from tests.ethereum.endpoints import Answer, Change, before
from tests.ethereum.networks import anchor, statement

VANITY = b"\x07" * 32
VALIDATORS: rlp.Item = [b"\x01" * 20, b"\x02" * 20]
SEALS: rlp.Item = [b"\x03" * 65, b"\x04" * 65]
VOTE: rlp.Item = [b"\x05" * 20, b"\xff"]
# What is in `extraData`, and what is hashed in its place.
KINDS = {
    "QBFT": (
        rlp.encode([VANITY, VALIDATORS, [], b"\x02", SEALS]),
        rlp.encode([VANITY, VALIDATORS, [], b"", []]),
    ),
    "QBFT with a vote": (
        rlp.encode([VANITY, VALIDATORS, VOTE, b"", SEALS]),
        rlp.encode([VANITY, VALIDATORS, VOTE, b"", []]),
    ),
    "IBFT 2": (
        rlp.encode([VANITY, VALIDATORS, b"", b"\0\0\0\x02", SEALS]),
        rlp.encode([VANITY, VALIDATORS, b""]),
    ),
    "GoQuorum": (
        VANITY + rlp.encode([VALIDATORS, b"\x06" * 65, SEALS]),
        VANITY + rlp.encode([VALIDATORS, b"\x06" * 65, []]),
    ),
}


def to_hex(data: bytes) -> str:
    return "0x" + data.hex()


def header_of(block: dict[str, Any]) -> bytes:
    """The RLP of the header unchanged, by the rules of any other chain."""
    return write_header({**block, "hash": None})


def disguised(chain: Network, kind: str) -> Change:
    """An endpoint's answers, as if validators had sealed the blocks: other headers, other hashes, the same states."""
    sealed, hashed = KINDS[kind]
    made, hashes = {}, {}

    def block(number: int) -> dict[str, Any]:
        if number not in made:
            fields = chain.ask("eth_getBlockByNumber", hex(number), False)
            own = fields["hash"]
            fields |= {"mixHash": BFT, "extraData": to_hex(hashed)}
            if number:
                fields["parentHash"] = block(number - 1)["hash"]
            fields["hash"] = to_hex(keccak256(header_of(fields)))
            made[number] = hashes[own] = {**fields, "extraData": to_hex(sealed)}
        return made[number]

    def change(method: str, params: list[Any], answer: Answer) -> Any:
        fields = answer()
        found = fields.get("result")
        if found and method == "eth_getBlockByNumber":
            found = block(int(found["number"], 16))
        elif method == "eth_getBlockByHash":
            found = next((one for one in made.values() if one["hash"] == params[0]), None)
        elif found and method == "eth_getTransactionReceipt":
            found["blockHash"] = block(int(found["blockNumber"], 16))["hash"]
        return {**fields, "result": found}

    return change


@pytest.mark.parametrize("kind", KINDS)
def test_anchors_are_proved_and_trusted(kind: str, carbonseal_fresh_chain: Network) -> None:
    chain = carbonseal_fresh_chain

    async def scenario(endpoint: str) -> tuple[Evidence, Mapping[str, str]]:
        options = {"registry": chain.deployment.registry, "key": "env:KEY", "confirmations": "1"}
        ledger = await connect(f"ethereum+{endpoint}", options, lambda _: chain.key(0))
        try:
            attempt = await ledger.prepare(anchor(1), [])
            await ledger.send(attempt)
            seen = await ledger.follow([attempt])
            assert seen.status is AttemptStatus.FINAL
            return await ledger.evidence(attempt, seen), await ledger.pins()
        finally:
            await ledger.close()

    with before(chain, disguised(chain, kind)) as endpoint:
        evidence, pins = asyncio.run(scenario(endpoint))
        trust = gather(chain.ledger, [evidence], endpoint, "2026-01-01T00:00:00Z")
    assert pins["genesis"] != chain.deployment.genesis
    checked = VERIFIER.check(evidence, statement(1), VERIFIER.pin(chain.ledger, pins), trust)
    assert checked.proved, checked.findings


def sealed_block(chain: Network, kind: str) -> dict[str, Any]:
    fields = chain.ask("eth_getBlockByNumber", "latest", False)
    sealed, hashed = KINDS[kind]
    fields |= {"mixHash": BFT, "extraData": to_hex(hashed)}
    return {**fields, "hash": to_hex(keccak256(header_of(fields))), "extraData": to_hex(sealed)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_of_another_hash_is_read_back_unchanged(kind: str, carbonseal_chain: Network) -> None:
    """Nothing is left out to make a lie fit: not another field, and nothing on a chain of another kind."""
    block = sealed_block(carbonseal_chain, kind)
    assert to_hex(keccak256(write_header(block))) == block["hash"]
    for name, _ in FIELDS:
        if name not in {"extraData", "baseFeePerGas"} and block.get(name):
            spoiled = {**block, name: block[name][:-1] + ("1" if block[name][-1] == "0" else "0")}
            assert to_hex(keccak256(write_header(spoiled))) != block["hash"], name
    elsewhere = {**block, "mixHash": "0x" + "00" * 32}
    assert write_header(elsewhere) == header_of(elsewhere)


@given(extra=st.binary(max_size=200) | st.builds(rlp.encode, st.lists(st.binary(max_size=40), max_size=6)))
def test_any_extra_data_is_read_back(extra: bytes) -> None:
    """Blocks with arbitrary `extraData`: read back unchanged, and refused with the same errors as other chains' blocks."""
    zeros = {name: "0x" + "00" * 32 if is_data else "0x0" for name, is_data in FIELDS}
    block = {**zeros, "mixHash": BFT, "extraData": to_hex(extra), "hash": "0x" + "11" * 32}
    assert write_header(block) == header_of(block)

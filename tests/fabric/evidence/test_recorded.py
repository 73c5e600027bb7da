"""Blocks and answers recorded from a real Fabric 2.5 network, where that folder is.

Its chaincode is another one, so that each layer is shown for itself.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from carbonseal.findings import Refused
from carbonseal_adapters.fabric.checking import codes, policies
from carbonseal_adapters.fabric.checking.attestations import Attestation
from carbonseal_adapters.fabric.checking.blocks import Block, check_signatures
from carbonseal_adapters.fabric.checking.config import Config, read_config
from carbonseal_adapters.fabric.checking.identities import Identity, Role
from carbonseal_adapters.fabric.checking.messages.headers import Header
from carbonseal_adapters.fabric.checking.messages.protobuf import read
from carbonseal_adapters.fabric.checking.messages.shapes import BLOCK, BLOCK_METADATA, PROPOSAL
from carbonseal_adapters.fabric.checking.transactions import Transaction
from tests.repository.sources import REPOSITORY

FOLDER = REPOSITORY.parent / "shared" / "data" / "vectors" / "fabric-2.5-raft"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded vectors are not here")
FILTER = 2  # the place of the validation codes among a block's metadata


def raw(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def index() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw("index.json"))
    return found


def config() -> Config:
    return read_config(Block.of(raw("config.block")))


def transactions(block: Block) -> list[Transaction]:
    return [Transaction.read(envelope) for envelope in block.envelopes]


def test_the_configuration() -> None:
    found = config()
    assert (found.channel, found.number, found.sequence, found.quorum) == (index()["channel"], 0, 0, 1)
    assert set(found.msps) == {"OrdererMSP", "Org1MSP", "Org2MSP"}
    assert str(found.endorsement) == "2 of (1 of (Org1MSP.peer), 1 of (Org2MSP.peer))"


@pytest.mark.parametrize("name", ["valid.block", "multi_and_invalid.block"])
def test_blocks_are_ordered_and_their_transactions_endorsed(name: str) -> None:
    block, found = Block.of(raw(name)), config()
    block.check_data()
    for transaction in transactions(block):
        assert check_signatures(block, found, transaction.header.at) == found.number
        answer = transaction.check(found, index()["chaincode"])
        endorsers = transaction.endorsers(found)
        assert policies.meets(found.endorsement, endorsers)
        assert {member.msp for member in endorsers} == {"Org1MSP", "Org2MSP"}
        key, _ = answer.written(index()["chaincode"])
        assert key.startswith("root/")


def test_nothing_in_a_block_tells_the_invalid_transaction() -> None:
    """Its validation code can be overwritten, and nothing that is signed changes: the reader does not even look at it."""
    whole = raw("multi_and_invalid.block")
    block = Block.of(whole)
    codes_of = read(whole, BLOCK).message(3, BLOCK_METADATA).each(1)[FILTER]
    at = [transaction.header.transaction for transaction in transactions(block)].index(index()["invalid"])
    assert codes_of[at] == index()["invalid_code"]
    overwritten = whole.replace(
        b"\x0a" + bytes([len(codes_of)]) + codes_of, b"\x0a" + bytes([len(codes_of)]) + bytes(len(codes_of))
    )
    assert overwritten != whole
    assert Block.of(overwritten) == block
    found = config()
    assert policies.meets(found.endorsement, transactions(block)[at].endorsers(found))


def test_answers_that_peers_signed() -> None:
    view, found = json.loads(raw("view_root.json")), config()
    proposal = base64.b64decode(view["proposal"])
    header = Header.read(read(proposal, PROPOSAL).data(1))
    header.check_call(index()["channel"], index()["chaincode"])
    header.check_transaction_id()
    organisations = set()
    for response in view["responses"]:
        one = Attestation.of(proposal, base64.b64decode(response))
        peer = Identity.read(one.endorser)
        peer.check_signature(one.signature, one.payload + one.endorser)
        member = found.validate(peer, header.at)
        assert Role.PEER in member.roles
        organisations.add(member.msp)
        block = Block.of(raw("valid.block"))
        key, _ = transactions(block)[0].check(found, index()["chaincode"]).written(index()["chaincode"])
        assert one.version(index()["chaincode"], key) == (block.number, 0)
    assert organisations == {"Org1MSP", "Org2MSP"}


def test_every_byte_of_a_real_block_counts() -> None:
    whole, found = Block.of(raw("valid.block")), config()
    at = transactions(whole)[0].header.at
    for name in ("previous_hash", "data_hash", "signatures"):
        before = getattr(whole, name)
        for where in range(0, len(before), 5):
            spoiled = before[:where] + bytes([before[where] ^ 0x21]) + before[where + 1 :]
            with pytest.raises(Refused):
                check_signatures(replace(whole, **{name: spoiled}), found, at)
    envelope = whole.envelopes[0]
    spoiled = replace(whole, envelopes=(envelope[:-1] + bytes([envelope[-1] ^ 1]),))
    with pytest.raises(Refused) as caught:
        spoiled.check_data()
    assert caught.value.finding.code is codes.DATA_HASH

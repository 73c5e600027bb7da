"""The genesis block is as configtxgen makes it, and describes the channel that it begins."""

from __future__ import annotations

import pytest
from fabric_protos.common import common_pb2

from carbonseal_devnet.fabric import genesis, wire
from tests.devnet.fabric import making


@pytest.mark.parametrize("bft", [False, True])
def test_a_genesis_block_is_what_real_ones_are(bft: bool) -> None:
    block = making.genesis(bft)
    assert block.metadata.metadata[wire.SIGNATURES] == bytes.fromhex("0a020a00")
    assert [block.metadata.metadata[index] for index in (1, 2, 3, 4)] == [b"", b"\0", b"", b""]
    message = wire.open_envelope(block.data.data[0])
    assert (message.channel.type, message.creator, message.signature) == (common_pb2.CONFIG, b"", b"")
    assert message.channel.tx_id == wire.transaction_id(message.nonce, b"")
    channel = making.channel(bft)
    assert channel.consensus == ("BFT" if bft else "etcdraft")
    assert set(channel.application) == {"Org1MSP", "Org2MSP"}


def test_quorums() -> None:
    assert [genesis.quorum(count) for count in range(1, 11)] == [1, 2, 2, 3, 4, 4, 5, 6, 6, 7]

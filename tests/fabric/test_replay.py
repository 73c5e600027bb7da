"""Whole channels of real networks, block by block through the embedded network's validator: it comes to what real peers came
to, configuration, lifecycle and conflicts included."""

from __future__ import annotations

from pathlib import Path

import pytest
from fabric_protos.common import common_pb2

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.peer.validate import validate

from .blocks import CONFLICT, VALID, of_block
from .recorded import NETWORKS, recorded


@pytest.mark.parametrize("name", NETWORKS)
def test_real_channels_replayed_give_the_same_filters_and_commit_hashes(name: str, tmp_path: Path) -> None:
    network = recorded(name)
    first = common_pb2.Block.FromString(network.block(0))
    channel, running = Channel.of_block(first), b""
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.append(first)
    fates = set()
    for number in range(1, network.height):
        block = common_pb2.Block.FromString(network.block(number))
        channel.check_block(block)
        outcome = validate(block, channel, ledger.state(), ledger.knows)
        recorded_hash = common_pb2.Metadata.FromString(block.metadata.metadata[wire.COMMIT_HASH]).value
        running = wire.commit_hash(outcome.codes, outcome.updates, running)
        assert (outcome.codes, running) == (block.metadata.metadata[wire.FILTER], recorded_hash), number
        ledger.append(block, outcome.transactions, outcome.updates)
        channel = outcome.channel
        fates |= {each.code for each in of_block(network.block(number))}
    ledger.close()
    assert fates == {VALID, CONFLICT}
    assert channel.batch_size.max_message_count == Channel.of_block(first).batch_size.max_message_count - 1

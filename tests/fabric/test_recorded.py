"""Real networks' blocks and answers, recorded with carbonseal's chaincode: verified in every run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from fabric_protos.common import common_pb2
from fabric_protos.peer import transaction_pb2

from carbonseal.findings import Outcome
from carbonseal_adapters.fabric.checking.blocks import Block
from carbonseal_adapters.fabric.checking.packing import FabricEvidence
from carbonseal_adapters.fabric.sending.collecting import last_config
from tests.fabric.recorded import Recorded

from .recorded import NETWORKS, recorded

CONFLICT = transaction_pb2.TxValidationCode.Value("MVCC_READ_CONFLICT")


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Recorded:
    return recorded(request.param)


def test_every_anchor_is_proved(network: Recorded) -> None:
    for statement, evidence in network.anchors:
        checked = network.check(evidence, statement)
        assert checked.proved is not None, checked.findings
        assert [found.code.name for found in checked.findings] == ["fabric.ordered", "fabric.valid"]
        assert checked.findings[1].facts["attesters"] == "Org1MSP, Org2MSP"


def test_a_change_of_the_configuration_is_followed(network: Recorded) -> None:
    statement, evidence = network.anchors[-1]
    parts = FabricEvidence.decode(evidence.data)
    assert [block.number for block in parts.config] == [network.facts["update"]]
    checked = network.check(replace(parts, config=()).encode(), statement)
    assert checked.findings[0].code.name == "fabric.config-older"


def test_blocks_chain_and_name_their_configuration(network: Recorded) -> None:
    blocks = [Block.of(network.block(number)) for number in range(network.height)]
    assert f"fabric:{blocks[0].hash.hex()}" == network.ledger
    for before, block in pairwise(blocks):
        block.check_data()
        assert block.previous_hash == before.hash
    assert [last_config(block) for block in blocks[-2:]] == [network.facts["update"]] * 2


def test_the_transaction_that_lost_is_never_proved(network: Recorded) -> None:
    """In one block with the valid one, as well endorsed and signed; only a byte that nobody signs says that it is invalid."""
    statement, evidence = network.anchors[1]
    parts = FabricEvidence.decode(evidence.data)
    metadata = common_pb2.Block.FromString(network.block(parts.block.number)).metadata.metadata
    codes = metadata[common_pb2.TRANSACTIONS_FILTER]
    assert codes[parts.index] == 0
    (lost,) = [index for index, code in enumerate(codes) if code == CONFLICT]
    checked = network.check(replace(parts, index=lost).encode(), statement)
    assert checked.proved is None
    assert [found.code.name for found in checked.findings] == ["fabric.ordered", "fabric.written-by-another"]


def test_no_byte_can_change(network: Recorded) -> None:
    """Spread over the whole evidence; one in so many, another one for each network."""
    statement, evidence = network.anchors[0]
    for at in range(len(evidence.data) % 7, len(evidence.data), 97):
        spoiled = evidence.data[:at] + bytes([evidence.data[at] ^ 0x03]) + evidence.data[at + 1 :]
        checked = network.check(replace(evidence, data=spoiled), statement)
        assert checked.proved is None, at
        assert {found.code.outcome for found in checked.findings} - {Outcome.SHOWN}, at


def test_one_networks_evidence_proves_nothing_on_another(network: Recorded) -> None:
    for other in map(recorded, NETWORKS):
        if other.ledger != network.ledger:
            statement, evidence = network.anchors[0]
            assert other.check(evidence, statement).proved is None

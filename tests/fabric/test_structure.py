"""Evidence has one structure, whichever network gave it: the one that tests run on, and the real ones that were recorded."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from carbonseal.ledger import Evidence
from carbonseal_devnet.fabric.network import FabricNetwork

from . import networks
from .record import smaller_batches
from .recorded import NETWORKS, recorded
from .structure import structure


@pytest.fixture(scope="module")
def given(carbonseal_fabric: FabricNetwork) -> list[set[str]]:
    """Of a fresh anchor, and of one after a change of the configuration."""
    network = carbonseal_fabric

    async def run() -> list[Evidence]:
        async with networks.connected(network) as ledger:
            found = []
            for size in (1, 2):
                of = await networks.write(ledger, networks.anchor(size, "structure"))
                found.append(await networks.until(partial(ledger.evidence, *of)))
                await asyncio.to_thread(network.update, smaller_batches)
            return found

    return [structure(each.data) for each in asyncio.run(run())]


def is_bft(found: set[str]) -> bool:
    return any("identifier_header" in path for path in found)


@pytest.mark.parametrize("name", NETWORKS)
def test_real_networks_give_evidence_of_the_same_structure(name: str, given: list[set[str]]) -> None:
    anchors = [structure(evidence.data) for _, evidence in recorded(name).anchors]
    if is_bft(given[0]) == is_bft(anchors[0]):
        assert given[0] == anchors[0]
        assert given[1] == anchors[-1]
    else:  # orderers' signatures apart
        assert unsigned(given[0]) == unsigned(anchors[0])
        assert unsigned(given[1]) == unsigned(anchors[-1])


def unsigned(found: set[str]) -> set[str]:
    return {path for path in found if " signatures." not in path}


def test_the_structure_is_looked_at_closely(given: list[set[str]]) -> None:
    """Down to the versions in the read set, the certificate in an endorsement, the arguments of a call."""
    ends = {path.rpartition(".")[2] for path in given[0]}
    assert ends >= {"block_num", "id_bytes", "args", "value", "nonce", "signature", "status = 200"}
    assert any(path.endswith("namespace = carbonseal") for path in given[0])

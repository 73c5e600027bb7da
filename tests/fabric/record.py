"""`python -m tests.fabric.record`: records a real network's blocks, and evidence that it gave, under tests/vectors/fabric/.

Run once for each kind of network, with CARBONSEAL_FABRIC_BIN set, and --bft for BFT. What is recorded: an anchor, two attempts
for one anchor in one block, a change of the configuration, and an anchor after it; every block as a peer of Org1 has it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from fabric_protos.common.configtx_pb2 import ConfigGroup
from fabric_protos.orderer import configuration_pb2

from carbonseal.ledger import Attempt, Observation
from carbonseal_adapters.fabric.sending.ledger import FabricLedger
from carbonseal_devnet.fabric.native.network import Native, started
from tests.fabric import networks
from tests.fabric.recorded import VECTORS


def main(bft: bool) -> None:
    with tempfile.TemporaryDirectory() as directory, started(Path(directory), bft=bft) as network:
        name = f"{'.'.join(network.version.split('.')[:2])}-{network.consensus.lower()}"
        (VECTORS / name).mkdir(parents=True, exist_ok=True)
        asyncio.run(record(network, VECTORS / name))


async def record(network: Native, folder: Path) -> None:
    async with networks.connected(network) as ledger:
        first = await evidence_of(ledger, 1)
        raced = await race(network, ledger, 2)
        update = await asyncio.to_thread(network.update, smaller_batches)
        last = await evidence_of(ledger, 3)
        pins = await ledger.pins()
    for number in range(network.height()):
        (folder / f"{number}.block").write_bytes(network.block(number))
    recorded = {
        "version": network.version,
        "consensus": network.consensus,
        "channel": network.channel,
        "ledger": network.ledger,
        "pins": dict(pins),
        "anchors": [first, raced, last],
        "update": update,
        "config_blocks": len(network.config_blocks()),
    }
    (folder / "recorded.json").write_text(json.dumps(recorded, indent=1) + "\n", encoding="ascii")


def smaller_batches(root: ConfigGroup) -> None:
    value = root.groups["Orderer"].values["BatchSize"]
    size = configuration_pb2.BatchSize.FromString(value.value)
    size.max_message_count -= 1
    value.value = size.SerializeToString()


async def evidence_of(ledger: FabricLedger, size: int) -> dict[str, Any]:
    return await described(ledger, *await networks.write(ledger, networks.anchor(size)), size)


async def race(network: Native, ledger: FabricLedger, size: int) -> dict[str, Any]:
    """Two attempts in one block; the evidence is of the valid one."""
    attempts = [await networks.until(lambda: ledger.prepare(networks.anchor(size), ())) for _ in range(2)]
    for attempt in attempts:
        await networks.submit(network, ledger, attempt)
    return await described(ledger, attempts[0], await networks.final(ledger, attempts), size)


async def described(ledger: FabricLedger, attempt: Attempt, seen: Observation, size: int) -> dict[str, Any]:
    evidence = await networks.until(lambda: ledger.evidence(attempt, seen))
    statement = networks.anchor(size).statement
    return {"statement": statement.encode().hex(), "evidence": json.loads(evidence.data)}


if __name__ == "__main__":
    main("--bft" in sys.argv)

"""A network whose peers are far away: each behind a relay that delays whatever passes, in each direction."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from carbonseal.node.anchoring.adapters import NodeSecrets
from carbonseal_adapters.fabric.sending.ledger import FabricLedger, connect
from carbonseal_devnet.fabric.network import FabricNetwork
from tests.conformance.relay import relayed


@asynccontextmanager
async def connected(
    network: FabricNetwork, delay: float, msp_id: str = "Org1MSP", **options: str
) -> AsyncIterator[FabricLedger]:
    """By a connection profile whose addresses are the relays'. `delay` is in seconds."""
    profile = json.loads(network.profile(msp_id).read_text("utf-8"))
    async with AsyncExitStack() as stack:
        for peer in profile["peers"].values():
            relay = await stack.enter_async_context(relayed(peer["url"], delay))
            peer["url"] = relay.url.replace("http:", "grpcs:")
        path = network.directory / "distant.json"
        path.write_text(json.dumps(profile), encoding="utf-8")
        (own,) = profile["organizations"][profile["client"]["organization"]]["peers"]
        uri = f"fabric+{profile['peers'][own]['url']}"
        wanted = network.node_options(msp_id) | {"profile": str(path)} | options
        ledger = await connect(uri, wanted, NodeSecrets(network.directory))
        try:
            yield ledger
        finally:
            await ledger.close()

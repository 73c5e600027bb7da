"""Connection profiles (Fabric's common connection profile, version 1): the JSON that consortia hand to clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonseal_devnet.fabric.identity import Organisation


def connection_profile(
    channel: str,
    client: str,
    organisations: Mapping[str, Organisation],
    peers: Mapping[str, tuple[str, str]],
    orderers: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    """For members of the organisation `client`. Peers and orderers come as name: (MSP id, address)."""

    def node(name: str, msp_id: str, address: str) -> dict[str, Any]:
        return {
            "url": f"grpcs://{address}",
            "tlsCACerts": {"pem": organisations[msp_id].tls_ca.pem.decode()},
            "grpcOptions": {"ssl-target-name-override": name, "hostnameOverride": name},
        }

    short = {msp_id: msp_id.removesuffix("MSP") for msp_id in organisations}
    members = sorted({msp_id for msp_id, _ in peers.values()})
    roles = {"endorsingPeer": True, "chaincodeQuery": True, "ledgerQuery": True, "eventSource": True}
    return {
        "name": f"{channel}-{short[client]}",
        "version": "1.0.0",
        "client": {"organization": short[client]},
        "organizations": {
            short[each]: {"mspid": each, "peers": [name for name, (owner, _) in peers.items() if owner == each]}
            for each in members
        },
        "peers": {name: node(name, *where) for name, where in peers.items()},
        "orderers": {name: node(name, *where) for name, where in orderers.items()},
        "channels": {channel: {"orderers": list(orderers), "peers": dict.fromkeys(peers, roles)}},
    }

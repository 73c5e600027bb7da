"""What the embedded and the native Fabric network have in common, as those who use them and those who break them see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from carbonseal_adapters.fabric.certificates import publisher_id
from carbonseal_devnet.fabric.identity import Identity


class FabricNetwork(Protocol):
    """A running network. Organisations are named by their MSP ids, orderers by number from 0. Methods block."""

    @property
    def channel(self) -> str: ...
    @property
    def chaincode(self) -> str: ...
    @property
    def ledger(self) -> str:
        """Its name, as policies write it."""
        ...

    @property
    def genesis(self) -> bytes:
        """The channel's first block."""
        ...

    @property
    def msp_ids(self) -> list[str]:
        """The organisations that run peers."""
        ...

    def endpoint(self, msp_id: str = "Org1MSP") -> str: ...
    def tls_ca(self, msp_id: str = "Org1MSP") -> Path: ...
    def msp(self, msp_id: str = "Org1MSP", user: str = "User1") -> Path: ...
    def profile(self, msp_id: str = "Org1MSP") -> Path: ...
    def orderer_endpoint(self, number: int = 0) -> str: ...

    # what happened
    def height(self, msp_id: str = "Org1MSP") -> int: ...
    def block(self, number: int, msp_id: str = "Org1MSP") -> bytes: ...
    def config_blocks(self) -> list[bytes]: ...
    def settled(self) -> int: ...

    # faults: what is stopped is gone at once, in the middle of whatever it does
    def stop_peer(self, msp_id: str) -> None: ...
    def start_peer(self, msp_id: str) -> None: ...
    def stop_orderer(self, number: int = 0) -> None: ...
    def start_orderer(self, number: int = 0) -> None: ...
    def stop_chaincode(self, msp_id: str) -> None: ...
    def start_chaincode(self, msp_id: str) -> None: ...

    # changes of the configuration: each gives the number of the config block
    def update(self, change: Callable[[Any], None]) -> int: ...
    def add_organisation(self, msp_id: str = "Org3MSP") -> int: ...
    def renew_orderer(self, number: int = 0) -> int: ...
    def revoke(self, msp_id: str, user: str) -> int: ...


def uri(network: FabricNetwork, msp_id: str = "Org1MSP") -> str:
    """Its address, as `node.toml` writes it: the gateway of one organisation."""
    return f"fabric+grpcs://{network.endpoint(msp_id)}"


def node_options(network: FabricNetwork, msp_id: str = "Org1MSP", user: str = "User1") -> dict[str, str]:
    """The options of `node.toml` for one user; all organisations attest."""
    return {
        "channel": network.channel,
        "chaincode": network.chaincode,
        "profile": str(network.profile(msp_id)),
        "msp": str(network.msp(msp_id, user)),
        "attest": f"{len(network.msp_ids)}:{','.join(network.msp_ids)}",
    }


def publisher(network: FabricNetwork, msp_id: str = "Org1MSP", user: str = "User1") -> str:
    """A user's publisher id, as policies write it."""
    return publisher_id(msp_id, Identity.load(msp_id, network.msp(msp_id, user)).certificate).hex()

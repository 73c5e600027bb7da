"""Fabric network: the interface of the embedded and the native one, for clients and for tests that break it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from carbonseal_adapters.fabric.checking.certificates import publisher_id
from carbonseal_devnet.fabric.identity import Identity, Organisation
from carbonseal_devnet.fabric.profiles import connection_profile

ORDERER_MSP = "OrdererMSP"
CHAINCODE = "carbonseal"


class FabricAccess(ABC):
    """What clients need: addresses, identities and options (`carbonseal_devnet.network.LocalNetwork`).

    Organisations are named by their MSP ids, orderers by number from 0. Nothing here waits for the network.
    """

    directory: Path  # everything of the network is below it
    channel: str
    chaincode: str
    consensus: str  # "raft" or "BFT"
    mutual_tls: bool  # whether peers ask clients for a certificate
    genesis: bytes  # the channel's first block
    ledger: str
    organisations: dict[
        str, Organisation
    ]  # by MSP id: those that run peers, in the order in which they joined, and the orderers'

    @abstractmethod
    def endpoint(self, msp_id: str = "Org1MSP") -> str:
        """HOST:PORT of the organisation's peer, which serves Gateway, Endorser and Deliver."""

    @abstractmethod
    def orderer_addresses(self) -> Mapping[str, str]:
        """HOST:PORT of every orderer by the name of its node, in the order of their numbers."""

    @property
    def msp_ids(self) -> list[str]:
        """The organisations that run peers."""
        return [each for each in self.organisations if each != ORDERER_MSP]

    @property
    def uri(self) -> str:
        return self.uri_of()

    def uri_of(self, msp_id: str = "Org1MSP") -> str:
        """The network's address in `node.toml`, by way of the peer of one organisation."""
        return f"fabric+grpcs://{self.endpoint(msp_id)}"

    def node_options(self, msp_id: str = "Org1MSP", user: str = "User1") -> dict[str, str]:
        """For one user; all organisations attest."""
        return {
            "channel": self.channel,
            "chaincode": self.chaincode,
            "profile": str(self.profile(msp_id)),
            "msp": str(self.msp(msp_id, user)),
            **(self.tls_options(msp_id, user) if self.mutual_tls else {}),
            "attest": f"{len(self.msp_ids)}:{','.join(self.msp_ids)}",
        }

    def tls_options(self, msp_id: str = "Org1MSP", user: str = "User1") -> dict[str, str]:
        """The user's TLS certificate and key, as options."""
        tls = self.msp(msp_id, user).parent / "tls"
        return {"tls-certificate": str(tls / "client.crt"), "tls-key": f"file:{tls / 'client.key'}"}

    def facts(self) -> Iterator[tuple[str, str]]:
        yield from (("channel", self.channel), ("chaincode", self.chaincode))
        for msp_id in self.msp_ids:
            yield msp_id, f"profile={self.profile(msp_id)} msp={self.msp(msp_id)}"

    def publisher(self, msp_id: str = "Org1MSP", user: str = "User1") -> str:
        """A user's publisher id, as policies write it."""
        return publisher_id(msp_id, Identity.load(msp_id, self.msp(msp_id, user)).certificate).hex()

    def orderer_endpoint(self, number: int = 0) -> str:
        """HOST:PORT of an orderer."""
        return list(self.orderer_addresses().values())[number]

    def tls_ca(self, msp_id: str = "Org1MSP") -> Path:
        """The certificate that authenticates the organisation's servers, PEM."""
        return self.organisations[msp_id].tls_ca_file

    def msp(self, msp_id: str = "Org1MSP", user: str = "User1") -> Path:
        """A user's MSP folder, made on first use. `Admin` is the organisation's administrator."""
        organisation = self.organisations[msp_id]
        organisation.user(user)
        return organisation.user_folder(user)

    def profile(self, msp_id: str = "Org1MSP") -> Path:
        """The organisation's connection profile, JSON. Written again at each call: nodes join and leave."""
        peers = {f"peer0.{self.organisations[each].domain}": (each, self.endpoint(each)) for each in self.msp_ids}
        orderers = {name: (ORDERER_MSP, address) for name, address in self.orderer_addresses().items()}
        made = connection_profile(self.channel, msp_id, self.organisations, peers, orderers)
        path = self.directory / f"connection-{msp_id}.json"
        path.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
        return path


class FabricNetwork(FabricAccess):
    """A running network: what happened in it, and how it is broken and changed. Every method blocks."""

    # What happened

    @abstractmethod
    def height(self, msp_id: str = "Org1MSP") -> int:
        """How many blocks the organisation's peer has."""

    @abstractmethod
    def block(self, number: int, msp_id: str = "Org1MSP") -> bytes:
        """A block as the organisation's peer has it, raw."""

    @abstractmethod
    def config_blocks(self) -> list[bytes]:
        """Every config block, raw, the genesis block first."""

    @abstractmethod
    def synced(self) -> int:
        """Wait until every running peer has every block. Their number."""

    # Faults: what is stopped is gone at once, in the middle of whatever it does

    @abstractmethod
    def stop_peer(self, msp_id: str) -> None:
        """Stop an organisation's peer."""

    @abstractmethod
    def start_peer(self, msp_id: str) -> None:
        """Start it again; it catches up on blocks."""

    @abstractmethod
    def stop_orderer(self, number: int = 0) -> None:
        """Stop an orderer."""

    @abstractmethod
    def start_orderer(self, number: int = 0) -> None:
        """Start it again; it catches up on blocks."""

    @abstractmethod
    def stop_chaincode(self, msp_id: str) -> None:
        """Stop an organisation's chaincode service."""

    @abstractmethod
    def start_chaincode(self, msp_id: str) -> None:
        """Start it again."""

    @abstractmethod
    def overwrite_filter(self, msp_id: str, number: int, position: int, code: int) -> None:
        """Change what the peer's stored block says of a transaction's validity."""

    # Changes of the configuration: each gives the number of the config block

    @abstractmethod
    def update(self, change: Callable[[Any], None]) -> int:
        """Change the channel's ConfigGroup, signed by every administrator."""

    @abstractmethod
    def let_any_endorse(self) -> None:
        """The chaincode gets a policy of its own: an endorsement by any one organisation's peer suffices."""

    @abstractmethod
    def add_organisation(self, msp_id: str = "Org3MSP", *, by_snapshot: bool = False) -> int:
        """A new organisation joins, with a peer and its chaincode service. Where its peer joins by a snapshot of another one, it
        has the state and no block up to then."""

    @abstractmethod
    def renew_orderer(self, number: int = 0) -> int:
        """The orderer gets a new key and certificate, here and in the configuration."""

    @abstractmethod
    def revoke(self, msp_id: str, user: str) -> int:
        """The user's certificate is revoked."""

"""A running Fabric network, embedded or native, as those who use it and those who break it see it.

All of it lies in one directory: identities as Fabric's `cryptogen` lays them out (`crypto/peerOrganizations/<domain>/...`), one
connection profile per organisation, and the channel's genesis block. Two organisations have a peer each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.x509 import load_pem_x509_certificate

from carbonseal_adapters.fabric.certificates import publisher_id

CHANNEL = "anchors"
CHAINCODE = "carbonseal"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One member of the consortium; "Org1" of Org1MSP, org1.example.com."""

    name: str

    @property
    def msp(self) -> str:
        return f"{self.name}MSP"

    @property
    def domain(self) -> str:
        return f"{self.name.lower()}.example.com"

    @property
    def peer(self) -> str:
        return f"peer0.{self.domain}"


ORGANISATIONS = (Organisation("Org1"), Organisation("Org2"))


class Controls(Protocol):
    """What can be done to a network's nodes. Blocks until it is done."""

    def kill(self, node: str) -> None:
        """Let a node be gone at once, in the middle of whatever it does."""
        ...

    def start(self, node: str) -> None:
        """Bring a node back, with what it had stored; ready on return."""
        ...


@dataclass(frozen=True)
class Network:
    """What is needed to use a running network, and to break it."""

    directory: Path
    engine: str  # what runs it: "embedded", or Fabric's version
    consensus: str  # "raft" or "BFT"
    peers: Mapping[str, str]  # by MSP id, where: "127.0.0.1:7051"
    orderers: Sequence[str]  # where
    controls: Controls
    channel: str = CHANNEL
    chaincode: str = CHAINCODE
    organisations: tuple[Organisation, ...] = field(default=ORGANISATIONS)

    # --- using it --------------------------------------------------------------------------------------------------

    @property
    def crypto(self) -> Path:
        return self.directory / "crypto"

    def folder(self, organisation: Organisation) -> Path:
        return self.crypto / "peerOrganizations" / organisation.domain

    def user(self, organisation: Organisation, name: str = "User1") -> Path:
        """The MSP folder of a user, "User1", "User2" or "Admin"."""
        return self.folder(organisation) / "users" / f"{name}@{organisation.domain}" / "msp"

    def profile(self, organisation: Organisation) -> Path:
        return self.directory / f"connection-{organisation.name.lower()}.json"

    def tls_root(self, organisation: Organisation) -> Path:
        return self.folder(organisation) / "tlsca" / f"tlsca.{organisation.domain}-cert.pem"

    @property
    def genesis(self) -> bytes:
        """The channel's genesis block."""
        return (self.directory / "genesis.block").read_bytes()

    def uri(self, organisation: Organisation = ORGANISATIONS[0]) -> str:
        """Its address, as `node.toml` writes it: the gateway of one organisation."""
        return f"fabric+grpcs://{self.peers[organisation.msp]}"

    def options(self, organisation: Organisation = ORGANISATIONS[0], user: str = "User1") -> dict[str, str]:
        """The options of `node.toml` for one user."""
        return {
            "channel": self.channel,
            "chaincode": self.chaincode,
            "profile": str(self.profile(organisation)),
            "msp": str(self.user(organisation, user)),
            "attest": f"{len(self.organisations)}:" + ",".join(each.msp for each in self.organisations),
        }

    def publisher(self, organisation: Organisation = ORGANISATIONS[0], user: str = "User1") -> str:
        """A user's publisher id, as policies write it."""
        (path,) = (self.user(organisation, user) / "signcerts").iterdir()
        return publisher_id(organisation.msp, load_pem_x509_certificate(path.read_bytes())).hex()

    # --- breaking it -----------------------------------------------------------------------------------------------

    @property
    def nodes(self) -> tuple[str, ...]:
        """What can be killed and started: "orderer1"..., "peer1", "peer2", "chaincode"."""
        orderers = [f"orderer{number}" for number in range(1, len(self.orderers) + 1)]
        return (*orderers, *(f"peer{number}" for number in range(1, len(self.peers) + 1)), "chaincode")

    def kill(self, node: str) -> None:
        self.controls.kill(node)

    def start(self, node: str) -> None:
        self.controls.start(node)


def write_profile(network: Network, organisation: Organisation) -> None:
    """A connection profile as consortia hand it out, with the peers of all organisations."""
    peers, organisations = {}, {}
    for each in network.organisations:
        organisations[each.name] = {"mspid": each.msp, "peers": [each.peer]}
        peers[each.peer] = {
            "url": f"grpcs://{network.peers[each.msp]}",
            "tlsCACerts": {"pem": network.tls_root(each).read_text("ascii")},
            "grpcOptions": {"ssl-target-name-override": each.peer, "hostnameOverride": each.peer},
        }
    profile = {
        "name": f"carbonseal-devnet-{organisation.name.lower()}",
        "version": "1.0.0",
        "client": {"organization": organisation.name, "connection": {"timeout": {"peer": {"endorser": "300"}}}},
        "organizations": organisations,
        "peers": peers,
    }
    network.profile(organisation).write_text(json.dumps(profile, indent=2) + "\n", encoding="ascii")

"""Plan of a native Fabric network: its organisations, the ports of its nodes, and where everything is. Kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = "127.0.0.1"
CHANNEL = "anchors"
ORDERER_DOMAIN = "orderer.example.com"
FILE = "plan.json"


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation and the ports of its peer, and of its chaincode service."""

    name: str  # "Org1" of Org1MSP, org1.example.com
    port: int
    listen: int  # for chaincode that the peer starts itself: none here
    operations: int
    service: int

    @property
    def msp(self) -> str:
        """Its MSP id."""
        return f"{self.name}MSP"

    @property
    def domain(self) -> str:
        """The domain of its nodes."""
        return f"{self.name.lower()}.example.com"

    @property
    def peer(self) -> str:
        """The name of its peer."""
        return f"peer0.{self.domain}"

    @property
    def address(self) -> str:
        """HOST:PORT of its peer."""
        return f"{HERE}:{self.port}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything is, and which consensus the orderers have."""

    directory: Path
    bft: bool
    batch: float  # seconds that an incomplete block waits
    messages: int  # most transactions in a block
    orderers: Sequence[Mapping[str, int]]  # each one's ports: "port", "admin", "operations"
    members: list[Member]  # grows as organisations join
    mutual_tls: bool = False

    @property
    def crypto(self) -> Path:
        """The folder of all identities, as cryptogen lays it out."""
        return self.directory / "crypto"

    @property
    def ordering(self) -> Path:
        """The folder of the orderers' organisation."""
        return self.crypto / "ordererOrganizations" / ORDERER_DOMAIN

    def orderer_home(self, number: int) -> Path:
        """The folder of an orderer's identity; orderers are numbered from 1."""
        return self.ordering / "orderers" / f"orderer{number}.{ORDERER_DOMAIN}"

    def folder(self, member: Member) -> Path:
        """The folder of a member's organisation."""
        return self.crypto / "peerOrganizations" / member.domain

    def peer_home(self, member: Member) -> Path:
        """The folder of the identity of a member's peer."""
        return self.folder(member) / "peers" / member.peer

    def peer_folder(self, member: Member) -> Path:
        """Where its peer's settings and data are."""
        return self.directory / f"peer-{member.name}"

    def write(self) -> None:
        """Write the plan, last: a directory with a plan is complete."""
        (self.directory / FILE).write_text(json.dumps(asdict(self) | {"directory": ""}, indent=1), encoding="ascii")


def read_plan(directory: Path) -> Plan | None:
    """The plan in `directory`, None where there is no network yet."""
    if not (directory / FILE).exists():
        return None
    stored = json.loads((directory / FILE).read_text("ascii"))
    return Plan(**stored | {"directory": directory, "members": [Member(**each) for each in stored["members"]]})

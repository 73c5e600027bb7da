"""The settings of a native Fabric network's programs, as JSON (which is YAML too), for two organisations on loopback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = "127.0.0.1"
CHANNEL = "anchors"
CHAINCODE = "carbonseal"
ORDERER_DOMAIN = "orderer.example.com"
ORDERER_MSP = "OrdererMSP"
PROFILE = "Anchors"


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
        return f"{self.name}MSP"

    @property
    def domain(self) -> str:
        return f"{self.name.lower()}.example.com"

    @property
    def peer(self) -> str:
        return f"peer0.{self.domain}"

    @property
    def address(self) -> str:
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

    @property
    def crypto(self) -> Path:
        return self.directory / "crypto"

    @property
    def ordering(self) -> Path:
        return self.crypto / "ordererOrganizations" / ORDERER_DOMAIN

    def orderer_home(self, number: int) -> Path:
        return self.ordering / "orderers" / f"orderer{number}.{ORDERER_DOMAIN}"

    def folder(self, member: Member) -> Path:
        return self.crypto / "peerOrganizations" / member.domain

    def peer_home(self, member: Member) -> Path:
        return self.folder(member) / "peers" / member.peer


def identities(plan: Plan) -> dict[str, Any]:
    """What `cryptogen` makes."""
    orderers = [_host(f"orderer{number}") for number in range(1, len(plan.orderers) + 1)]
    return {
        "OrdererOrgs": [{"Name": "Orderer", "Domain": ORDERER_DOMAIN, "EnableNodeOUs": True, "Specs": orderers}],
        "PeerOrgs": [
            {
                "Name": each.name,
                "Domain": each.domain,
                "EnableNodeOUs": True,
                "Specs": [_host("peer0")],
                "Users": {"Count": 2},
            }
            for each in plan.members
        ],
    }


def _host(name: str) -> dict[str, Any]:
    return {"Hostname": name, "SANS": ["localhost", HERE]}


# --- the channel -----------------------------------------------------------------------------------------------------


def channel(plan: Plan) -> dict[str, Any]:
    """What `configtxgen` makes the genesis block from."""
    return {
        "Profiles": {
            PROFILE: {
                "Policies": _meta_policies(),
                "Capabilities": {"V3_0" if plan.bft else "V2_0": True},
                "Orderer": _orderer_group(plan),
                "Application": _application_group(plan),
            }
        }
    }


def _orderer_group(plan: Plan) -> dict[str, Any]:
    organisation = {
        "Name": "Orderer",
        "ID": ORDERER_MSP,
        "MSPDir": str(plan.ordering / "msp"),
        "Policies": _signature_policies(ORDERER_MSP, {"Readers": "member", "Writers": "member", "Admins": "admin"}),
        "OrdererEndpoints": [f"{HERE}:{each['port']}" for each in plan.orderers],
    }
    group: dict[str, Any] = {
        "OrdererType": "BFT" if plan.bft else "etcdraft",
        "BatchTimeout": f"{int(plan.batch * 1000)}ms",
        "BatchSize": {
            "MaxMessageCount": plan.messages,
            "AbsoluteMaxBytes": "10 MB",
            "PreferredMaxBytes": "2 MB",
        },
        "Organizations": [organisation],
        "Policies": {**_meta_policies(), "BlockValidation": {"Type": "ImplicitMeta", "Rule": "ANY Writers"}},
        "Capabilities": {"V2_0": True},
    }
    consenters = [_consenter(plan, number) for number in range(1, len(plan.orderers) + 1)]
    if not plan.bft:
        return group | {"EtcdRaft": {"Consenters": consenters, "Options": _raft_options()}}
    mapping = [
        consenter
        | {
            "ID": number,
            "MSPID": ORDERER_MSP,
            "Identity": str(_only(plan.orderer_home(number) / "msp" / "signcerts")),
        }
        for number, consenter in enumerate(consenters, 1)
    ]
    return group | {"ConsenterMapping": mapping, "SmartBFT": _bft_options(plan)}


def _consenter(plan: Plan, number: int) -> dict[str, Any]:
    certificate = str(plan.orderer_home(number) / "tls" / "server.crt")
    where = {"Host": HERE, "Port": plan.orderers[number - 1]["port"]}
    return {**where, "ClientTLSCert": certificate, "ServerTLSCert": certificate}


def _raft_options() -> dict[str, Any]:
    return {
        "TickInterval": "100ms",
        "ElectionTick": 5,
        "HeartbeatTick": 1,
        "MaxInflightBlocks": 5,
        "SnapshotIntervalSize": "16 MB",
    }


def _bft_options(plan: Plan) -> dict[str, Any]:
    return {
        "RequestBatchMaxInterval": f"{int(plan.batch * 1000)}ms",
        "RequestForwardTimeout": "2s",
        "RequestComplainTimeout": "5s",
        "RequestAutoRemoveTimeout": "3m0s",
        "ViewChangeResendInterval": "2s",
        "ViewChangeTimeout": "8s",
        "LeaderHeartbeatTimeout": "10s",
        "CollectTimeout": "1s",
        "IncomingMessageBufferSize": 200,
        "RequestPoolSize": 10_000,
        "LeaderHeartbeatCount": 10,
    }


def _application_group(plan: Plan) -> dict[str, Any]:
    organisations = [
        {
            "Name": each.name,
            "ID": each.msp,
            "MSPDir": str(plan.folder(each) / "msp"),
            "Policies": _signature_policies(
                each.msp, {"Readers": "member", "Writers": "member", "Admins": "admin", "Endorsement": "peer"}
            ),
            "AnchorPeers": [{"Host": HERE, "Port": each.port}],
        }
        for each in plan.members
    ]
    majority = {"Type": "ImplicitMeta", "Rule": "MAJORITY Endorsement"}
    return {
        "Organizations": organisations,
        "Policies": {**_meta_policies(), "Endorsement": majority, "LifecycleEndorsement": majority},
        "Capabilities": {"V2_0": True},
    }


def _meta_policies() -> dict[str, Any]:
    rules = {"Readers": "ANY Readers", "Writers": "ANY Writers", "Admins": "MAJORITY Admins"}
    return {name: {"Type": "ImplicitMeta", "Rule": rule} for name, rule in rules.items()}


def _signature_policies(msp: str, roles: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"Type": "Signature", "Rule": f"OR('{msp}.{role}')"} for name, role in roles.items()}


def _only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


# --- the programs ----------------------------------------------------------------------------------------------------


def orderer(plan: Plan, number: int, home: Path) -> dict[str, Any]:
    """orderer.yaml. It has no channel at first, and takes one through its admin endpoint on loopback."""
    ports, mine = plan.orderers[number - 1], plan.orderer_home(number)
    certificate, key, roots = (str(mine / "tls" / name) for name in ("server.crt", "server.key", "ca.crt"))
    return {
        "General": {
            "ListenAddress": HERE,
            "ListenPort": ports["port"],
            "TLS": {"Enabled": True, "PrivateKey": key, "Certificate": certificate, "RootCAs": [roots]},
            "Cluster": {"ClientCertificate": certificate, "ClientPrivateKey": key, "RootCAs": [roots]},
            "BootstrapMethod": "none",
            "LocalMSPDir": str(mine / "msp"),
            "LocalMSPID": ORDERER_MSP,
            "BCCSP": {"Default": "SW", "SW": {"Hash": "SHA2", "Security": 256}},
        },
        "FileLedger": {"Location": str(home / "ledger")},
        "Admin": {"ListenAddress": f"{HERE}:{ports['admin']}"},
        "Operations": {"ListenAddress": f"{HERE}:{ports['operations']}"},
        "Metrics": {"Provider": "disabled"},
        "ChannelParticipation": {"Enabled": True, "MaxRequestBodySize": "1 MB"},
        "Consensus": {"WALDir": str(home / "wal"), "SnapDir": str(home / "snap")},
    }


def peer(plan: Plan, member: Member, home: Path, builder: Path) -> dict[str, Any]:
    """core.yaml. `vm.endpoint` is empty, so that no Docker is looked for; chaincode is a service."""
    return {
        "peer": _peer(plan, member, home),
        "vm": {"endpoint": ""},
        "chaincode": _chaincode(builder),
        "ledger": {
            "state": {"stateDatabase": "goleveldb", "totalQueryLimit": 100_000},
            "history": {"enableHistoryDatabase": True},
            "snapshots": {"rootDir": str(home / "snapshots")},
        },
        "operations": {"listenAddress": f"{HERE}:{member.operations}"},
        "metrics": {"provider": "disabled"},
    }


def _peer(plan: Plan, member: Member, home: Path) -> dict[str, Any]:
    mine, address = plan.peer_home(member), member.address
    certificate, key, roots = ({"file": str(mine / "tls" / name)} for name in ("server.crt", "server.key", "ca.crt"))
    return {
        "id": member.peer,
        "networkId": "carbonseal-devnet",
        "listenAddress": address,
        "address": address,
        "chaincodeListenAddress": f"{HERE}:{member.listen}",
        "gateway": {"enabled": True, "endorsementTimeout": "10s", "broadcastTimeout": "10s", "dialTimeout": "3s"},
        "gossip": _gossip(address),
        "tls": {"enabled": True, "cert": certificate, "key": key, "rootcert": roots},
        "authentication": {"timewindow": "15m"},
        "fileSystemPath": str(home / "data"),
        "BCCSP": {"Default": "SW", "SW": {"Hash": "SHA2", "Security": 256}},
        "mspConfigPath": str(mine / "msp"),
        "localMspId": member.msp,
        "localMspType": "bccsp",
        "client": {"connTimeout": "3s"},
        "deliveryclient": {
            "reconnectTotalTimeThreshold": "3600s",
            "connTimeout": "3s",
            "reConnectBackoffThreshold": "1s",
        },
        "handlers": {
            "authFilters": [{"name": "DefaultAuth"}, {"name": "ExpirationCheck"}],
            "decorators": [{"name": "DefaultDecorator"}],
            "endorsers": {"escc": {"name": "DefaultEndorsement"}},
            "validators": {"vscc": {"name": "DefaultValidation"}},
        },
        "discovery": {
            "enabled": True,
            "authCacheEnabled": True,
            "authCacheMaxSize": 1000,
            "authCachePurgeRetentionRatio": 0.75,
        },
        "limits": {"concurrency": {"endorserService": 2500, "deliverService": 2500, "gatewayService": 500}},
        "maxRecvMsgSize": 100 << 20,
        "maxSendMsgSize": 100 << 20,
    }


def _gossip(address: str) -> dict[str, Any]:
    """Of an organisation with one peer: it is its own leader, and asks the orderers itself."""
    return {
        "bootstrap": address,
        "endpoint": address,
        "externalEndpoint": address,
        "useLeaderElection": False,
        "orgLeader": True,
        "reconnectInterval": "1s",
        "aliveTimeInterval": "1s",
        "publishStateInfoInterval": "1s",
        "requestStateInfoInterval": "1s",
        "membershipTrackerInterval": "1s",
        "state": {"enabled": False},
        "pvtData": {
            "reconcileSleepInterval": "60s",
            "reconcileBatchSize": 10,
            "transientstoreMaxBlockRetention": 1000,
            "implicitCollectionDisseminationPolicy": {"requiredPeerCount": 0, "maxPeerCount": 1},
        },
    }


def _chaincode(builder: Path) -> dict[str, Any]:
    return {
        "externalBuilders": [{"name": "service", "path": str(builder)}],
        "installTimeout": "60s",
        "startuptimeout": "10s",
        "executetimeout": "10s",
        "mode": "net",
        "keepalive": 0,
        "system": {"_lifecycle": "enable", "cscc": "enable", "lscc": "enable", "qscc": "enable"},
        "logging": {"level": "info", "shim": "warning"},
    }


# A chaincode as a service needs no building: its connection.json is handed on (Fabric docs, "External Builders").
BUILDER = {
    "detect": '#!/bin/sh\ngrep -q \'"type":"ccaas"\' "$2/metadata.json"\n',
    "build": '#!/bin/sh\ncp "$1/connection.json" "$3/"\n',
    "release": '#!/bin/sh\nmkdir -p "$2/chaincode/server" && cp "$1/connection.json" "$2/chaincode/server/"\n',
}

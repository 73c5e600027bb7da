"""Settings of a native network's nodes: `orderer.yaml`, `core.yaml`, and the peers' builder of chaincode as a service.

They are JSON, which is YAML too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carbonseal_devnet.fabric.native.plan import HERE, Member, Plan
from carbonseal_devnet.fabric.network import ORDERER_MSP


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
        "tls": {
            "enabled": True,
            "cert": certificate,
            "key": key,
            "rootcert": roots,
            "clientAuthRequired": plan.mutual_tls,  # by the TLS authorities of the channel's organisations, and its own
            "clientRootCAs": {"files": [roots["file"]]},
            "clientCert": certificate,
            "clientKey": key,
        },
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

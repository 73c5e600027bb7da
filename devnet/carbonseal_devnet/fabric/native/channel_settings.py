"""Settings of a native network's channel: what `cryptogen` makes identities from, and `configtxgen` the genesis block.

They are JSON, which is YAML too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carbonseal_devnet.fabric.native.plan import HERE, ORDERER_DOMAIN, Plan
from carbonseal_devnet.fabric.network import ORDERER_MSP

PROFILE = "Anchors"


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

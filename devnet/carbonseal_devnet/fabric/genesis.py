"""Genesis block of a channel: its organisations, its orderers, and the policies that they are under."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2, configuration_pb2, policies_pb2
from fabric_protos.msp import identities_pb2, msp_principal_pb2
from fabric_protos.orderer import configuration_pb2 as orderer_pb2
from fabric_protos.orderer.etcdraft import configuration_pb2 as raft_pb2
from fabric_protos.orderer.smartbft import configuration_pb2 as bft_pb2
from fabric_protos.peer import configuration_pb2 as peer_pb2

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.identity import Node, Organisation
from carbonseal_devnet.fabric.wire import serialise

ROLE = msp_principal_pb2.MSPRole
META = policies_pb2.ImplicitMetaPolicy


@dataclass(frozen=True, slots=True)
class Settings:
    """What a channel starts with. `batch_timeout` in milliseconds. With `mutual_tls` peers ask for client certificates."""

    channel: str = "carbonseal"
    bft: bool = False
    batch_timeout: int = 100
    batch_count: int = 100
    mutual_tls: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """An orderer's place in the channel's configuration."""

    node: Node
    host: str
    port: int


def genesis_block(
    settings: Settings, peers: Sequence[tuple[Organisation, str, int]], ordering: Organisation, seats: Sequence[Seat]
) -> Any:
    """Block 0. Peers' organisations come with the address of their anchor peer."""
    root = configtx_pb2.ConfigGroup(mod_policy="Admins")
    _standard_policies(root)
    _value(root, "HashingAlgorithm", configuration_pb2.HashingAlgorithm(name="SHA256"))
    _value(root, "BlockDataHashingStructure", configuration_pb2.BlockDataHashingStructure(width=0xFFFFFFFF))
    _value(root, "Capabilities", _capabilities("V3_0" if settings.bft else "V2_0"))
    _orderer_group(root.groups["Orderer"], settings, ordering, seats)

    application = root.groups["Application"]
    application.mod_policy = "Admins"
    _standard_policies(application)
    for name in ("Endorsement", "LifecycleEndorsement"):
        _policy(application, name, *_meta("Endorsement", META.MAJORITY))
    _value(application, "Capabilities", _capabilities("V2_5"))
    for organisation, host, port in peers:
        application.groups[organisation.msp_id].CopyFrom(peer_group(organisation, host, port))

    config = configtx_pb2.ConfigEnvelope(config=configtx_pb2.Config(channel_group=root))
    nonce = os.urandom(24)
    header = common_pb2.Header(
        channel_header=wire.channel_header(
            common_pb2.CONFIG, settings.channel, transaction=wire.transaction_id(nonce, b""), version=1
        ),
        signature_header=wire.signature_header(b"", nonce),
    )
    payload = common_pb2.Payload(header=header, data=serialise(config)).SerializeToString()
    block = wire.new_block(0, b"", [common_pb2.Envelope(payload=payload).SerializeToString()])
    no_last_config = common_pb2.OrdererBlockMetadata(last_config=common_pb2.LastConfig()).SerializeToString()
    block.metadata.metadata[wire.SIGNATURES] = common_pb2.Metadata(value=no_last_config).SerializeToString()
    block.metadata.metadata[wire.FILTER] = b"\0"
    return block


def peer_group(organisation: Organisation, host: str, port: int) -> Any:
    """What a channel says of an organisation that runs peers."""
    group = configtx_pb2.ConfigGroup(mod_policy="Admins")
    anchors = peer_pb2.AnchorPeers(anchor_peers=[peer_pb2.AnchorPeer(host=host, port=port)])
    _value(group, "AnchorPeers", anchors)
    _raw_value(group, "MSP", organisation.msp_config())
    roles = {"Admins": [ROLE.ADMIN], "Endorsement": [ROLE.PEER], "Writers": [ROLE.ADMIN, ROLE.CLIENT]}
    for name, allowed in {**roles, "Readers": [ROLE.ADMIN, ROLE.PEER, ROLE.CLIENT]}.items():
        _policy(group, name, *_any_role(organisation.msp_id, allowed))
    return group


def _orderer_group(group: Any, settings: Settings, ordering: Organisation, seats: Sequence[Seat]) -> None:
    group.mod_policy = "Admins"
    _standard_policies(group)
    _value(group, "BatchSize", orderer_pb2.BatchSize(
        max_message_count=settings.batch_count, absolute_max_bytes=10 << 20, preferred_max_bytes=2 << 20
    ))  # fmt: skip
    _value(group, "BatchTimeout", orderer_pb2.BatchTimeout(timeout=f"{settings.batch_timeout}ms"))
    _value(group, "ChannelRestrictions", orderer_pb2.ChannelRestrictions())
    _value(group, "Capabilities", _capabilities("V2_0"))
    seat_orderers(group, settings.bft, seats)

    organisation = group.groups[ordering.msp_id]
    organisation.mod_policy = "Admins"
    _raw_value(organisation, "MSP", ordering.msp_config())
    addresses = [f"{seat.host}:{seat.port}" for seat in seats]
    _value(organisation, "Endpoints", configuration_pb2.OrdererAddresses(addresses=addresses))
    for name, role in {"Admins": ROLE.ADMIN, "Readers": ROLE.MEMBER, "Writers": ROLE.MEMBER}.items():
        _policy(organisation, name, *_any_role(ordering.msp_id, [role]))


def seat_orderers(group: Any, bft: bool, seats: Sequence[Seat]) -> None:
    """Who orders, with which certificates, and by whom a block must be signed."""
    if not bft:
        consenters = [
            raft_pb2.Consenter(host=seat.host, port=seat.port, client_tls_cert=tls, server_tls_cert=tls)
            for seat in seats
            for _, tls in [seat.node.tls()]
        ]
        options = raft_pb2.Options(
            tick_interval="500ms",
            election_tick=10,
            heartbeat_tick=1,
            max_inflight_blocks=5,
            snapshot_interval_size=16 << 20,
        )
        metadata = raft_pb2.ConfigMetadata(consenters=consenters, options=options)
        _value(group, "ConsensusType", orderer_pb2.ConsensusType(type="etcdraft", metadata=serialise(metadata)))
        _policy(group, "BlockValidation", *_meta("Writers", META.ANY))
        return
    mapping = []
    for number, seat in enumerate(seats, 1):
        _, tls = seat.node.tls()
        identity = seat.node.identity
        mapping.append(configuration_pb2.Consenter(
            id=number, host=seat.host, port=seat.port, msp_id=identity.msp_id, identity=identity.pem,
            client_tls_cert=tls, server_tls_cert=tls,
        ))  # fmt: skip
    _value(group, "Orderers", configuration_pb2.Orderers(consenter_mapping=mapping))
    options = bft_pb2.Options(
        request_batch_max_count=100, request_batch_max_bytes=10 << 20, request_batch_max_interval="50ms",
        incoming_message_buffer_size=200, request_pool_size=100_000, request_max_bytes=10 << 20,
        request_forward_timeout="2s", request_complain_timeout="20s", request_auto_remove_timeout="3m",
        view_change_resend_interval="5s", view_change_timeout="20s", leader_heartbeat_timeout="60s",
        leader_heartbeat_count=10, collect_timeout="1s",
    )  # fmt: skip
    _value(group, "ConsensusType", orderer_pb2.ConsensusType(type="BFT", metadata=serialise(options)))
    principals = [
        msp_principal_pb2.MSPPrincipal(
            principal_classification=msp_principal_pb2.MSPPrincipal.IDENTITY,
            principal=serialise(identities_pb2.SerializedIdentity(mspid=each.msp_id, id_bytes=each.identity)),
        )
        for each in mapping
    ]
    _policy(group, "BlockValidation", *_n_of(quorum(len(mapping)), principals))


def quorum(orderers: int) -> int:
    """How many of BFT's orderers must sign a block."""
    faulty = (orderers - 1) // 3
    return -(-(orderers + faulty + 1) // 2)


def _standard_policies(group: Any) -> None:
    for name, rule in {"Admins": META.MAJORITY, "Readers": META.ANY, "Writers": META.ANY}.items():
        _policy(group, name, *_meta(name, rule))


def _meta(name: str, rule: int) -> tuple[int, Any]:
    return policies_pb2.Policy.IMPLICIT_META, policies_pb2.ImplicitMetaPolicy(sub_policy=name, rule=rule)


def _any_role(msp_id: str, roles: Iterable[int]) -> tuple[int, Any]:
    return _n_of(1, [
        msp_principal_pb2.MSPPrincipal(
            principal_classification=msp_principal_pb2.MSPPrincipal.ROLE,
            principal=serialise(ROLE(msp_identifier=msp_id, role=role)),
        )
        for role in roles
    ])  # fmt: skip


def _n_of(count: int, principals: Sequence[Any]) -> tuple[int, Any]:
    rules = [policies_pb2.SignaturePolicy(signed_by=index) for index in range(len(principals))]
    rule = policies_pb2.SignaturePolicy(n_out_of=policies_pb2.SignaturePolicy.NOutOf(n=count, rules=rules))
    return policies_pb2.Policy.SIGNATURE, policies_pb2.SignaturePolicyEnvelope(rule=rule, identities=principals)


def _policy(group: Any, name: str, kind: int, policy: Any) -> None:
    made = group.policies[name]
    made.mod_policy = "Admins"
    made.policy.type, made.policy.value = kind, serialise(policy)


def _value(group: Any, name: str, message: Any) -> None:
    _raw_value(group, name, serialise(message))


def _raw_value(group: Any, name: str, raw: bytes) -> None:
    made = group.values[name]
    made.mod_policy, made.value = "Admins", raw


def _capabilities(name: str) -> Any:
    capabilities = configuration_pb2.Capabilities()
    capabilities.capabilities[name].SetInParent()
    return capabilities

"""Discovery (Fabric docs, "Service Discovery"): a connection profile from what a peer of one's own says of the channel.

The peer is authenticated by the TLS authority that the operator names. What it says of others, their addresses and TLS
authorities, is its word alone: a connection profile says whom to ask, and what is answered is signed and checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabric_protos.discovery import protocol_pb2
from fabric_protos.gossip import message_pb2
from google.protobuf.message import DecodeError

from carbonseal.ledger import TransientError
from carbonseal_adapters.fabric.sending.channels import retrying
from carbonseal_adapters.fabric.sending.peers import Connection
from carbonseal_adapters.fabric.sending.signers import Client
from carbonseal_adapters.fabric.sending.tls import TlsIdentity


async def discover(connection: Connection, client: Client, tls: TlsIdentity | None, channel: str) -> Mapping[str, Any]:
    """The connection profile (version 1.0.0) of the channel for the client's organisation. Raises `TransientError` where the peer
    does not answer or declines."""
    asked = protocol_pb2.Request(
        authentication=protocol_pb2.AuthInfo(
            client_identity=client.serialized, client_tls_cert_hash=tls.hash if tls else b""
        ),
        queries=[
            protocol_pb2.Query(channel=channel, config_query=protocol_pb2.ConfigQuery()),
            protocol_pb2.Query(channel=channel, peer_query=protocol_pb2.PeerMembershipQuery()),
        ],
    ).SerializeToString()
    signed = protocol_pb2.SignedRequest(payload=asked, signature=await client.sign(asked))
    with retrying():
        results = (await connection.discover(signed)).results
    for result in results:
        if result.HasField("error"):
            raise TransientError(f"{connection.peer.address} declines: {result.error.content}")
    if [result.WhichOneof("result") for result in results] != ["config_result", "members"]:
        raise TransientError(f"{connection.peer.address} does not answer what it was asked for")
    config, members = results[0].config_result, results[1].members
    try:
        peers = {msp: [_endpoint(peer) for peer in found.peers] for msp, found in members.peers_by_org.items()}
    except DecodeError as error:
        raise TransientError(f"{connection.peer.address}: a peer's address cannot be read") from error
    own = peers.setdefault(client.msp, [])
    if connection.peer.address not in own:  # by another name than it gives itself, which reaches it all the same
        own.insert(0, connection.peer.address)
    orderers = {msp: [f"{one.host}:{one.port}" for one in found.endpoint] for msp, found in config.orderers.items()}
    roots = {
        msp: b"".join([*found.tls_root_certs, *found.tls_intermediate_certs]) for msp, found in config.msps.items()
    }
    roots.setdefault(client.msp, connection.peer.root or b"")
    return _profile(channel, client.msp, peers, orderers, roots)


def _endpoint(peer: Any) -> str:
    """HOST:PORT, as the peer tells others by gossip."""
    message = message_pb2.GossipMessage.FromString(peer.membership_info.payload)
    endpoint: str = message.alive_msg.membership.endpoint
    return endpoint


def _profile(
    channel: str,
    own: str,
    peers: Mapping[str, list[str]],
    orderers: Mapping[str, list[str]],
    roots: Mapping[str, bytes],
) -> Mapping[str, Any]:
    """Organisations are called by their MSP ids, nodes by their addresses."""

    def nodes(found: Mapping[str, list[str]]) -> dict[str, Any]:
        return {
            address: {"url": f"grpcs://{address}", "tlsCACerts": {"pem": roots[msp].decode("ascii", "replace")}}
            for msp, addresses in sorted(found.items())
            for address in sorted(addresses)
            if address and msp in roots
        }

    return {
        "name": f"{channel}-{own}",
        "version": "1.0.0",
        "client": {"organization": own},
        "organizations": {
            msp: {"mspid": msp, "peers": [one for one in sorted(peers.get(msp, ())) if one]}
            for msp in sorted({*peers, own})
        },
        "peers": nodes(peers),
        "orderers": nodes(orderers),
        "channels": {channel: {"orderers": list(nodes(orderers)), "peers": {one: {} for one in nodes(peers)}}},
    }

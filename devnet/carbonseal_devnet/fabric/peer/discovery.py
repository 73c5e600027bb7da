"""Discovery service of a peer: members of the channel and their TLS authorities, orderers, and peers.

What real peers learn by gossip is here what the configuration says: each organisation's anchor peer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fabric_protos.discovery import protocol_pb2, protocol_pb2_grpc
from fabric_protos.gossip import message_pb2
from fabric_protos.msp import identities_pb2, msp_config_pb2

from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.msp import Forbidden
from carbonseal_devnet.fabric.rpc import Failure, Status
from carbonseal_devnet.fabric.wire import Malformed, decode


class Discovery(protocol_pb2_grpc.DiscoveryServicer):  # type: ignore[misc]  # made at run time
    """The discovery service of one peer."""

    def __init__(self, channel: Callable[[], Channel]) -> None:
        self._channel = channel

    async def Discover(self, signed: Any, context: Any) -> Any:  # noqa: N802
        try:
            asked = decode(protocol_pb2.Request, signed.payload)
        except Malformed as error:
            return await Failure(Status.UNKNOWN, f"failed parsing request: {error}").abort(context)
        if asked.authentication.client_tls_cert_hash != _certificate_hash(context):
            message = "client claimed TLS hash doesn't match computed TLS hash from gRPC stream"
            return await Failure(Status.UNKNOWN, message).abort(context)
        identity = asked.authentication.client_identity
        return protocol_pb2.Response(
            results=[self._answer(query, (identity, signed.payload, signed.signature)) for query in asked.queries]
        )

    def _answer(self, query: Any, signed: tuple[bytes, bytes, bytes]) -> Any:
        channel, kind = self._channel(), query.WhichOneof("query")
        try:
            if query.channel != channel.name:
                raise Forbidden("access denied")
            channel.require("/Channel/Application/Readers", [signed])
        except Forbidden:
            return protocol_pb2.QueryResult(error=protocol_pb2.Error(content="access denied"))
        if kind == "config_query":
            return protocol_pb2.QueryResult(config_result=_config(channel))
        if kind == "peer_query":
            return protocol_pb2.QueryResult(members=_members(channel))
        return protocol_pb2.QueryResult(error=protocol_pb2.Error(content=f"unknown or missing query: {kind}"))


def _certificate_hash(context: Any) -> bytes:
    """SHA-256 of the client's certificate, empty where it shows none."""
    shown = context.auth_context().get("x509_pem_cert")
    if not shown:
        return b""
    return hashlib.sha256(x509.load_pem_x509_certificate(shown[0]).public_bytes(Encoding.DER)).digest()


def _config(channel: Channel) -> Any:
    found = protocol_pb2.ConfigResult()
    for msp in channel.msps.values():
        found.msps[msp.id].CopyFrom(
            msp_config_pb2.FabricMSPConfig(name=msp.id, root_certs=msp.roots, tls_root_certs=[msp.tls_roots])
        )
    for msp_id, addresses in channel.orderers_of.items():
        for address in addresses:
            host, _, port = address.rpartition(":")
            found.orderers[msp_id].endpoint.add(host=host, port=int(port))
    return found


def _members(channel: Channel) -> Any:
    found = protocol_pb2.PeerMembershipResult()
    for msp_id, endpoint in channel.anchors.items():
        alive = message_pb2.AliveMessage(membership=message_pb2.Member(endpoint=endpoint))
        said = message_pb2.GossipMessage(alive_msg=alive).SerializeToString()
        identity = identities_pb2.SerializedIdentity(mspid=msp_id).SerializeToString()
        peer = found.peers_by_org[msp_id].peers.add(identity=identity)
        peer.membership_info.payload = said
    return found

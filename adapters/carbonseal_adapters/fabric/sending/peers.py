"""Connections to peers: the Gateway service of one's own, and signed answers of anyone's.

Every call has a deadline. A failed one raises `Failed`, with gRPC's status and whatever details the gateway gave, which name the
peers that failed it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from fabric_protos.common import common_pb2
from fabric_protos.discovery.protocol_pb2_grpc import DiscoveryStub
from fabric_protos.gateway import gateway_pb2
from fabric_protos.gateway.gateway_pb2_grpc import GatewayStub
from fabric_protos.peer import proposal_response_pb2, transaction_pb2
from fabric_protos.peer.peer_pb2_grpc import EndorserStub
from google.protobuf.message import DecodeError

from carbonseal.findings import Refused
from carbonseal_adapters.fabric.checking.messages.protobuf import Shape, read
from carbonseal_adapters.fabric.sending.profiles import Peer
from carbonseal_adapters.fabric.sending.proposals import Proposal
from carbonseal_adapters.fabric.sending.signers import Client
from carbonseal_adapters.fabric.sending.tls import TlsIdentity

QUERY, ENDORSE, SUBMIT = 10.0, 30.0, 30.0  # seconds
CONNECT = 5.0  # seconds for TCP, TLS and HTTP/2 settings together: enough for a peer on the other side of the world
LARGEST = 100 << 20  # bytes of a message: a peer's own limit
OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST),
    ("grpc.max_send_message_length", LARGEST),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", int(CONNECT * 1000)),  # despite its name, the limit of one connection attempt
    ("grpc.max_reconnect_backoff_ms", 2000),  # a peer that is back is soon found again
    ("grpc.keepalive_time_ms", 120_000),
)
UNREACHABLE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNIMPLEMENTED)
_STATUS = Shape.of("status", "1n 2t 3b*")  # google.rpc.Status
_ANY = Shape.of("any", "1t 2b")  # google.protobuf.Any
_CHAINCODE = re.compile(r"chaincode response ([0-9]{3}), (.*)", re.DOTALL)

T = TypeVar("T")


class Failed(Exception):
    """A call that a peer or gateway did not answer as asked."""

    def __init__(self, peer: Peer, code: grpc.StatusCode, text: str, details: Sequence[str] = ()) -> None:
        super().__init__(f"{peer.address}: {text}" + "".join(f"; {detail}" for detail in details))
        self.code = code
        self._texts = (text, *details)

    @property
    def declined(self) -> tuple[int, str] | None:
        """The status and text of the chaincode's own answer, where it is the chaincode that declined."""
        found = next((match for text in self._texts if (match := _CHAINCODE.search(text))), None)
        return None if found is None else (int(found[1]), found[2])


class Declined(Exception):
    """A chaincode's answer with a status of 400 or more."""

    def __init__(self, peer: Peer, status: int, text: str) -> None:
        super().__init__(f"{peer.address}: {text}")
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Answered:
    """What a peer answered to a proposal: its ProposalResponse raw, and the chaincode's payload in it."""

    proposal: bytes
    response: bytes
    payload: bytes


class Connection:
    """One peer. Where it asks for a client certificate, it is shown `tls`."""

    def __init__(self, peer: Peer, tls: TlsIdentity | None) -> None:
        self.peer = peer
        if peer.root is None:
            self._channel = grpc.aio.insecure_channel(peer.address, OPTIONS)
        else:
            named = (("grpc.ssl_target_name_override", peer.host),) if peer.host else ()
            own = (tls.key, tls.chain) if tls else (None, None)
            credentials = grpc.ssl_channel_credentials(peer.root, *own)
            self._channel = grpc.aio.secure_channel(peer.address, credentials, (*OPTIONS, *named))
        self._gateway = GatewayStub(self._channel)
        self._endorser = EndorserStub(self._channel)

    async def ask(self, client: Client, proposal: Proposal) -> Answered:
        """The peer's own signed answer. Raises `Failed`, and `Declined` where the chaincode declines."""
        signed = await proposal.signed(client)
        answer: proposal_response_pb2.ProposalResponse = await self._call(self._endorser.ProcessProposal, signed, QUERY)
        if answer.response.status != 200:
            raise Declined(self.peer, answer.response.status, answer.response.message)
        payload: bytes = answer.response.payload
        return Answered(proposal.raw, answer.SerializeToString(), payload)

    async def endorse(self, client: Client, proposal: Proposal) -> bytes:
        """The envelope that the gateway prepares from as many endorsements as the channel asks for. Raises `Failed`."""
        asked = gateway_pb2.EndorseRequest(
            transaction_id=proposal.transaction,
            channel_id=proposal.channel,
            proposed_transaction=await proposal.signed(client),
        )
        answer = await self._call(self._gateway.Endorse, asked, ENDORSE)
        envelope: bytes = answer.prepared_transaction.SerializeToString()
        return envelope

    async def submit(self, channel: str, transaction: str, envelope: bytes) -> None:
        """Have it ordered. Raises `Failed`: where it times out, it may have been ordered."""
        asked = gateway_pb2.SubmitRequest(transaction_id=transaction, channel_id=channel)
        asked.prepared_transaction.CopyFrom(common_pb2.Envelope.FromString(envelope))
        await self._call(self._gateway.Submit, asked, SUBMIT)

    async def commit_status(self, client: Client, channel: str, transaction: str, seconds: float) -> int | None:
        """The transaction's validation code, 0 where it is valid; None where it is not in a block within `seconds`."""
        asked = gateway_pb2.CommitStatusRequest(
            transaction_id=transaction, channel_id=channel, identity=client.serialized
        ).SerializeToString()
        signed = gateway_pb2.SignedCommitStatusRequest(request=asked, signature=await client.sign(asked))
        try:
            answer = await self._call(self._gateway.CommitStatus, signed, seconds)
        except Failed as failed:
            if failed.code is grpc.StatusCode.DEADLINE_EXCEEDED:
                return None
            raise
        return int(answer.result)

    async def discover(self, signed: Any) -> Any:
        """The Response to a SignedRequest of Fabric's discovery service. Raises `Failed`."""
        return await self._call(DiscoveryStub(self._channel).Discover, signed, QUERY)

    async def close(self) -> None:
        await self._channel.close()

    async def _call(self, method: Callable[..., Awaitable[Any]], asked: Any, seconds: float) -> Any:
        try:
            return await method(asked, timeout=seconds)
        except grpc.aio.AioRpcError as error:
            raise Failed(self.peer, error.code(), error.details() or error.code().name, _details(error)) from error


class Connections:
    """Connections to peers, one each, opened when first needed."""

    def __init__(self, tls: TlsIdentity | None = None) -> None:
        self._tls = tls
        self._open: dict[Peer, Connection] = {}

    def to(self, peer: Peer) -> Connection:
        """The connection to a peer, opened at its first use."""
        if peer not in self._open:
            self._open[peer] = Connection(peer, self._tls)
        return self._open[peer]

    async def first(self, peers: Sequence[Peer], ask: Callable[[Connection], Awaitable[T]]) -> T:
        """The answer of the first of `peers` that can be reached. Raises `Failed` as the last one did."""
        for peer in peers[:-1]:
            try:
                return await ask(self.to(peer))
            except Failed as failed:
                if failed.code not in UNREACHABLE:
                    raise
        return await ask(self.to(peers[-1]))

    async def close(self) -> None:
        await asyncio.gather(*(connection.close() for connection in self._open.values()))


def validation(code: int) -> str:
    """The name of a validation code: MVCC_READ_CONFLICT."""
    known = transaction_pb2.TxValidationCode.DESCRIPTOR.values_by_number
    return known[code].name if code in known else str(code)


def _details(error: grpc.aio.AioRpcError) -> list[str]:
    """Which peers failed a gateway's call, and why (`gateway.ErrorDetail` in a `google.rpc.Status`)."""
    found = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    try:
        details = read(found, _STATUS).messages(3, _ANY)
        each = [gateway_pb2.ErrorDetail.FromString(detail.data(2)) for detail in details]
    except (Refused, DecodeError):
        return []
    return [f"{one.msp_id} at {one.address}: {one.message}" for one in each]

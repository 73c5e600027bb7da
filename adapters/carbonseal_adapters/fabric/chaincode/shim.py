"""Chaincode as a service: the peer connects, and both sides speak `ChaincodeMessage` over one stream (fabric-protos,
peer/chaincode_shim.proto).

The stream carries all calls of a peer at once, distinguished by channel and transaction id. Each call is a task of its own and
has at most one question open at a time; whatever is written waits its turn, because a stream takes one message at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from fabric_protos.common import common_pb2
from fabric_protos.ledger.queryresult import kv_query_result_pb2
from fabric_protos.peer import (
    chaincode_event_pb2,
    chaincode_pb2,
    chaincode_shim_pb2,
    proposal_pb2,
    proposal_response_pb2,
)
from fabric_protos.peer.chaincode_shim_pb2_grpc import ChaincodeServicer, add_ChaincodeServicer_to_server
from google.protobuf.message import DecodeError

from carbonseal_adapters.fabric.chaincode.registry import MALFORMED, OK, Declined, Page

LOG = logging.getLogger(__name__)
FAILED = 500
MOST_CALLS = 2500  # at a time on one stream: as many as a peer endorses at a time by default
LARGEST = 100 << 20  # bytes of a message: a peer's own limit

Message = chaincode_shim_pb2.ChaincodeMessage
Answer = Callable[["PeerCall"], Awaitable[bytes]]
Send = Callable[[Any], Awaitable[None]]


class Refusal(Exception):
    """The peer did not answer a question about the state."""


@dataclass
class PeerCall:
    """One call, as `registry.Call` describes it."""

    channel: str
    transaction: str
    arguments: Sequence[bytes]
    creator: bytes
    time: int
    send: Send
    event: Any = None
    _answer: asyncio.Future[bytes] | None = field(default=None, init=False)

    @classmethod
    def of(cls, message: Any, send: Send) -> PeerCall:
        """From a TRANSACTION or INIT message. Raises DecodeError."""
        asked = chaincode_pb2.ChaincodeInput.FromString(message.payload)
        proposal = proposal_pb2.Proposal.FromString(message.proposal.proposal_bytes)
        header = common_pb2.Header.FromString(proposal.header)
        channel = common_pb2.ChannelHeader.FromString(header.channel_header)
        creator = common_pb2.SignatureHeader.FromString(header.signature_header).creator
        return cls(message.channel_id, message.txid, asked.args, creator, channel.timestamp.seconds, send)

    async def get(self, key: str) -> bytes:
        return await self._ask(Message.GET_STATE, chaincode_shim_pb2.GetState(key=key))

    async def put(self, key: str, value: bytes) -> None:
        await self._ask(Message.PUT_STATE, chaincode_shim_pb2.PutState(key=key, value=value))

    async def page(self, start: str, end: str) -> Page:
        asked = chaincode_shim_pb2.GetStateByRange(startKey=start, endKey=end)
        raw = await self._ask(Message.GET_STATE_BY_RANGE, asked)
        found = chaincode_shim_pb2.QueryResponse.FromString(raw)
        if found.has_more:  # an iterator that is read to its end has closed itself
            await self._ask(Message.QUERY_STATE_CLOSE, chaincode_shim_pb2.QueryStateClose(id=found.id))
        items = [kv_query_result_pb2.KV.FromString(result.resultBytes) for result in found.results]
        return Page([(item.key, item.value) for item in items], found.has_more)

    def announce(self, name: str, payload: bytes) -> None:
        self.event = chaincode_event_pb2.ChaincodeEvent(event_name=name, payload=payload)

    def answered(self, message: Any) -> None:
        """The peer answers the question that is open; an answer that nothing waits for is dropped."""
        if self._answer is None or self._answer.done():
            return
        if message.type == Message.RESPONSE:
            self._answer.set_result(message.payload)
        else:
            self._answer.set_exception(Refusal(message.payload.decode(errors="replace")))

    async def _ask(self, kind: int, question: Any) -> bytes:
        self._answer = asyncio.get_running_loop().create_future()
        await self.send(self.message(kind, question.SerializeToString()))
        return await self._answer

    def message(self, kind: int, payload: bytes) -> Any:
        """A message of that kind about this transaction. `payload` is serialised."""
        return Message(type=kind, payload=payload, txid=self.transaction, channel_id=self.channel)


class Conversation:
    """All calls of one peer."""

    def __init__(self, answer: Answer, send: Send) -> None:
        self._answer = answer
        self._send = send
        self._calls: dict[tuple[str, str], PeerCall] = {}

    async def hear(self, messages: AsyncIterator[Any]) -> None:
        """Serve until the peer disconnects; calls under way are cancelled then."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            async for message in messages:
                if message.type in (Message.TRANSACTION, Message.INIT):
                    task = asyncio.create_task(self._serve(message))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                elif message.type in (Message.RESPONSE, Message.ERROR):
                    call = self._calls.get((message.channel_id, message.txid))
                    if call is not None:
                        call.answered(message)
                elif message.type == Message.KEEPALIVE:
                    await self._send(message)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, message: Any) -> None:
        try:
            call = PeerCall.of(message, self._send)
        except DecodeError:
            call = PeerCall(message.channel_id, message.txid, (), b"", 0, self._send)
            await self._complete(call, MALFORMED, "this is not a proposal")
            return
        key = (call.channel, call.transaction)
        if key in self._calls or len(self._calls) >= MOST_CALLS:
            await self._complete(call, FAILED, "the chaincode is busy")
            return
        self._calls[key] = call
        try:
            await self._run(call)
        finally:
            del self._calls[key]

    async def _run(self, call: PeerCall) -> None:
        try:
            payload = await self._answer(call)
        except Declined as declined:
            await self._complete(call, declined.status, declined.message)
        except Refusal as refusal:
            await self._complete(call, FAILED, f"the peer does not answer: {refusal}")
        except Exception:
            LOG.exception("transaction %s", call.transaction)
            await self._complete(call, FAILED, "the chaincode broke off; its log says why")
        else:
            await self._complete(call, OK, "", payload, call.event)

    async def _complete(self, call: PeerCall, status: int, text: str, payload: bytes = b"", event: Any = None) -> None:
        response = proposal_response_pb2.Response(status=status, message=text, payload=payload)
        done = call.message(Message.COMPLETED, response.SerializeToString())
        if event is not None:
            done.chaincode_event.CopyFrom(event)
        await self._send(done)


class Service(ChaincodeServicer):  # type: ignore[misc]
    """What peers connect to: the chaincode installed as `package_id`."""

    def __init__(self, package_id: str, answer: Answer) -> None:
        self._name = chaincode_pb2.ChaincodeID(name=package_id).SerializeToString()
        self._answer = answer

    async def Connect(self, messages: AsyncIterator[Any], context: Any) -> None:  # noqa: N802 - the protocol's name
        turn = asyncio.Lock()

        async def send(message: Any) -> None:
            async with turn:
                await context.write(message)

        await send(Message(type=Message.REGISTER, payload=self._name))
        await Conversation(self._answer, send).hear(messages)


@asynccontextmanager
async def serving(
    address: str, package_id: str, answer: Answer, credentials: grpc.ServerCredentials | None = None
) -> AsyncIterator[int]:
    """The service, on `address` until the block ends; gives the port. Raises RuntimeError where it cannot be bound."""
    limits = [("grpc.max_receive_message_length", LARGEST), ("grpc.max_send_message_length", LARGEST)]
    server = grpc.aio.server(options=[*limits, ("grpc.so_reuseport", 0)])
    add_ChaincodeServicer_to_server(Service(package_id, answer), server)
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    await server.start()
    try:
        yield port
    finally:
        await server.stop(0)

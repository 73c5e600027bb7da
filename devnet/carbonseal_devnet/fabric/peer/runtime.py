"""Chaincode runtime of a peer: its side of the shim protocol. It dials chaincode services, and chaincodes may dial it.

A session is one stream with one chaincode; any number of transactions share it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from fabric_protos.ledger.queryresult import kv_query_result_pb2
from fabric_protos.peer import chaincode_pb2, chaincode_shim_pb2, chaincode_shim_pb2_grpc, proposal_response_pb2

from carbonseal_devnet.fabric import rpc
from carbonseal_devnet.fabric.peer.simulate import Range, Simulator
from carbonseal_devnet.fabric.wire import Malformed, decode

Message = chaincode_shim_pb2.ChaincodeMessage
PAGE = 100
TIMEOUT = 30.0
TERMINATED = "chaincode stream terminated"


class Failed(Exception):
    """The chaincode gave no answer, or an error."""


@dataclass
class Call:
    """A transaction that is being simulated."""

    chaincode: str
    simulator: Simulator
    answer: asyncio.Future[Any]
    queries: dict[str, Range] = field(default_factory=dict)


class Session:
    """One stream with a chaincode."""

    def __init__(self) -> None:
        self.name = ""
        self.registered = asyncio.Event()
        self.closed = False
        self._out: asyncio.Queue[Any] = asyncio.Queue()
        self._calls: dict[tuple[str, str], Call] = {}

    async def outgoing(self) -> AsyncIterator[Any]:
        """The messages to send to the chaincode."""
        while (message := await self._out.get()) is not None:
            yield message

    async def pump(self, incoming: AsyncIterator[Any]) -> None:
        """Handle what the chaincode sends, until it ends."""
        try:
            async for message in incoming:
                self._handle(message)
        finally:
            self.close()

    def close(self) -> None:
        """End the session."""
        self.closed = True
        self._out.put_nowait(None)
        for call in self._calls.values():
            if not call.answer.done():
                call.answer.set_exception(Failed(TERMINATED))
        self.registered.set()

    async def execute(self, call: Call, message: Any) -> Any:
        """The chaincode's COMPLETED or ERROR. Raises Failed."""
        if self.closed:
            raise Failed(TERMINATED)
        key = (message.channel_id, message.txid)
        if key in self._calls:
            raise Failed(f"txid: {message.txid}({message.channel_id}) exists")
        self._calls[key] = call
        self._out.put_nowait(message)
        try:
            return await asyncio.wait_for(call.answer, TIMEOUT)
        except TimeoutError as error:
            raise Failed("timeout expired while executing transaction") from error
        finally:
            del self._calls[key]

    def _handle(self, message: Any) -> None:
        if message.type == Message.REGISTER:
            self.name = decode(chaincode_pb2.ChaincodeID, message.payload).name
            self._out.put_nowait(Message(type=Message.REGISTERED))
            self._out.put_nowait(Message(type=Message.READY))
            self.registered.set()
            return
        call = self._calls.get((message.channel_id, message.txid))
        if message.type == Message.KEEPALIVE or call is None:
            return
        if message.type in (Message.COMPLETED, Message.ERROR):
            if not call.answer.done():
                call.answer.set_result(message)
            return
        answer = Message(type=Message.RESPONSE, txid=message.txid, channel_id=message.channel_id)
        try:
            answer.payload = HANDLERS[message.type](call, message.payload)
        except (KeyError, Malformed, ValueError) as error:
            answer.type = Message.ERROR
            kind = Message.Type.Name(message.type)
            answer.payload = f"{kind} failed: transaction ID: {message.txid}: {error}".encode()
        self._out.put_nowait(answer)


def _public(request: Any) -> Any:
    if request.collection:
        raise ValueError("collections of private data are not offered here")
    return request


def _get(call: Call, payload: bytes) -> bytes:
    request = _public(decode(chaincode_shim_pb2.GetState, payload))
    return call.simulator.get(call.chaincode, request.key) or b""


def _put(call: Call, payload: bytes) -> bytes:
    request = _public(decode(chaincode_shim_pb2.PutState, payload))
    if not request.key:
        raise ValueError("key must not be an empty string")
    call.simulator.put(call.chaincode, request.key, request.value)
    return b""


def _delete(call: Call, payload: bytes) -> bytes:
    call.simulator.put(call.chaincode, _public(decode(chaincode_shim_pb2.DelState, payload)).key, None)
    return b""


def _range(call: Call, payload: bytes) -> bytes:
    request = _public(decode(chaincode_shim_pb2.GetStateByRange, payload))
    if request.metadata:
        raise ValueError("pages of ranges are not offered here")
    identifier = str(len(call.queries))
    call.queries[identifier] = call.simulator.range(call.chaincode, request.startKey, request.endKey)
    return _page(call, identifier)


def _next(call: Call, payload: bytes) -> bytes:
    return _page(call, decode(chaincode_shim_pb2.QueryStateNext, payload).id)


def _page(call: Call, identifier: str) -> bytes:
    if identifier not in call.queries:
        raise ValueError("query iterator not found")
    taken, more = call.queries[identifier].take(PAGE)
    response = chaincode_shim_pb2.QueryResponse(id=identifier, has_more=more)
    for key, value in taken:
        found = kv_query_result_pb2.KV(namespace=call.chaincode, key=key, value=value)
        response.results.add(resultBytes=found.SerializeToString())
    raw: bytes = response.SerializeToString()
    return raw


def _close(call: Call, payload: bytes) -> bytes:
    identifier = decode(chaincode_shim_pb2.QueryStateClose, payload).id
    call.queries.pop(identifier, None)
    raw: bytes = chaincode_shim_pb2.QueryResponse(id=identifier).SerializeToString()
    return raw


HANDLERS: dict[int, Callable[[Call, bytes], bytes]] = {
    Message.GET_STATE: _get,
    Message.PUT_STATE: _put,
    Message.DEL_STATE: _delete,
    Message.GET_STATE_BY_RANGE: _range,
    Message.QUERY_STATE_NEXT: _next,
    Message.QUERY_STATE_CLOSE: _close,
}


class Runtime:
    """The chaincodes of one peer, by name. `services` are addresses of chaincode services."""

    def __init__(self) -> None:
        self.services: dict[str, str] = {}
        self._sessions: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def execute(self, name: str, simulator: Simulator, message: Any) -> tuple[Any, Any | None]:
        """The chaincode's Response and ChaincodeEvent to a TRANSACTION message. Raises Failed."""
        session = await self._session(name)
        call = Call(name, simulator, asyncio.get_running_loop().create_future())
        try:
            answer = await session.execute(call, message)
        except Failed as error:
            raise Failed(f"failed to execute transaction {message.txid}: {error}") from error
        if answer.type == Message.ERROR:
            raise Failed(f"transaction returned with failure: {answer.payload.decode(errors='replace')}")
        event = None
        if answer.HasField("chaincode_event") and answer.chaincode_event.event_name:
            event = answer.chaincode_event
            event.chaincode_id, event.tx_id = name, message.txid
        return decode(proposal_response_pb2.Response, answer.payload), event

    async def _session(self, name: str) -> Session:
        session = self._sessions.get(name)
        if session is None or session.closed:
            if name not in self.services:
                raise Failed(f"chaincode definition for '{name}' exists, but chaincode is not installed")
            session = self._sessions[name] = Session()
            self._dial(session, self.services[name])
        await session.registered.wait()
        if session.closed:
            raise Failed(f"could not launch chaincode {name}: connection to {self.services.get(name)} failed")
        return session

    def _dial(self, session: Session, address: str) -> None:
        connection = grpc.aio.insecure_channel(address, options=rpc.OPTIONS)
        incoming = chaincode_shim_pb2_grpc.ChaincodeStub(connection).Connect(session.outgoing())

        async def work() -> None:
            with contextlib.suppress(grpc.aio.AioRpcError):
                await session.pump(incoming)
            await connection.close()

        self._keep(asyncio.create_task(work()))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def Register(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:  # noqa: ARG002, N802
        """ChaincodeSupport, for chaincodes that dial the peer: their id is `name:version` or a package's."""
        session = Session()
        self._keep(asyncio.create_task(session.pump(requests)))
        await session.registered.wait()
        self._sessions[session.name.split(":")[0]] = session
        async for message in session.outgoing():
            yield message

    async def close(self) -> None:
        """End all sessions."""
        for session in self._sessions.values():
            session.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sessions.clear()

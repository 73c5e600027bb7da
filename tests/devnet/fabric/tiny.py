"""A chaincode of a few lines that speaks the shim protocol by itself: as a service, or by dialling the peer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from fabric_protos.ledger.queryresult import kv_query_result_pb2
from fabric_protos.peer import (
    chaincode_event_pb2,
    chaincode_pb2,
    chaincode_shim_pb2,
    chaincode_shim_pb2_grpc,
    proposal_response_pb2,
)

shim = chaincode_shim_pb2
Message = shim.ChaincodeMessage


class Call:
    """One transaction: asks the peer, one question at a time."""

    def __init__(self, message: chaincode_shim_pb2.ChaincodeMessage, out: asyncio.Queue[Any]) -> None:
        self.message, self.out = message, out
        self.answers: asyncio.Queue[Any] = asyncio.Queue()

    async def ask(self, kind: int, question: Any) -> bytes:
        await self.out.put(self.reply(kind, question.SerializeToString()))
        answer = await self.answers.get()
        if answer.type == Message.ERROR:
            raise ValueError(answer.payload.decode())
        return bytes(answer.payload)

    def reply(
        self, kind: int, payload: bytes, event: chaincode_event_pb2.ChaincodeEvent | None = None
    ) -> chaincode_shim_pb2.ChaincodeMessage:
        message = self.message
        return Message(
            type=kind, payload=payload, txid=message.txid, channel_id=message.channel_id, chaincode_event=event
        )

    async def run(self) -> None:
        name, *args = [each.decode() for each in chaincode_pb2.ChaincodeInput.FromString(self.message.payload).args]
        try:
            status, payload, event = await getattr(self, f"do_{name}")(*args)
        except ValueError as error:
            await self.out.put(self.reply(Message.ERROR, str(error).encode()))
        else:
            response = proposal_response_pb2.Response(
                status=status, payload=payload, message="" if status == 200 else name
            )
            await self.out.put(self.reply(Message.COMPLETED, response.SerializeToString(), event))

    async def do_put(self, key: str, value: str) -> tuple[int, bytes, None]:
        await self.ask(Message.PUT_STATE, shim.PutState(key=key, value=value.encode()))
        return 200, await self.ask(Message.GET_STATE, shim.GetState(key=key)), None

    async def do_get(self, key: str) -> tuple[int, bytes, None]:
        return 200, await self.ask(Message.GET_STATE, shim.GetState(key=key)), None

    async def do_delete(self, key: str) -> tuple[int, bytes, None]:
        await self.ask(Message.DEL_STATE, shim.DelState(key=key))
        return 200, b"", None

    async def do_add(self, key: str, value: str) -> tuple[int, bytes, None]:
        """Reads, so that of two in one block only the first is valid."""
        old = await self.ask(Message.GET_STATE, shim.GetState(key=key))
        await self.ask(Message.PUT_STATE, shim.PutState(key=key, value=old + value.encode()))
        return 200, old + value.encode(), None

    async def do_count(self, start: str, end: str, into: str = "") -> tuple[int, bytes, None]:
        found = shim.QueryResponse.FromString(
            await self.ask(Message.GET_STATE_BY_RANGE, shim.GetStateByRange(startKey=start, endKey=end))
        )
        keys = [kv_query_result_pb2.KV.FromString(each.resultBytes).key for each in found.results]
        while found.has_more:
            found = shim.QueryResponse.FromString(
                await self.ask(Message.QUERY_STATE_NEXT, shim.QueryStateNext(id=found.id))
            )
            keys += [kv_query_result_pb2.KV.FromString(each.resultBytes).key for each in found.results]
        if into:
            await self.ask(Message.PUT_STATE, shim.PutState(key=into, value=str(len(keys)).encode()))
        return 200, ",".join(keys).encode(), None

    async def do_many(self, prefix: str, count: str) -> tuple[int, bytes, None]:
        for number in range(int(count)):
            await self.ask(Message.PUT_STATE, shim.PutState(key=f"{prefix}{number:04}", value=b"x"))
        return 200, b"", None

    async def do_announce(self, name: str, payload: str) -> tuple[int, bytes, chaincode_event_pb2.ChaincodeEvent]:
        await self.ask(Message.PUT_STATE, shim.PutState(key=name, value=payload.encode()))
        return 200, b"", chaincode_event_pb2.ChaincodeEvent(event_name=name, payload=payload.encode())

    async def do_private(self, key: str) -> tuple[int, bytes, None]:
        return 200, await self.ask(Message.GET_STATE, shim.GetState(key=key, collection="secret")), None

    async def do_missing(self) -> tuple[int, bytes, None]:
        return 404, b"", None

    async def do_broken(self) -> tuple[int, bytes, None]:
        return 500, b"", None


async def converse(incoming: AsyncIterator[Any], out: asyncio.Queue[Any], name: str) -> None:
    """One side of a stream."""
    calls: dict[str, Call] = {}
    tasks: set[asyncio.Task[None]] = set()
    await out.put(Message(type=Message.REGISTER, payload=chaincode_pb2.ChaincodeID(name=name).SerializeToString()))
    async for message in incoming:
        if message.type == Message.TRANSACTION:
            call = calls[message.txid] = Call(message, out)
            task = asyncio.create_task(call.run())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        elif message.type in (Message.RESPONSE, Message.ERROR):
            await calls[message.txid].answers.put(message)
    await out.put(None)


async def queued(out: asyncio.Queue[Any]) -> AsyncIterator[Any]:
    while (message := await out.get()) is not None:
        yield message


class Tiny:
    async def Connect(self, requests: AsyncIterator[Any], context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
        out: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.create_task(converse(requests, out, "tiny:1"))
        async for message in queued(out):
            yield message
        await task


@asynccontextmanager
async def tiny(address: str) -> AsyncIterator[None]:
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    chaincode_shim_pb2_grpc.add_ChaincodeServicer_to_server(Tiny(), server)
    server.add_insecure_port(address)
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)


@asynccontextmanager
async def nothing(address: str) -> AsyncIterator[None]:
    """For peers that a chaincode dials."""
    yield


async def dial(connection: grpc.aio.Channel, name: str) -> None:
    """Be a chaincode that connects to a peer."""
    out: asyncio.Queue[Any] = asyncio.Queue()
    await converse(chaincode_shim_pb2_grpc.ChaincodeSupportStub(connection).Register(queued(out)), out, name)

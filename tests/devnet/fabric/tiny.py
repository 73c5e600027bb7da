"""A chaincode of a few lines that speaks the shim protocol by itself: as a service, or by dialling the peer."""

import asyncio
from contextlib import asynccontextmanager

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

    def __init__(self, message, out):
        self.message, self.out, self.answers = message, out, asyncio.Queue()

    async def ask(self, kind, question):
        await self.out.put(self.reply(kind, question.SerializeToString()))
        answer = await self.answers.get()
        if answer.type == Message.ERROR:
            raise ValueError(answer.payload.decode())
        return answer.payload

    def reply(self, kind, payload, event=None):
        message = self.message
        return Message(
            type=kind, payload=payload, txid=message.txid, channel_id=message.channel_id, chaincode_event=event
        )

    async def run(self):
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

    async def do_put(self, key, value):
        await self.ask(Message.PUT_STATE, shim.PutState(key=key, value=value.encode()))
        return 200, await self.ask(Message.GET_STATE, shim.GetState(key=key)), None

    async def do_get(self, key):
        return 200, await self.ask(Message.GET_STATE, shim.GetState(key=key)), None

    async def do_delete(self, key):
        await self.ask(Message.DEL_STATE, shim.DelState(key=key))
        return 200, b"", None

    async def do_add(self, key, value):
        """Reads, so that of two in one block only the first is valid."""
        old = await self.ask(Message.GET_STATE, shim.GetState(key=key))
        await self.ask(Message.PUT_STATE, shim.PutState(key=key, value=old + value.encode()))
        return 200, old + value.encode(), None

    async def do_count(self, start, end, into=""):
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

    async def do_many(self, prefix, count):
        for number in range(int(count)):
            await self.ask(Message.PUT_STATE, shim.PutState(key=f"{prefix}{number:04}", value=b"x"))
        return 200, b"", None

    async def do_announce(self, name, payload):
        await self.ask(Message.PUT_STATE, shim.PutState(key=name, value=payload.encode()))
        return 200, b"", chaincode_event_pb2.ChaincodeEvent(event_name=name, payload=payload.encode())

    async def do_private(self, key):
        return 200, await self.ask(Message.GET_STATE, shim.GetState(key=key, collection="secret")), None

    async def do_missing(self):
        return 404, b"", None

    async def do_broken(self):
        return 500, b"", None


async def converse(incoming, out, name):
    """One side of a stream."""
    calls, tasks = {}, set()
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


async def queued(out):
    while (message := await out.get()) is not None:
        yield message


class Tiny:
    async def Connect(self, requests, context):
        out = asyncio.Queue()
        task = asyncio.create_task(converse(requests, out, "tiny:1"))
        async for message in queued(out):
            yield message
        await task


@asynccontextmanager
async def tiny(address):
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    chaincode_shim_pb2_grpc.add_ChaincodeServicer_to_server(Tiny(), server)
    server.add_insecure_port(address)
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)


@asynccontextmanager
async def nothing(address):
    """For peers that a chaincode dials."""
    yield


async def dial(connection, name):
    """Be a chaincode that connects to a peer."""
    out = asyncio.Queue()
    await converse(chaincode_shim_pb2_grpc.ChaincodeSupportStub(connection).Register(queued(out)), out, name)

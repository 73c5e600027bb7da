"""Peer: follows the ordering service into a ledger of its own, and serves clients."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import Any

import grpc
from fabric_protos.common import common_pb2
from fabric_protos.discovery import protocol_pb2_grpc
from fabric_protos.gateway import gateway_pb2_grpc
from fabric_protos.orderer import ab_pb2_grpc
from fabric_protos.peer import chaincode_shim_pb2_grpc, events_pb2_grpc, peer_pb2_grpc

from carbonseal_devnet.fabric import rpc, wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.deliver import Deliverer, PeerDeliver, seek
from carbonseal_devnet.fabric.identity import Node
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.msp import Forbidden
from carbonseal_devnet.fabric.peer.discovery import Discovery
from carbonseal_devnet.fabric.peer.endorser import Endorser
from carbonseal_devnet.fabric.peer.gateway import Gateway
from carbonseal_devnet.fabric.peer.runtime import Runtime
from carbonseal_devnet.fabric.peer.validate import validate

RETRY = 0.1  # seconds until the next orderer is asked


class Peer:
    """A peer node. All that it knows of the channel is from the blocks in its ledger."""

    def __init__(self, node: Node, port: int, ledger: Ledger, *, mutual_tls: bool = False) -> None:
        self.node, self.port, self.ledger, self.mutual_tls = node, port, ledger, mutual_tls
        self.msp_id = node.identity.msp_id
        self.channel = Channel.of_block(ledger.block(ledger.last_config()))
        self.runtime = Runtime()
        self.endorser = Endorser(node.identity, ledger, lambda: self.channel, self.runtime)
        self.released = asyncio.Event()  # a fault while it is clear: blocks arrive and aren't committed
        self.released.set()
        self._server: Any = None
        self._following: asyncio.Task[None] | None = None
        self._connections: dict[tuple[str, bytes], Any] = {}

    @property
    def up(self) -> bool:
        """Whether it serves."""
        return self._server is not None

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"{rpc.LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Serve, and follow the ordering service."""
        if self.up:
            return
        clients = (lambda: self.channel.tls_roots) if self.mutual_tls else None
        self._server = server = rpc.server(self.port, self.node.tls(), clients)
        deliverer = Deliverer(self.ledger, lambda: self.channel, "/Channel/Application/Readers")
        gateway = Gateway(self.endorser, self.address, lambda: self.channel, self._connect)
        peer_pb2_grpc.add_EndorserServicer_to_server(self.endorser, server)
        gateway_pb2_grpc.add_GatewayServicer_to_server(gateway, server)
        protocol_pb2_grpc.add_DiscoveryServicer_to_server(Discovery(lambda: self.channel), server)
        events_pb2_grpc.add_DeliverServicer_to_server(PeerDeliver(deliverer), server)
        chaincode_shim_pb2_grpc.add_ChaincodeSupportServicer_to_server(self.runtime, server)
        await server.start()
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """At once, as if killed."""
        if not self.up:
            return
        server, self._server = self._server, None
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        await server.stop(None)
        await self.runtime.close()
        for connection in self._connections.values():
            await connection.close()
        self._connections.clear()

    async def _connect(self, address: str, roots: bytes) -> Any:
        """A cached connection, opened again after a failure: the other node may have restarted."""
        key = (address, roots)
        kept = self._connections.get(key)
        if kept is not None and kept.get_state() == grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            del self._connections[key]
            await kept.close()
        if key not in self._connections:
            self._connections[key] = rpc.connect(address, roots, self.node.tls())
        return self._connections[key]

    async def _follow(self) -> None:
        """Take blocks from the orderers in turn, until stopped."""
        for turn in itertools.count():
            endpoints = self.channel.orderer_endpoints
            address, roots = endpoints[turn % len(endpoints)]
            with contextlib.suppress(grpc.aio.AioRpcError, Forbidden, wire.Malformed):
                await self._follow_one(address, roots)
            await asyncio.sleep(RETRY)

    async def _follow_one(self, address: str, roots: bytes) -> None:
        request = seek(self.channel.name, self.ledger.height, self.node.identity)

        over = asyncio.Event()

        async def once() -> Any:
            yield request
            await over.wait()

        call = ab_pb2_grpc.AtomicBroadcastStub(await self._connect(address, roots)).Deliver(once())
        try:
            async for response in call:
                if not response.HasField("block"):
                    return
                await self.released.wait()
                self.commit(response.block)
        finally:
            over.set()
            call.cancel()

    def commit(self, block: Any) -> None:
        """Verify, validate, store. Raises Forbidden."""
        newest = self.ledger.block(self.ledger.height - 1)
        if block.header.number != self.ledger.height or block.header.previous_hash != wire.header_hash(newest.header):
            raise Forbidden("the block does not follow the last one")
        if wire.data_hash(block.data.data) != block.header.data_hash:
            raise Forbidden("the block's transactions are not the header's")
        self.channel.check_block(block)
        outcome = validate(block, self.channel, self.ledger.state(), self.ledger.knows)
        block.metadata.metadata[wire.FILTER] = outcome.codes
        previous = wire.decode(common_pb2.Metadata, newest.metadata.metadata[wire.COMMIT_HASH]).value
        running = wire.commit_hash(outcome.codes, outcome.updates, previous)
        block.metadata.metadata[wire.COMMIT_HASH] = common_pb2.Metadata(value=running).SerializeToString()
        self.ledger.append(block, outcome.transactions, outcome.updates)
        self.channel = outcome.channel

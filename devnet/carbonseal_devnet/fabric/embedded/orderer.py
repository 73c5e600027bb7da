"""Ordering service: checks what clients send, cuts it into blocks, signs them.

One orderer signs as raft's do; four sign as BFT's do, where a block needs a quorum of them. What isn't here is the
consensus between them: they share one sequence, in this process, as long as enough of them are up.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2
from fabric_protos.orderer import ab_pb2, ab_pb2_grpc
from fabric_protos.orderer.etcdraft import metadata_pb2

from carbonseal_devnet.fabric import genesis, rpc, updates, wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.deliver import Deliverer, OrdererDeliver, Refusal
from carbonseal_devnet.fabric.identity import Node
from carbonseal_devnet.fabric.ledger import Ledger
from carbonseal_devnet.fabric.msp import Forbidden, certificate_of
from carbonseal_devnet.fabric.wire import Message, open_envelope


class Orderer:
    """One node: a ledger of blocks behind AtomicBroadcast. `id` is its consenter's identifier, from 1."""

    def __init__(self, number: int, node: Node, port: int, ledger: Ledger) -> None:
        self.id, self.node, self.port, self.ledger = number, node, port, ledger
        self.service: Ordering
        self._server: Any = None

    @property
    def up(self) -> bool:
        """Whether it serves."""
        return self._server is not None

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"{rpc.LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Serve, with the blocks that it missed."""
        if self.up:
            return
        self._server = rpc.server(self.port, self.node.tls())
        self._deliver = OrdererDeliver(Deliverer(self.ledger, lambda: self.service.channel, "/Channel/Readers"))
        ab_pb2_grpc.add_AtomicBroadcastServicer_to_server(self, self._server)
        self.service.catch_up(self)
        await self._server.start()

    async def stop(self) -> None:
        """At once, as if killed."""
        if self.up:
            server, self._server = self._server, None
            self.service.lost(self)
            await server.stop(None)

    async def Broadcast(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:  # noqa: ARG002, N802
        async for request in requests:
            try:
                await self.service.order(request.SerializeToString(), self)
            except Refusal as refusal:
                yield ab_pb2.BroadcastResponse(status=refusal.status, info=str(refusal))
                return
            yield ab_pb2.BroadcastResponse(status=common_pb2.SUCCESS)

    async def Deliver(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:  # noqa: ARG002, N802
        async for response in self._deliver.deliver(requests):
            yield response


class Ordering:
    """The sequence that all orderers share."""

    def __init__(self, orderers: Sequence[Orderer]) -> None:
        self.orderers = list(orderers)
        self.duplicating = False  # a fault: order every transaction twice
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        for orderer in self.orderers:
            orderer.service = self
        ledger = max((orderer.ledger for orderer in self.orderers), key=lambda ledger: ledger.height)
        self._governing = ledger.last_config()
        self.channel = Channel.of_block(ledger.block(self._governing))

    @property
    def needed(self) -> int:
        """How many orderers must be up."""
        return genesis.quorum(len(self.orderers)) if self.channel.consensus == "BFT" else len(self.orderers) // 2 + 1

    def live(self) -> list[Orderer]:
        """The orderers that serve."""
        return [orderer for orderer in self.orderers if orderer.up]

    # Accepting envelopes

    async def order(self, raw: bytes, orderer: Orderer) -> None:
        """Accept an envelope for a coming block. Raises Refusal."""
        checked = self._check(raw, orderer)
        if len(self.live()) < self.needed:
            raise refusal(common_pb2.SERVICE_UNAVAILABLE, "no Raft leader")
        for _ in range(2 if self.duplicating else 1):
            self._queue.put_nowait(checked)

    def _check(self, raw: bytes, orderer: Orderer) -> bytes:
        """The envelope to be ordered: for a configuration update, the configuration that comes of it."""
        if len(raw) > self.channel.batch_size.absolute_max_bytes:
            limit = self.channel.batch_size.absolute_max_bytes
            raise refusal(
                common_pb2.BAD_REQUEST, f"message payload is {len(raw)} bytes and exceeds maximum allowed {limit}"
            )
        try:
            message = open_envelope(raw)
            if message.channel.channel_id != self.channel.name:
                raise refusal(common_pb2.BAD_REQUEST, f"channel {message.channel.channel_id} does not exist")
            self._check_sender(message)
            if message.channel.type == common_pb2.ENDORSER_TRANSACTION:
                return raw
            if message.channel.type != common_pb2.CONFIG_UPDATE:
                raise refusal(
                    common_pb2.BAD_REQUEST, f"a message of type {message.channel.type} is not for clients to send"
                )
            changed = updates.apply(self.channel, message.data)
            Channel(self.channel.name, changed).check()
            return updates.config_envelope(self.channel.name, changed, raw, orderer.node.identity)
        except ValueError as error:
            raise refusal(common_pb2.BAD_REQUEST, f"the message cannot be read: {error}") from error
        except Forbidden as error:
            raise refusal(common_pb2.FORBIDDEN, f"{error}: permission denied") from error

    def _check_sender(self, message: Message) -> None:
        self.channel.require("/Channel/Writers", [message.signed])
        member = self.channel.signer(message.signed)
        expiry = certificate_of(member.certificate).not_valid_after_utc
        if (late := datetime.datetime.now(datetime.UTC) - expiry) > datetime.timedelta():
            raise refusal(common_pb2.BAD_REQUEST, f"broadcast client identity expired {late} before")

    # Cutting blocks

    async def run(self) -> None:
        """Cut blocks until cancelled."""
        while True:
            batch = [await self._queue.get()]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.channel.batch_timeout):
                    while not self._full(batch):
                        batch.append(await self._queue.get())
            self._cut(batch)

    def _full(self, batch: Sequence[bytes]) -> bool:
        limit = self.channel.batch_size
        return (
            len(batch) >= limit.max_message_count
            or sum(map(len, batch)) >= limit.preferred_max_bytes
            or _is_config(batch[-1])
        )

    def _cut(self, batch: list[bytes]) -> None:
        """A configuration gets a block of its own, after a block of what was ordered before it."""
        if len(self.live()) < self.needed:
            return  # the orderers that accepted these have stopped: these are lost
        if _is_config(batch[-1]):
            *batch, configuration = batch
            if batch:
                self._append(batch, None)
            self._append([configuration], configuration)
        else:
            self._append(batch, None)

    def _append(self, batch: Sequence[bytes], configuration: bytes | None) -> None:
        live = self.live()
        ledger = live[0].ledger
        number = ledger.height
        if configuration is not None:
            changed = wire.decode(configtx_pb2.ConfigEnvelope, open_envelope(configuration).data)
            if changed.config.sequence != self.channel.config.sequence + 1:
                return  # another update came first, this one no longer applies
        block = wire.new_block(number, wire.header_hash(ledger.block(number - 1).header), batch)
        governing = number if configuration is not None else self._governing
        self._sign(block, governing, live)
        for orderer in live:
            orderer.ledger.append(block)
        if configuration is not None:
            self._governing, self.channel = number, Channel.of_block(block)

    def _sign(self, block: Any, governing: int, live: Sequence[Orderer]) -> None:
        number = block.header.number
        bft = self.channel.consensus == "BFT"
        value = common_pb2.OrdererBlockMetadata(
            last_config=common_pb2.LastConfig(index=governing),
            consenter_metadata=_view(number) if bft else _raft(number, len(self.orderers)),
        ).SerializeToString()
        header = wire.header_bytes(number, block.header.previous_hash, block.header.data_hash)
        metadata = common_pb2.Metadata(value=value)
        for orderer in live[: self.needed] if bft else live[:1]:
            identity, nonce = orderer.node.identity, os.urandom(24)
            if bft:
                covered = common_pb2.IdentifierHeader(identifier=orderer.id, nonce=nonce).SerializeToString()
                metadata.signatures.add(identifier_header=covered, signature=identity.sign(value + covered + header))
            else:
                covered = wire.signature_header(identity.serialized, nonce)
                metadata.signatures.add(signature_header=covered, signature=identity.sign(value + covered + header))
        block.metadata.metadata[wire.SIGNATURES] = metadata.SerializeToString()
        if governing:
            last = common_pb2.LastConfig(index=governing).SerializeToString()
            block.metadata.metadata[common_pb2.LAST_CONFIG] = common_pb2.Metadata(value=last).SerializeToString()

    # Starting and stopping orderers

    def catch_up(self, orderer: Orderer) -> None:
        """Give it the blocks it missed."""
        ledger = max((each.ledger for each in self.orderers), key=lambda ledger: ledger.height)
        for number in range(orderer.ledger.height, ledger.height):
            orderer.ledger.append(ledger.block(number))

    def lost(self, _orderer: Orderer) -> None:
        """With too few orderers left, transactions that were accepted and are in no block yet are lost."""
        if len(self.live()) < self.needed:
            while not self._queue.empty():
                self._queue.get_nowait()


def refusal(status: int, info: str) -> Refusal:
    """A `Refusal` with a status of common.Status and what it says."""
    made = Refusal(status)
    made.args = (info,)
    return made


def _is_config(raw: bytes) -> bool:
    return bool(open_envelope(raw).channel.type == common_pb2.CONFIG)


def _raft(number: int, orderers: int) -> bytes:
    """Metadata{etcdraft.BlockMetadata}."""
    block = metadata_pb2.BlockMetadata(
        consenter_ids=range(1, orderers + 1), next_consenter_id=orderers + 1, raft_index=number + 2
    )
    raw: bytes = common_pb2.Metadata(value=block.SerializeToString()).SerializeToString()
    return raw


def _view(number: int) -> bytes:
    """A bare SmartBFT ViewMetadata, which the package has no class for: latest sequence, decisions in view."""
    return b"\x10" + wire.varint(number) + (b"\x18" + wire.varint(number - 1) if number > 1 else b"")
